"""What leaves the site: no small count, nothing in its row that gives it back, no half-written file."""

from dataclasses import replace

import pandas as pd
import pytest

from dose_outcomes.cohort.quality import shown_quality
from dose_outcomes.disclosure import release_attrition, release_curves, release_estimates, share_released, write_release
from dose_outcomes.disclosure.attrition import exclusions_of
from dose_outcomes.results import CURVE_COLUMNS, Result, to_frame

KEY = {"analysis": "remission_rate", "endpoint": "e", "condition": "c"}


def proportion(dose: str, events: int, n: int) -> Result:
    share = events / n
    return Result(
        **KEY,
        dose=dose,
        statistic="proportion",
        estimate=share,
        low=0.0,
        high=1.0,
        n=n,
        events=events,
        note="note",
        method="exact",
    )


@pytest.mark.parametrize(
    ("events", "n", "hidden", "n_shown"),
    [
        (5, 10, False, True),
        (4, 10, True, True),
        (1, 10, True, True),
        (6, 10, True, True),  # the complement, 4, would be known
        (0, 10, False, True),
        (10, 10, False, True),
        (0, 4, True, False),
        (4, 4, True, False),
    ],
)
def test_a_small_count_or_complement_hides_its_row(events, n, hidden, n_shown):
    row = release_estimates(to_frame([proportion("d", events, n)]), 5).iloc[0]
    assert (row["suppressed"] == "count below 5") is hidden
    assert pd.notna(row["n"]) is n_shown
    for column in ("estimate", "low", "high"):
        assert pd.isna(row[column]) is hidden
    # of patients whose number is hidden nothing is shown, not even that nobody had the event
    assert pd.isna(row["events"]) is hidden
    assert (row["note"] == "") is hidden
    assert (row["method"] == "") is hidden


def test_a_rate_hides_its_time_at_risk_too():
    rate = Result(
        **KEY | {"analysis": "side_effect_incidence"},
        dose="d",
        statistic="rate_per_100_person_years",
        estimate=20.0,
        n=50,
        events=4,
        person_years=20.0,
    )
    row = release_estimates(to_frame([rate]), 5).iloc[0]
    assert row[["estimate", "events", "person_years"]].isna().all()
    assert row["n"] == 50


def test_one_small_number_of_a_risk_table_hides_another_of_its_day():
    """Of 100, 8 had the event and 2 were censored before the day: with any two of three numbers the third is known."""

    def at(day: int, at_risk: int, events: int, censored: int) -> list[Result]:
        n = at_risk + events + censored
        numbers = {"number_at_risk": at_risk, "cumulative_events": events, "cumulative_censored": censored}
        return [
            Result(
                **KEY | {"analysis": "persistence"},
                dose="d",
                day=day,
                statistic=name,
                estimate=float(number),
                n=n,
                events=events,
            )
            for name, number in numbers.items()
        ]

    table = release_estimates(to_frame([*at(28, 90, 8, 2), *at(56, 70, 20, 10)]), 5)
    shown = table.set_index(["day", "statistic"])["suppressed"]
    assert shown[28].to_dict() == {
        "cumulative_censored": "count below 5",
        "cumulative_events": "",
        "number_at_risk": "protects a hidden count",
    }
    assert set(shown[56]) == {""}


def worst(level: str, events: int) -> Result:
    key = {**KEY, "analysis": "side_effect_severity", "subgroup": f"worst: {level}", "dose": "d"}
    return Result(**key, statistic="proportion", estimate=events / 100, n=100, events=events)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([20, 10, 6], []),
        ([20, 10, 3], [20, 3]),  # with 33 known to have any, 3 would be the rest
        ([10, 20, 3], [10, 3]),  # which one goes with it does not depend on the counts: it would tell of them
        ([20, 2, 3], [20, 2, 3]),  # two small ones are no cover for each other
        ([20, 0, 3], [20, 3]),  # nobody is no cover
        ([0, 0, 3], [3]),
    ],
)
def test_a_hidden_severity_takes_another_with_it(counts, hidden):
    anybody = {**KEY, "analysis": "side_effect_incidence", "dose": "d", "statistic": "proportion", "n": 100}
    total = Result(**anybody, estimate=sum(counts) / 100, events=sum(counts))
    table = to_frame([total, *(worst(level, events) for level, events in zip("123", counts, strict=True))])
    released = release_estimates(table, 5).assign(before=table["events"])
    hidden_ones = released[(released["suppressed"] != "") & (released["analysis"] == "side_effect_severity")]
    assert sorted(hidden_ones["before"]) == sorted(hidden)


