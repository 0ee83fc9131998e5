"""What is released of the bundled study: checked as a whole, every number declared, compared with a release before."""

import shutil

import pandas as pd
import pytest

from dose_outcomes import verification
from dose_outcomes.disclosure.declared import DECLARED
from dose_outcomes.errors import AnalysisError


def estimates(directory) -> pd.DataFrame:
    return pd.read_csv(directory / "reports/ldn/estimates.csv", dtype=str, keep_default_na=False)


def test_the_released_files_of_the_bundled_study_hold_no_small_count(bundled_run, snakemake):
    assert "no count below 5" in snakemake(bundled_run, "release_check").stdout


def test_every_number_of_the_bundled_study_is_declared(bundled_run):
    table = estimates(bundled_run)
    own = table[table["population"] != "published"]
    found = set(zip(own["analysis"], own["statistic"], strict=True))
    assert {pair for pair in found if pair[1] not in DECLARED.get(pair[0], {})} == set()
    assert "not declared" not in set(table["suppressed"])


def test_of_every_number_in_a_note_of_the_bundled_study_it_is_known_what_it_is_made_of(bundled_run):
    notes = estimates(bundled_run)["note"]
    assert notes.str.contains(r"\d").sum() > 100
    assert not notes.str.contains("a number is not shown").any()
    # nor is it known which patient was seen last, or how many were followed where that is hidden
    assert not notes.str.contains(r"last observed day \(|of the patients \(").any()
    assert notes.str.contains("is not shown").any()


def test_most_of_the_bundled_study_is_released(bundled_run):
    """So that protection does not win by hiding everything; the log says the same share."""
    table = estimates(bundled_run)
    share = (table["suppressed"] == "").mean()
    assert share > 0.64
    totals = table[table["condition"] == "all"]
    assert (totals["suppressed"] == "").mean() > 0.85  # parts are given up before totals
    assert f"{share:.1%}" in (bundled_run / "data/logs/ldn/release.log").read_text(encoding="utf-8")


def test_a_hidden_row_shows_no_number_and_a_true_zero_stays_a_zero(bundled_run):
    table = estimates(bundled_run)
    hidden = table[table["suppressed"] != ""]
    assert (hidden[["estimate", "low", "high", "p_value", "person_years"]] == "").all().all()
    zeros = table[(table["events"] == "0") & (table["statistic"] == "proportion")]
    assert (zeros["suppressed"] == "").mean() > 0.9


@pytest.fixture
def study(tmp_path, root):
    text = (root / "config/ldn.yaml").read_text(encoding="utf-8")

    def written(previous: str = "") -> str:
        more = f"  previous_release: {previous}\n" if previous else ""
        changed = text.replace("  minimum_count: 5", f"{more}  minimum_count: 5")
        (tmp_path / "study.yaml").write_text(changed, encoding="utf-8")
        return str(tmp_path / "study.yaml")

    return written


def test_a_small_count_fails_the_check_without_being_told(bundled_run, tmp_path, study, capsys):
    folder = shutil.copytree(bundled_run / "reports/ldn", tmp_path / "release")
    page = folder / "report.html"
    page.write_text(page.read_text(encoding="utf-8") + "<p>of these, 3 patients</p>\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"(?s)1 small counts in .*report.html, line \d+, text: a count below 5"):
        verification.release_check(study(), str(folder / "manifest.json"), str(tmp_path / "log"))
    assert "3 patients" not in capsys.readouterr().out + (tmp_path / "log").read_text(encoding="utf-8")


def test_a_small_difference_to_the_release_before_is_a_warning(bundled_run, tmp_path, study, capsys):
    folder = bundled_run / "reports/ldn"
    before = tmp_path / "before"
    before.mkdir()
    table = estimates(bundled_run)
    first = table.index[table["statistic"] == "number_of_patients"][0]
    table.loc[first, "n"] = str(int(table.loc[first, "n"]) - 2)
    table.to_csv(before / "estimates.csv", index=False)
    verification.release_check(study(str(before)), str(folder / "manifest.json"), str(tmp_path / "log"))
    printed = capsys.readouterr().out
    assert "1 counts differ from the previous release" in printed
    assert f"warning: estimates.csv, {table.loc[first, 'estimate_id']}, column n" in printed


def test_a_release_before_that_is_not_there_is_said(bundled_run, tmp_path, study):
    with pytest.raises(AnalysisError, match=r"no estimates\.csv in .*nowhere; give the folder"):
        verification.release_check(
            study(str(tmp_path / "nowhere")), str(bundled_run / "reports/ldn/manifest.json"), "log"
        )
