"""A stranger with the released files and the rules narrows no hidden count to fewer than three values."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from benchmarks.disclosure_attack import attack as attacking
from benchmarks.disclosure_attack.changes import OtherTables, changed_cohort, differing
from benchmarks.disclosure_attack.cohorts import SMALL_CONDITIONS, random_cohort
from benchmarks.disclosure_attack.identities import true_counts
from benchmarks.disclosure_attack.numbers import other_values
from benchmarks.disclosure_attack.other_files import joined_steps
from benchmarks.disclosure_attack.pages import untold
from benchmarks.disclosure_attack.released import release, results_of
from benchmarks.disclosure_attack.system import System
from benchmarks.disclosure_attack.why import why

from dose_outcomes.disclosure import release_tables, share_released
from dose_outcomes.results import ALL, Result, identifier, to_csv, to_frame

SEED = 1
CELL = ("condition_0", "2 mg")
DOSE = (ALL, "2 mg")
MARK = "protects a hidden count"


@pytest.fixture(scope="module")
def cohort():
    return random_cohort(SEED)


@pytest.fixture(scope="module")
def results(cohort):
    return results_of(cohort)


@pytest.fixture(scope="module")
def files(results, cohort):
    return release(results, cohort)


def everything(results) -> dict[str, str]:
    """Return files that hide nothing."""
    attrition = results.attrition.assign(suppressed="")
    names = [identifier(("attrition", *key)) for key in zip(attrition["flow"], attrition["reason"], strict=True)]
    attrition.insert(0, "attrition_id", names)
    return {
        "estimates.csv": to_csv(results.estimates),
        "curves.csv": to_csv(results.curves),
        "attrition.csv": to_csv(attrition),
        "data_quality.json": json.dumps(results.quality),
    }


def without(text: str, *places: tuple[tuple[str, str], tuple[str, ...]]) -> str:
    """Return estimates.csv with the numbers of one cell hidden, of some analyses."""
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        if any((row["condition"], row["dose"]) == place and row["analysis"] in names for place, names in places):
            row.update(dict.fromkeys(("estimate", "low", "high", "p_value", "n", "events", "person_years"), ""))
            row["suppressed"] = MARK
    written = io.StringIO()
    writer = csv.DictWriter(written, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


BY_CELL = ("cohort", "responder_rate", "responder_contrast", "responder_shrinkage", "side_effect_incidence")
TIMES = ("time_to_response", "response_with_stopping")
MARGINS = (
    "responder_rate_by_subgroup",
    "persistence",
    "persistence_lost_as_stopped",
    "reason_for_stopping",
    "baseline",
)
EFFECTS = ("side_effect_severity", "serious_side_effect", "side_effect_contrast")


@pytest.fixture(scope="module")
def found_in_naive(results, cohort):
    """One cell of every analysis hidden, and all that it can be subtracted from shown: an attack that finds it."""
    shown = everything(results)
    curves = pd.read_csv(io.StringIO(shown["curves.csv"]), dtype=str, keep_default_na=False)
    at = list(zip(curves["condition"], curves["dose"], strict=True))
    shown["curves.csv"] = curves[[place not in (CELL, DOSE) for place in at]].to_csv(index=False)
    shown["estimates.csv"] = without(shown["estimates.csv"], (CELL, BY_CELL + TIMES), (DOSE, MARGINS + EFFECTS))
    return attacking.attack(shown, results, cohort)


@pytest.mark.parametrize(
    "kind",
    [
        "responder_rate: assessable",
        "responder_rate: responders",
        "side_effect_incidence: patients with",
        "side_effect_incidence: events of",
        "time_to_response: response by",
        "time_to_response: no response by",
        "response_with_stopping: stopped first by",
        "responder_rate_by_subgroup: responders",
        "persistence: stopped by",
        "persistence: left by",
        "persistence_lost_as_stopped: ended by",
        "reason_for_stopping: stopped for by",
        "baseline: analysed",
        "side_effect_severity: worst",
        "serious_side_effect: serious",
    ],
)
def test_the_attack_finds_what_is_hidden_in_one_row_and_follows_from_others(found_in_naive, kind):
    leaks = [leak for leak in found_in_naive.leaks if leak.asked.kind == kind and leak.asked.label == MARK]
    assert leaks
    assert all(leak.low <= leak.value <= leak.high for leak in leaks)
    assert any(leak.low == leak.high for leak in leaks)


def test_small_counts_that_are_shown_are_leaks_too(results, cohort):
    """Nothing hidden: missing scores, curve steps, exclusions and rows set aside are found by subtraction."""
    shown = everything(results)
    kinds = {leak.asked.kind for leak in attacking.attack(shown, results, cohort).leaks}
    assert {"difference: missing after carrying", "curve of stopping before: events on a day"} <= kinds
    assert any(kind.startswith("attrition: ") for kind in kinds)


def test_rows_set_aside_follow_from_rows_read_and_used(results, cohort):
    """Of a table, the rows set aside are hidden; they are those read less those used."""
    shown = everything(results)
    shown["attrition.csv"] = shown["attrition.csv"].splitlines()[0] + "\n"
    quality = json.loads(shown["data_quality.json"])
    for table in quality["tables"]:
        table |= {"rows_set_aside": "<5", "reasons": [one | {"rows": "<5"} for one in table["reasons"]]}
    shown["data_quality.json"] = json.dumps(quality)
    few = replace(cohort, flows=cohort.flows | {"set aside: patients": {"age is missing": 3, "sex is missing": 0}})
    quality["tables"][0] |= {"rows_read": quality["tables"][0]["rows_used"] + 3}
    quality["tables"][0]["reasons"] = [{"reason": "age is missing", "rows": "<5"}]
    quality["tables"][1]["reasons"], quality["tables"][1]["rows_set_aside"] = [], None
    shown["data_quality.json"] = json.dumps(quality)
    leaks = attacking.attack(shown, results, few).leaks
    assert next(one.low for one in leaks if one.asked.kind == "data quality: rows_set_aside") == 3


@pytest.mark.parametrize("statistic", ["risk_difference", "risk_ratio"])
def test_events_follow_from_a_comparison_that_is_shown(results, cohort, statistic):
    """One dose of a condition and all totals over it hidden, but not its comparison with the reference."""
    shown = everything(results)
    places = [(CELL[0], CELL[1]), (CELL[0], ALL), (ALL, CELL[1]), (ALL, ALL)]
    rows = pd.read_csv(io.StringIO(shown["estimates.csv"]), dtype=str, keep_default_na=False)
    own = (rows["analysis"] == "responder_rate") | (rows["analysis"] == "responder_shrinkage")
    hide = own & np.array([place in places for place in zip(rows["condition"], rows["dose"], strict=True)])
    rows.loc[hide, ["estimate", "low", "high", "events"]] = ""
    rows.loc[hide, "suppressed"] = MARK
    compared = rows["analysis"] == "responder_contrast"
    rows.loc[compared, "events"] = ""
    told = rows.loc[~compared | (rows["statistic"] == statistic)]
    told = told[told["analysis"] != "responder_rate_by_subgroup"]
    shown["estimates.csv"] = told.to_csv(index=False)
    leaks = attacking.attack(shown, results, cohort).leaks
    pinned = [one for one in leaks if one.name.what == "responders" and (one.name.condition, one.name.dose) == CELL]
    assert [one.low == one.high for one in pinned] == [True]


def test_a_share_with_its_patients_gives_the_events(results, cohort):
    shown = everything(results)
    rows = pd.read_csv(io.StringIO(shown["estimates.csv"]), dtype=str, keep_default_na=False)
    effects = rows[rows["analysis"].isin(["cohort", "side_effect_incidence"]) & (rows["day"] == "")].copy()
    effects["events"] = ""
    shown["estimates.csv"] = effects.to_csv(index=False)
    shown["curves.csv"] = shown["curves.csv"].splitlines()[0] + "\n"
    leaks = attacking.attack(shown, results, cohort).leaks
    for kind in ("patients with", "events of"):
        own = [one for one in leaks if one.asked.kind == f"side_effect_incidence: {kind}"]
        assert len(own) > 50
        assert all(one.low == one.high for one in own)


def test_what_the_attacker_takes_for_true_holds_in_random_cohorts():
    for seed in range(20, 26):
        cohort = random_cohort(seed)
        results = results_of(cohort)
        attacking.reading_of(everything(results), results, cohort)  # raises where a sum does not hold


def class_of(number: int) -> int:
    return sum(number >= end for end in (1, 5, 20))


@pytest.mark.parametrize("same_classes", [True, False])
def test_a_table_with_other_hidden_counts_keeps_all_that_is_shown(files, results, cohort, same_classes):
    reading = attacking.reading_of(files, results, cohort)
    tables, generator = OtherTables(reading, same_classes=same_classes), np.random.default_rng(3)
    system, names = reading.system, list(reading.system.places)
    changed = 0
    for name in list(attacking.questions(reading))[::20]:
        other = {} if system.is_fixed(system.places[name]) else tables.near(name, generator)
        if other:
            truth = true_counts(changed_cohort(cohort, other))
            assert system.broken(np.array([truth[one] for one in names], dtype=float)) == []
            assert abs(truth[name] - reading.truth[name]) == 1
            assert not same_classes or all(class_of(truth[one]) == class_of(reading.truth[one]) for one in names)
            changed += 1
    assert changed > 3


def test_the_height_of_a_step_tells_whether_it_holds_several_days():
    def steps(analysis, *rows):
        names = ("analysis", "at_risk", "events", "censored", "estimate")
        return [dict(zip(names, map(str, (analysis, *row)), strict=True)) for row in rows]

    # 40 at risk, 10 events, 8 censored: on one day 1 - 10/40, on several 1 - 10/36; then nobody is censored
    of_one, of_several = (40, 10, 8, 0.75), (40, 10, 8, 1 - 10 / 36)
    assert joined_steps(steps("persistence", of_one, (22, 5, 0, 0.75 * 17 / 22))) == [False, None]
    assert joined_steps(steps("persistence", of_several, (22, 5, 5, (1 - 10 / 36) * 17 / 22))) == [True, False]
    # of 40 those 6 with another event too: 16 of 36 have left before the next step
    free = 1 - 16 / 36
    competing = [(40, 10, 8, 10 / 36), (16, 5, 5, 10 / 36 + free * 5 / 13.5)]
    assert joined_steps(steps("response_with_stopping", *competing)) == [True, True]


def test_a_changed_count_that_is_shown_changes_the_files(results, cohort):
    name = next(one for one, number in cohort.cells.items() if one.what == "events of" and number)
    other = results_of(changed_cohort(cohort, {name: cohort.cells[name] + 1}))
    lines = list(differing(everything(results), everything(other)))
    assert lines
    assert any(f"{name.part} {name.condition} {name.dose}" in line for line in lines)
    assert list(differing(everything(results), everything(results))) == []


def test_hidden_counts_have_other_values_with_the_same_numbers(files, results, cohort):
    reading = attacking.reading_of(files, results, cohort)
    for tried in other_values(reading, files, cohort, tries=2, seed=SEED):
        assert (tried.values, tried.telling) == (2, ())


def test_a_number_that_no_other_table_has_is_found(files, results, cohort):
    """Shares of all days that are too large by three tenths: no table with the same counts has them."""
    rows = pd.read_csv(io.StringIO(files["estimates.csv"]), dtype=str, keep_default_na=False)
    of_days = rows["analysis"].eq("side_effect_incidence") & rows["statistic"].eq("cumulative_incidence")
    of_days &= rows["estimate"].ne("")
    assert of_days.any()
    rows.loc[of_days, "estimate"] = [f"{float(number) + 0.3:.2f}" for number in rows.loc[of_days, "estimate"]]
    told = files | {"estimates.csv": rows.to_csv(index=False)}
    reading = attacking.reading_of(files, results, cohort)
    (tried,) = other_values(reading, told, cohort, tries=1, seed=SEED)
    assert tried.values == 0
    assert "side_effect_incidence cumulative_incidence" in tried.telling


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("<p>3 patients</p>", True),
        ("<p>3 of 4000 patients</p>", True),
        ("<p title='n = 4001'>x</p>", True),
        ("<img alt='4001/4002'>", True),
        ("<td data-r={row}><data value=4001 data-c=n>4001</data></td>", True),
        ("<circle data-r={row} data-tip='4001 of {n} patients'/>", True),
        ("<td data-r={row}><data value={n} data-c=n>{n}</data></td>", False),
        ("<circle data-r={row} data-tip='2 mg: {events} of {n} patients'/>", False),
        ("<p>fewer than 5 patients</p>", False),
    ],
)
def test_numbers_of_a_page_that_no_file_shows_are_found(files, planted, found):
    rows = [row for row in csv.DictReader(io.StringIO(files["estimates.csv"])) if row["analysis"] == "responder_rate"]
    row = next(row for row in rows if row["n"] and row["events"])
    shown = dict(files, **{"data_quality.json": json.dumps({"tables": []})})
    shown["curves.csv"] = files["curves.csv"].splitlines()[0] + "\n"
    shown["attrition.csv"] = files["attrition.csv"].splitlines()[0] + "\n"
    shown["estimates.csv"] = pd.DataFrame([row]).to_csv(index=False)
    page = planted.format(row=row["estimate_id"], n=row["n"], events=row["events"])
    assert bool(list(untold(page, shown))) is found


def test_a_range_is_that_of_the_linear_program():
    """Of a + b = 10 with a at most b, a is 0 to 5; its least and largest value are found."""
    system = System()
    a, b, c, ten = (attacking.Name(letter) for letter in "abct")
    system.limit(ten, 10, 10)
    system.add_up(ten, [a, b])
    system.at_most(a, b)
    system.at_most(c, b)
    system.limit(c, 3)
    system.tighten()
    (block,) = system.blocks()
    truth = np.array([2.0, 8.0, 3.0])
    places = {system_place: place for place, system_place in enumerate(block.places)}
    asked = np.array([places[system.places[a]]])
    order = [system.places[one] for one in (a, b, c)]
    low, high = block.ranges(asked, truth[[order.index(place) for place in block.places]], np.random.default_rng(0))
    goal = np.zeros(3)
    goal[asked[0]] = 1
    lowest, highest = block.solve(goal), block.solve(-goal)
    assert (lowest[asked[0]], highest[asked[0]]) == (0, 5)
    assert 0 <= low[asked[0]] <= 2 <= high[asked[0]] <= 5


def test_what_holds_a_count_is_named():
    """Of 10 = a + b with b shown as 7 nothing but the sum and what is shown holds a."""
    system = System()
    a, b, ten, other = (attacking.Name(letter) for letter in "abto")
    system.limit(ten, 10, 10)
    system.limit(b, 7, 7)
    system.add_up(ten, [a, b])
    system.at_most(a, other)
    lines = list(why(system, a, largest=True))
    assert lines[0] == "+1*[a, all, all] +1*[b, all, all] -1*[t, all, all] = 0"
    limits = {"[b, all, all] >= 7", "[b, all, all] <= 7", "[t, all, all] >= 10", "[t, all, all] <= 10"}
    assert set(lines[1:]) <= limits
    assert len(lines) == 3


def test_no_hidden_count_is_narrowed_to_fewer_than_three_values(files, results, cohort):
    assert [str(leak) for leak in attacking.attack(files, results, cohort).leaks] == []


def test_not_everything_is_hidden(files):
    rows = list(csv.DictReader(io.StringIO(files["estimates.csv"])))
    assert sum(row["suppressed"] == "" for row in rows) / len(rows) > 0.25


def cell(condition: str, dose: str, events: int, n: int = 60) -> Result:
    return Result(
        analysis="remission_rate",
        endpoint="e",
        condition=condition,
        dose=dose,
        population="assessable",
        missing_data="non_responder",
        statistic="proportion",
        estimate=events / n,
        n=n,
        events=events,
    )


def test_one_small_count_of_a_table_hides_a_rectangle():
    """In a table of 3 conditions by 3 doses with all totals, a hidden cell needs three others: one in its row, one in
    its column, and the one where these cross.
    """
    counts = {("x", "a"): 3, ("x", "b"): 20, ("x", "d"): 25, ("y", "a"): 30, ("y", "b"): 10, ("y", "d"): 12}
    counts |= {("z", "a"): 14, ("z", "b"): 16, ("z", "d"): 18}
    rows = [cell(*place, events) for place, events in counts.items()]
    for one in "xyz":
        rows.append(cell(one, ALL, sum(number for (name, _), number in counts.items() if name == one), 180))
    for one in "abd":
        rows.append(cell(ALL, one, sum(number for (_, name), number in counts.items() if name == one), 180))
    rows.append(cell(ALL, ALL, sum(counts.values()), 540))
    table = to_frame(rows)
    released = release_tables(table, None, 5).estimates
    hidden = {(row.condition, row.dose) for row in released[released["suppressed"] != ""].itertuples()}
    assert ("x", "a") in hidden
    assert len(hidden) == 4
    assert len({condition for condition, _ in hidden}) == len({dose for _, dose in hidden}) == 2
    assert not any(ALL in place for place in hidden)
    assert share_released(released) == 12 / 16


def test_with_the_same_counts_hidden_no_byte_tells_which_they_were():
    """3 and 20 in a row, 30 and 10 in the next: 2 and 21, 31 and 9 have the same totals, and the same release."""

    def text(shift: int) -> str:
        counts = {("x", "a"): 3 - shift, ("x", "b"): 20 + shift, ("y", "a"): 30 + shift, ("y", "b"): 10 - shift}
        rows = [cell(*place, events) for place, events in counts.items()]
        rows += [cell("x", ALL, 23, 120), cell("y", ALL, 40, 120), cell(ALL, "a", 33, 120), cell(ALL, "b", 30, 120)]
        rows += [cell(ALL, ALL, 63, 240)]
        test = replace(cell("x", ALL, 23, 120), statistic="trend_test", analysis="responder_rate", estimate=1.5 + shift)
        rates = [replace(row, analysis="responder_rate") for row in rows]
        return to_csv(release_tables(to_frame([*rates, test]), None, 5).estimates)

    assert text(0) == text(1) == text(2) == text(-1)


def test_what_is_hidden_does_not_depend_on_the_order_of_the_rows(results):
    table = results.estimates
    released = release_tables(table, None, 5).estimates
    turned = release_tables(table[::-1].reset_index(drop=True), None, 5).estimates
    pd.testing.assert_frame_equal(turned[::-1].reset_index(drop=True), released)


def test_rows_that_nobody_declared_are_withheld():
    row = replace(cell("c", "a", 20), statistic="new_statistic")
    released = release_tables(to_frame([row]), None, 5).estimates.iloc[0]
    assert released["suppressed"] == "not declared"
    assert pd.isna(released["estimate"])
    assert pd.isna(released["n"])
    assert pd.isna(released["events"])


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(78, id="small conditions of which nothing is shown by dose"),
        pytest.param(19, id="those who stopped, by condition and by dose"),
        pytest.param(25, id="subgroups, by condition and by dose"),
        pytest.param(182, id="side effects, whose number the attrition tells"),
        pytest.param(275, id="those lost, who are some of those who left"),
        pytest.param(SMALL_CONDITIONS + 7, id="seven small conditions of which nothing is shown by dose"),
        pytest.param(432, id="assessable patients, whose number the attrition tells"),
    ],
)
def test_cohorts_in_which_hidden_counts_were_once_found(seed):
    own = random_cohort(seed)
    found = results_of(own)
    assert [str(leak) for leak in attacking.attack(release(found, own), found, own).leaks] == []