@pytest.mark.parametrize(("before", "after", "hidden"), [(9, 8, False), (4, 8, True), (9, 4, True), (9, 0, False)])
def test_a_ratio_is_hidden_with_either_of_its_rates(before, after, hidden):
    key = {**KEY, "analysis": "side_effect_self_controlled", "dose": "all", "estimate": 1.0, "n": 50}
    rate = "rate_per_100_person_years"
    table = to_frame(
        [
            Result(**key, subgroup="before step", statistic=rate, events=before),
            Result(**key, subgroup="after step", statistic=rate, events=after),
            Result(
                **key, subgroup="after step", comparator="before step", statistic="rate_ratio", events=before + after
            ),
        ]
    )
    released = release_estimates(table, 5).set_index("statistic")
    assert (released.loc["rate_ratio", "suppressed"] != "") is hidden


def test_nothing_is_hidden_at_a_minimum_of_0():
    table = to_frame([proportion("d", 1, 3)])
    pd.testing.assert_frame_equal(release_estimates(table, 0), table)
    assert share_released(release_estimates(table, 0)) == 1
    assert share_released(release_estimates(table, 5)) == 0


def curve(steps: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    rows = [
        dict.fromkeys(CURVE_COLUMNS, "x")
        | {"curve_id": "c", "day": day, "at_risk": at_risk, "events": events, "censored": censored, "estimate": 0.5}
        for day, at_risk, events, censored in steps
    ]
    return pd.DataFrame(rows, columns=list(CURVE_COLUMNS))


def test_steps_of_a_curve_wait_until_they_are_large_enough():
    steps = [
        (7, 40, 2, 0),
        (14, 38, 2, 0),
        (21, 36, 3, 1),
        (28, 32, 0, 5),
        (35, 27, 6, 0),
        (42, 21, 3, 0),
        (49, 18, 0, 0),
    ]
    released = release_curves(curve(steps), 5).table
    assert released[["day", "at_risk", "events", "censored"]].to_numpy().tolist() == [[28, 40, 7, 6], [35, 27, 6, 0]]
    assert release_curves(curve(steps), 0).table.equals(curve(steps))


def test_a_curve_does_not_leave_a_small_group_behind():
    assert release_curves(curve([(7, 20, 10, 0), (14, 10, 6, 0)]), 5).table["day"].tolist() == [7]


def flow(*excluded: int) -> pd.DataFrame:
    rows, before = [], 100
    for step, number in enumerate(excluded, start=1):
        rows.append(("patients", "patients", step, f"r{step}", before, number, before - number))
        before -= number
    return pd.DataFrame(rows, columns=["flow", "unit", "step", "reason", "before", "excluded", "after"])


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        ((10, 0, 7), [("r1", 10), ("r2", 0), ("r3", 7)]),
        ((2, 3, 7), [("r1; r2", 5), ("r3", 7)]),
        ((2, 0, 7), [("r1; r2; r3", 9)]),
        ((10, 2), [("r1; r2", 12)]),
        ((10, 0, 2), [("r1; r2; r3", 12)]),
        ((0, 2), [("r1; r2", None)]),
    ],
)
def test_small_exclusions_are_merged_and_the_flow_still_closes(excluded, expected):
    released = release_attrition(flow(*excluded), 5, [])
    found = [(row.reason, None if pd.isna(row.excluded) else row.excluded) for row in released.itertuples()]
    assert found == expected
    shown = released[released["suppressed"] == ""]
    assert (shown["before"] - shown["excluded"] == shown["after"]).all()
    if None not in dict(expected).values():
        assert released["after"].iloc[-1] == 100 - sum(excluded)


