"""The pipeline on real trials, against their published or independently derived numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from dose_outcomes.stats.proportions.single import clopper_pearson, wilson

ARMS = ("placebo", "54 mg", "81 mg")
STUDIES = Path(__file__).parent / "studies"


@pytest.fixture(scope="module")
def run(tmp_path_factory, snakemake, public_data, root):
    """Return a function that runs a study on a folder of public data, and returns its reports."""
    done: dict[str, Path] = {}

    def study(file: Path, folder: str) -> Path:
        if file.stem not in done:
            directory = tmp_path_factory.mktemp(file.stem)
            (directory / "data/raw").mkdir(parents=True)
            (directory / "data/raw" / folder).symlink_to(public_data / folder, target_is_directory=True)
            snakemake(directory, "--configfile", str(file))
            done[file.stem] = directory / "reports" / file.stem
        return done[file.stem]

    return study


@pytest.fixture(scope="module")
def pilot(run, root):
    return run(root / "config/cdisc_pilot.yaml", "cdisc_pilot")


def estimates(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "estimates.csv", keep_default_na=False)


def by_arm(table: pd.DataFrame, *columns: str, **key: str) -> list[tuple[float, ...]]:
    found = table[table["condition"] == "all"]
    # by arm as assigned, all patients of it, unless the key says otherwise
    key = {"dose_attribution": "target", "subgroup": "", "comparator": "", **key}
    for column, value in key.items():
        found = found[found[column].fillna("").astype(str) == value]
    found = found.set_index("dose")
    return [tuple(float(found.loc[arm, column]) for column in columns) for arm in ARMS]


def test_the_baseline_table_is_as_published(pilot):
    """Table 14-2.01 of the trial's report: age (mean, SD, median) and women."""
    table = estimates(pilot)
    age = {"analysis": "baseline", "endpoint": "age", "comparator": ""}
    shown = [
        [round(value, digits) for (value,) in by_arm(table, "estimate", statistic=statistic, **age)]
        for statistic, digits in (("mean", 1), ("standard_deviation", 2), ("median", 1))
    ]
    assert shown == [[75.2, 75.7, 74.4], [8.59, 8.29, 7.89], [76.0, 77.5, 76.0]]
    women = by_arm(table, "events", "n", analysis="baseline", endpoint="sex: female", statistic="proportion")
    assert women == [(53, 86), (50, 84), (40, 84)]


def test_any_side_effect_by_arm_is_as_published(pilot):
    table = estimates(pilot)
    key = {"analysis": "side_effect_incidence", "endpoint": "any"}
    share = by_arm(table, "events", "n", statistic="proportion", **key)
    assert share == [(65, 86), (77, 84), (76, 84)]
    for (events, n), (estimate, low, high) in zip(
        share, by_arm(table, "estimate", "low", "high", statistic="proportion", **key), strict=True
    ):
        exact = clopper_pearson(int(events), int(n))
        assert (estimate, low, high) == pytest.approx((events / n, exact.low, exact.high), rel=1e-10)
    assert by_arm(table, "events", statistic="rate_per_100_person_years", **key) == [(281,), (412,), (433,)]


@pytest.mark.parametrize(("level", "column"), [("body_system: ", "AEBODSYS"), ("term: ", "AEDECOD")])
def test_each_body_system_and_term_is_as_counted_from_the_records(pilot, public_data, level, column):
    from pyreadstat import read_xport

    records, _ = read_xport(str(public_data / "cdisc_pilot/adae.xpt"))
    records = records[records["TRTEMFL"] == "Y"]
    arms = dict(zip((0, 54, 81), ARMS, strict=True))
    groups = records.groupby([column, records["TRTAN"].map(arms)])
    expected = {(name, arm): (found["USUBJID"].nunique(), len(found)) for (name, arm), found in groups}
    table = estimates(pilot)
    table = table[(table["analysis"] == "side_effect_incidence") & (table["subgroup"] == "")]
    table = table[(table["condition"] == "all") & (table["dose"] != "all") & table["endpoint"].str.startswith(level)]
    found = {
        (endpoint.removeprefix(level), dose): (
            int(rows.set_index("statistic").loc["proportion", "events"]),
            int(rows.set_index("statistic").loc["rate_per_100_person_years", "events"]),
        )
        for (endpoint, dose), rows in table.groupby(["endpoint", "dose"])
    }
    assert {key: value for key, value in found.items() if value != (0, 0)} == expected
    assert len(found) == 3 * records[column].nunique()
    # an event that an arm does not have is a row too, and rows are sorted
    endpoints = table["endpoint"].tolist()
    assert endpoints == sorted(endpoints)