SEVERAL = "Rows set aside for several reasons"


@pytest.mark.parametrize(
    ("away", "excluded", "steps", "table"),
    [
        pytest.param(  # all large: the numbers of both files are those of the data
            (10, 20),
            (8, 0),
            [("A", 100, 10, 90), ("B", 90, 20, 70), ("E1", 70, 8, 62), ("E2", 62, 0, 62)],
            (100, 30, 70, [("a", 10), ("b", 20)]),
            id="all large",
        ),
        pytest.param(  # one small: joined alike in both
            (2, 20),
            (8, 0),
            [("A; B", 100, 22, 78), ("E1", 78, 8, 70), ("E2", 70, 0, 70)],
            (100, 22, 78, [("a; b", 22)]),
            id="one small",
        ),
        pytest.param(  # few in all: the patients analysed are among the estimates, so the rows read are not shown
            (1,),
            (2, 0),
            [("A; E1; E2", None, None, None)],
            (None, "<5", None, [("a", "<5")]),
            id="few in all",
        ),
        pytest.param(  # three reasons that are named would say: three rows or four
            (1, 1, 1),
            (0, 0),
            [(f"{SEVERAL}; E1; E2", None, None, None)],
            (None, "<5", None, [("several reasons", "<5")]),
            id="three of one row",
        ),
        pytest.param(
            (),
            (2, 0),
            [("E1; E2", None, None, None)],
            (None, 0, None, []),
            id="few exclusions alone",
        ),
        pytest.param(  # the rows used, less those analysed, would be the exclusion
            (10, 2),
            (4, 0),
            [("A", 100, 10, 90), ("B; E1", 90, 6, 84), ("E2", 84, 0, 84)],
            (100, None, None, [("a", 10), ("b", None)]),
            id="reasons with exclusions",
        ),
        pytest.param(
            (10, 1, 1),
            (0, 4),
            [("A", 100, 10, 90), (f"{SEVERAL}; E1; E2", 90, 6, 84)],
            (100, None, None, [("a", 10), ("several reasons", None)]),
            id="several reasons with exclusions",
        ),
        pytest.param(  # joined with the block before, a large one too
            (10,),
            (0, 3),
            [("A; E1; E2", 100, 13, 87)],
            (100, None, None, [("a", None)]),
            id="few at the end",
        ),
        pytest.param(  # a, b and c would be few: each one row or two
            (1, 1, 1, 7),
            (5, 0),
            [(SEVERAL, 100, 10, 90), ("E1", 90, 5, 85), ("E2", 85, 0, 85)],
            (100, 10, 90, [("several reasons", 10)]),
            id="four reasons",
        ),
        pytest.param(  # what is left is few
            (20,),
            (0, 77),
            [("A", 100, 20, 80), ("E1", 80, 0, 80), ("E2", 80, None, None)],
            (100, 20, 80, [("a", 20)]),
            id="few analysed",
        ),
        pytest.param(
            (97,),
            (0, 0),
            [("A", None, None, None), ("E1", None, None, None), ("E2", None, None, None)],
            (None, None, None, [("a", None)]),
            id="few used",
        ),
    ],
)
def test_rows_set_aside_are_shown_alike_in_attrition_and_data_quality(away, excluded, steps, table):
    reasons = [{"reason": name, "rows": rows} for name, rows in zip("abcd", away, strict=False)]
    used = 100 - sum(away)
    account = {"table": "patients", "rows_read": 100, "rows_set_aside": sum(away), "rows_used": used}
    quality = {"tables": [{**account, "reasons": reasons}], "checks": []}
    whole = flow(*away, *excluded)
    whole["reason"] = [*(one["reason"].upper() for one in reasons), "E1", "E2"]
    released = release_attrition(whole, 5, quality["tables"]).astype(object)
    released = released.where(released.notna(), None)
    assert released[["reason", "before", "excluded", "after"]].to_numpy().tolist() == [list(step) for step in steps]
    shown = shown_quality(quality, 5, exclusions_of(whole, quality["tables"]))["tables"][0]
    found = (shown["rows_read"], shown["rows_set_aside"], shown["rows_used"])
    assert (*found, [(one["reason"], one["rows"]) for one in shown["reasons"]]) == table
    assert release_attrition(whole, 0, quality["tables"])["excluded"].tolist() == [*away, *excluded]


def test_of_a_table_of_few_rows_no_step_is_named():
    few = flow(1, 1)
    few[["before", "after"]] -= 96
    quality = {
        "tables": [
            {
                "table": "patients",
                "rows_read": 4,
                "rows_set_aside": 1,
                "rows_used": 3,
                "reasons": [{"reason": "r1", "rows": 1}],
            }
        ],
        "checks": [],
    }
    released = release_attrition(few, 5, quality["tables"])
    assert released["reason"].tolist() == ["Fewer rows than may be shown"]
    assert released[["before", "excluded", "after"]].isna().all(axis=None)
    shown = shown_quality(quality, 5, exclusions_of(few, quality["tables"]))["tables"][0]
    assert shown == {
        "table": "patients",
        "rows_read": "<5",
        "rows_set_aside": None,
        "rows_used": None,
        "reasons": [],
    }


def test_of_an_endpoint_with_few_who_cannot_be_assessed_the_flows_that_follow_are_hidden():
    """Patients analysed are shown: those assessed, at a visit or the landmark, would give the others."""
    parts = [flow(10, 0), flow(3, 0), flow(20), flow(30, 0)]
    names = ("patients", "responder_rate: e", "responder_rate: e, visit at day 84", "landmark: e")
    whole = pd.concat([part.assign(flow=name) for name, part in zip(names, parts, strict=True)])
    released = release_attrition(whole, 5, [])
    hidden = released[released["flow"].isin(names[2:])]
    assert hidden[["before", "excluded", "after"]].isna().all(axis=None)
    assert set(hidden["suppressed"]) == {"protects a hidden count"}
    assert released.loc[released["flow"] == "responder_rate: e", "before"].tolist() == [100]
    many = pd.concat(
        [part.assign(flow=name) for name, part in zip(names, [*parts[:1], flow(9, 0), *parts[2:]], strict=True)]
    )
    assert (release_attrition(many, 5, [])["suppressed"] == "").all()


def test_steps_that_are_not_named_have_identifiers_of_their_own():
    whole = flow(1, 1, 1, 7, 1, 1, 1, 7)
    reasons = [{"reason": f"r{number}", "rows": rows} for number, rows in enumerate(whole["excluded"])]
    released = release_attrition(whole, 5, [{"table": "patients", "reasons": reasons}])
    assert released["reason"].tolist() == [SEVERAL, SEVERAL]
    assert released["attrition_id"].is_unique