def test_numbers_at_risk_of_a_skin_event_are_as_published(pilot, public_data):
    table = estimates(pilot)
    risk = table.query("analysis == 'time_to_event' and statistic == 'number_at_risk' and condition == 'all'")
    with (public_data / "cdisc_pilot/f14_1_km_number_at_risk.csv").open() as lines:
        published = list(csv.DictReader(lines))
    compared = 0
    for row in published:
        for arm, column in zip(ARMS, ("placebo", "low_dose", "high_dose"), strict=True):
            found = risk[(risk["day"].astype(str) == row["day"]) & (risk["dose"] == arm)]["estimate"]
            assert float(found.iloc[0]) == float(row[column])
            compared += 1
    assert compared == 33


def test_impression_responders_are_those_of_the_trials_own_analysis_records(pilot, public_data):
    """ADQSCIBC marks the record analysed at each visit (ANL01FL); carried forward ones have a DTYPE."""
    from pyreadstat import read_xport

    records, _ = read_xport(str(public_data / "cdisc_pilot/adqscibc.xpt"))
    records = records[records["ANL01FL"] == "Y"]
    arms = dict(zip((0, 54, 81), ARMS, strict=True))
    table = estimates(pilot)
    for handling, chosen in (("carried_forward", records), ("observed", records[records["DTYPE"] == ""])):
        for week in (8, 16, 24):
            visit = chosen[chosen["AVISITN"] == week]
            key = {"analysis": "responder_rate", "missing_data": handling, "day": str(7 * week)}
            found = by_arm(table, "events", "n", "low", "high", **key)
            for code, arm in enumerate(arms):
                scores = visit[visit["TRTPN"] == arm]["AVAL"]
                interval = wilson(int((scores <= 3).sum()), len(scores))
                assert found[code][:2] == ((scores <= 3).sum(), len(scores))
                assert found[code][2:] == pytest.approx((interval.low, interval.high), rel=1e-10)


def test_records_that_are_not_used_are_accounted_for(pilot):
    flows = pd.read_csv(pilot / "attrition.csv")
    side_effects = flows[flows["flow"] == "side_effects"]
    assert side_effects["before"].iloc[0] == 1191
    assert side_effects["after"].iloc[-1] == 1126 == 281 + 412 + 433
    assert side_effects.set_index("reason")["excluded"]["Not treatment-emergent by the source's own judgement"] == 65
    scores = flows[flows["flow"] == "table: assessments"].set_index("reason")
    assert scores.loc["Derived by the source (DTYPE)", ["before", "excluded"]].tolist() == [730, 168]


def test_public_data_hide_nothing_and_say_so(pilot):
    assert (estimates(pilot)["suppressed"] == "").all()
    assert "minimum_count: 0" in (pilot / "study.yaml").read_text()


def test_patients_by_actual_arm(run):
    folder = run(STUDIES / "pharmaverse_adam.yaml", "pharmaverse_adam")
    table = estimates(folder)
    key = {"analysis": "side_effect_incidence", "endpoint": "any"}
    assert by_arm(table, "events", "n", statistic="proportion", **key) == [(65, 86), (84, 96), (68, 72)]
    assert by_arm(table, "events", statistic="rate_per_100_person_years", **key) == [(281,), (427,), (414,)]
    flow = pd.read_csv(folder / "attrition.csv").query("flow == 'patients'")
    assert flow["before"].iloc[0] == 306
    assert flow.set_index("reason")["excluded"]["Not in the population SAFFL"] == 52
    assert flow["after"].iloc[-1] == 254


def test_patients_by_planned_arm_differ(run, tmp_path):
    planned = tmp_path / "planned_arm.yaml"
    text = (STUDIES / "pharmaverse_adam.yaml").read_text()
    planned.write_text(text.replace("id: pharmaverse_adam", "id: planned_arm").replace("arm: actual", "arm: planned"))
    table = estimates(run(planned, "pharmaverse_adam"))
    numbers = by_arm(table, "n", analysis="side_effect_incidence", endpoint="any", statistic="proportion")
    assert numbers == [(86,), (84,), (84,)]


def test_streptomycin_trial_through_the_csv_source(run):
    folder = run(STUDIES / "strep_tb.yaml", "responders")
    table = estimates(folder).query("analysis == 'responder_rate' and condition == 'tuberculosis'").set_index("dose")
    observed = table[table["missing_data"] == "observed"]
    assert observed.loc["2 g", ["events", "n"]].astype(int).tolist() == [38, 55]
    assert observed.loc["bed rest", ["events", "n"]].astype(int).tolist() == [17, 52]
    assert float(observed.loc["2 g", "estimate"]) == pytest.approx(38 / 55, rel=1e-10)
    assert (folder / "report.html").stat().st_size > 1000