def test_all_files_are_written_or_none(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_release({tmp_path / "a.csv": "text", tmp_path / "folder.part" / ".." / "folder": "text"})
    write_release({tmp_path / "new/b.csv": "line\n"})
    assert (tmp_path / "new/b.csv").read_bytes() == b"line\n"


def described(endpoint: str, events: int, n: int, analysis: str = "baseline", statistic: str = "proportion") -> Result:
    return Result(
        analysis=analysis,
        endpoint=endpoint,
        condition="c",
        dose="d",
        statistic=statistic,
        estimate=events / n,
        n=n,
        events=events,
    )


def hidden_endpoints(*rows: Result) -> set[str]:
    table = release_estimates(to_frame(rows), 5)
    return set(table.loc[table["suppressed"] != "", "endpoint"])


def test_a_single_hidden_part_of_a_whole_takes_the_smallest_other_one_with_it():
    """20 + 50 + 27 + 3 are all 100: with three of them shown, the fourth is known."""
    shares = [described(f"site: {name}", events, 100) for name, events in zip("abcd", (20, 50, 27, 3), strict=True)]
    assert hidden_endpoints(*shares) == {"site: d", "site: a"}


def test_two_hidden_parts_that_are_both_small_need_a_third():
    """4 + 3 = 7, and neither is above 4: each would be 3 or 4."""
    shares = [described(f"site: {name}", events, 100) for name, events in zip("abcd", (20, 73, 4, 3), strict=True)]
    assert hidden_endpoints(*shares) == {"site: a", "site: c", "site: d"}


def test_what_does_not_add_up_is_no_whole():
    """A patient may take several medications."""
    shares = [described(f"medication: {name}", events, 100) for name, events in (("a", 60), ("b", 70), ("c", 3))]
    assert hidden_endpoints(*shares) == {"medication: c"}


def test_reasons_add_up_to_all_who_stopped():
    rows = [
        described(name, events, 100, "reason_for_stopping", "cumulative_incidence")
        for name, events in (("cost", 3), ("other", 9), ("side_effect", 30))
    ]
    rows.append(described("stopped the drug", 42, 100, "persistence", "survival"))
    hidden = hidden_endpoints(*rows)
    assert "cost" in hidden
    assert len(hidden) == 2
    assert "stopped the drug" not in hidden


def test_neighbouring_thresholds_of_a_distribution_are_apart_by_enough_patients_or_none():
    """By at least 1: 60; by 2: 58, two patients lie between; by 3: 58, nobody between; by 4: 50."""
    rows = [
        described(f"X: {threshold}", events, 100, "change_distribution", "share_improved_at_least")
        for threshold, events in ((0, 97), (1, 60), (2, 58), (3, 58), (4, 50), (5, 3), (6, 0))
    ]
    assert hidden_endpoints(*rows) == {"X: 0", "X: 1", "X: 5"}


def test_a_hidden_number_of_missing_values_is_not_given_back_by_the_number_of_values():
    key = {"analysis": "baseline", "condition": "c", "dose": "d"}
    rows = [
        Result(**key, endpoint="age", statistic="number_missing", estimate=2.0, n=100, events=2),
        Result(**key, endpoint="age", statistic="mean", estimate=50.0, n=98),
        Result(**key, endpoint="weight", statistic="mean", estimate=70.0, n=90),
    ]
    table = release_estimates(to_frame(rows), 5).set_index(["endpoint", "statistic"])
    assert pd.isna(table.loc[("age", "mean"), "n"])
    assert table.loc[("age", "mean"), "estimate"] == 50.0
    assert table.loc[("weight", "mean"), "n"] == 90
    assert pd.isna(table.loc[("age", "number_missing"), "estimate"])


ARMS = {"endpoint": "e", "condition": "c", "missing_data": "non_responder"}


def arm(dose: str, events: int, n: int, **key: str) -> Result:
    shared = {**ARMS, "analysis": "responder_rate", "statistic": "proportion", "dose": dose, **key}
    return Result(**shared, estimate=events / n, n=n, events=events)


def contrast(dose: str, n: int, **key: str) -> Result:
    shared = {**ARMS, "analysis": "responder_contrast", "statistic": "risk_difference", "dose": dose, **key}
    return Result(**shared, comparator="low", estimate=0.1, p_value=0.5, n=n, events=30)


def hidden_contrasts(*rows: Result) -> dict[tuple[str, str], bool]:
    table = release_estimates(to_frame(rows), 5)
    own = table[table["statistic"] != "proportion"]
    return {(row.dose, row.subgroup): row.suppressed != "" for row in own.itertuples()}


def test_a_comparison_is_hidden_with_either_side():
    rates = [arm("low", 20, 50), arm("middle", 3, 50), arm("high", 47, 50), arm("highest", 20, 50)]
    contrasts = [contrast(dose, 100) for dose in ("middle", "high", "highest")]
    # 3 responders are few, and so are the 3 others of 50
    assert hidden_contrasts(*rates, *contrasts) == {("middle", ""): True, ("high", ""): True, ("highest", ""): False}
    # with the reference hidden, every comparison would give it back
    few = [arm("low", 3, 50), *rates[1:]]
    assert all(hidden_contrasts(*few, *contrasts).values())


def test_a_comparison_with_a_hidden_number_of_patients_does_not_show_the_sum():
    table = release_estimates(to_frame([arm("low", 20, 50), arm("high", 0, 4), contrast("high", 54)]), 5)
    row = table[table["analysis"] == "responder_contrast"].iloc[0]
    assert row[["n", "estimate", "p_value"]].isna().all()


def test_only_the_sides_of_its_own_place_hide_a_comparison():
    for other in ({"missing_data": "observed"}, {"condition": "d"}, {"analysis": "remission_rate"}):
        rates = [arm("low", 20, 50), arm("high", 20, 50), arm("high", 3, 50, **other)]
        assert hidden_contrasts(*rates, contrast("high", 100)) == {("high", ""): False}


def test_a_stratified_comparison_has_the_sides_of_all_patients_and_a_subgroup_its_own():
    rates = [arm("low", 20, 50), arm("high", 3, 50)]
    stratified = contrast("high", 100, subgroup="stratified by condition")
    assert hidden_contrasts(*rates, stratified) == {("high", "stratified by condition"): True}
    young = [arm("low", 20, 50), arm("high", 20, 50)]
    young += [arm("low", 9, 30, subgroup="age: a"), arm("high", 3, 30, subgroup="age: a")]
    found = hidden_contrasts(*young, contrast("high", 100), contrast("high", 60, subgroup="age: a"))
    assert found == {("high", ""): False, ("high", "age: a"): True}


@pytest.mark.parametrize(("events", "hidden"), [(3, True), (20, False)])
def test_a_test_over_all_doses_is_hidden_with_any_dose(events, hidden):
    rates = [arm("low", events, 50), arm("high", 20, 50), arm("all", 20 + events, 100)]
    key = {**ARMS, "dose": "all", "estimate": 1.0, "n": 100, "events": 20 + events}
    trend = Result(**key, analysis="responder_rate", statistic="trend_test")
    shape = Result(**key, analysis="dose_response", statistic="contrast_test", subgroup="linear")
    total = Result(**key, analysis="responder_rate", statistic="heterogeneity_test")
    table = release_estimates(to_frame([*rates, trend, shape, total]), 5).set_index("statistic")
    assert (table.loc["trend_test", "suppressed"] != "") is hidden
    assert (table.loc["contrast_test", "suppressed"] != "") is hidden
    assert table.loc["heterogeneity_test", "suppressed"] == ""


def test_subgroups_add_up_to_the_whole():
    rows = [
        Result(
            analysis="responder_rate_by_subgroup",
            endpoint="e",
            condition="c",
            dose="d",
            subgroup=f"age: {level}",
            statistic="proportion",
            estimate=events / 50,
            n=50,
            events=events,
        )
        for level, events in (("below 20", 3), ("20 to below 50", 20), ("50 and over", 10))
    ]
    rows.append(
        Result(**ARMS, analysis="responder_rate", dose="d", statistic="proportion", estimate=0.2, n=150, events=33)
    )
    rows = [replace(row, missing_data="non_responder") for row in rows]
    table = release_estimates(to_frame(rows), 5)
    hidden = set(table.loc[table["suppressed"] != "", "subgroup"])
    assert len(hidden) == 2
    assert "age: below 20" in hidden
    assert "" not in hidden


def shared(dose: str, events: int, n: int, statistic: str = "proportion", **more: str) -> Result:
    estimate = events / n
    key = KEY | {"analysis": "missing_data_ladder", "dose": dose, "statistic": statistic} | more
    return Result(**key, estimate=estimate, n=n, events=events)


@pytest.mark.parametrize(
    ("responders", "observed", "n", "hidden"), [(10, 20, 30, False), (3, 20, 30, True), (17, 20, 30, True)]
)
def test_rows_made_of_the_same_counts_are_hidden_together(responders, observed, n, hidden):
    """The best case less those missing is the number of responders, small or not."""
    missing = n - observed
    rows = [
        shared("d", responders, observed, missing_data="observed"),
        shared("d", responders + missing, n, missing_data="best_case"),
        shared("d", missing, n, "proportion_missing"),
        shared("d", 60, 120, "risk_difference", missing_data="observed", comparator="r"),
        shared("r", 50, 90, missing_data="observed"),
        shared("other", 50, 90, missing_data="observed"),
    ]
    table = release_estimates(to_frame(rows), 5)
    found = set(table.loc[table["suppressed"] != "", ["statistic", "missing_data"]].itertuples(index=False, name=None))
    # with those missing known, the best case gives the responders; the comparison is made of them
    made = {("proportion", "observed"), ("proportion", "best_case"), ("risk_difference", "observed")}
    assert found == (made if hidden else set())


def test_a_comparison_is_hidden_with_the_group_it_is_compared_with():
    rows = [
        shared("d", 10, 20),
        shared("r", 2, 20),
        shared("d", 12, 40, "risk_difference", comparator="r"),
    ]
    table = release_estimates(to_frame(rows), 5).set_index(["dose", "statistic"])["suppressed"]
    assert table.to_dict() == {
        ("d", "proportion"): "",
        ("d", "risk_difference"): "count below 5",
        ("r", "proportion"): "count below 5",
    }


def test_published_counts_are_no_secret():
    key = KEY | {"analysis": "placebo_benchmark", "dose": "all", "statistic": "proportion"}
    rows = [
        Result(**key, population="published", subgroup="trial", estimate=3 / 28, n=28, events=3, note="source"),
        Result(**key, population="assessable", estimate=10 / 20, n=20, events=10),
        Result(**key | {"statistic": "risk_difference"}, population="assessable", comparator="trial", estimate=0.4,
               n=20, events=10),
    ]  # fmt: skip
    assert (release_estimates(to_frame(rows), 5)["suppressed"] == "").all()
    hidden = release_estimates(to_frame([rows[0], *(replace(row, events=2) for row in rows[1:])]), 5)
    assert hidden.set_index("population")["suppressed"].groupby(level=0).unique().map(list).to_dict() == {
        "assessable": ["count below 5"],
        "published": [""],
    }


def test_what_else_changes_the_numbers_at_risk_must_be_large_enough_too():
    # 10 of 40 have the event and 3 a competing one; by day 14 it is 7; then 20 enter
    steps = [(7, 40, 10, 0), (14, 27, 10, 0), (21, 13, 6, 0), (28, 27, 0, 27)]
    released = release_curves(curve(steps), 5).table
    assert released[["day", "at_risk", "events", "censored"]].to_numpy().tolist() == [
        [14, 40, 20, 0],  # 40 - 20 - 13 = 7 others
        [21, 13, 6, 0],  # 20 entered
        [28, 27, 0, 27],
    ]


def test_a_comparison_of_restricted_means_is_hidden_with_either_mean():
    key = KEY | {"analysis": "time_to_response"}
    means = [
        Result(**key, dose=dose, statistic="rmst_days", day=168, estimate=100.0, n=50, events=events)
        for dose, events in (("a", 20), ("b", 3), ("c", 20))
    ]
    differences = [
        Result(**key, dose=dose, comparator=other, statistic="rmst_difference", day=168, estimate=1.0, n=100, events=23)
        for dose, other in (("a", "b"), ("b", "a"), ("c", "a"))
    ]
    released = release_estimates(to_frame([*means, *differences]), 5).set_index(["dose", "comparator"])["suppressed"]
    hidden = [released["a", "b"], released["b", "a"], released["b", ""]]
    assert "" not in hidden
    assert (released["c", "a"], released["a", ""]) == ("", "")
