"""Rows read are rows analysed and rows set aside by reason: of random cohorts, for each table and each analysis."""

import json

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.faults.cohort import ROWS, STUDY, sound

from dose_outcomes.cohort.build import checked_cohort
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.derive.counts import count_cohort
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study import Study

#: Instead of a cell: nothing, a word, numbers beyond every limit, another legal value.
OTHERS = (None, "", "wrong", "-1", "0", "3", "7.5", "101", "99999", "true", "false", "male", "death", "fibromyalgia")
FATES = ("kept",) * 40 + ("spoiled", "spoiled", "gone", "doubled", "of nobody", "blank")
OWN_FLOW = ("patients", "side_effects")


@st.composite
def cohorts(draw) -> dict[str, pd.DataFrame]:
    """Some sound patients, of whose rows some are spoiled, left out, doubled, or given to nobody."""
    frames = {}
    number = draw(st.integers(2, 6))
    kept = {name: [row for one in range(number) for row in sound(one)[name]] for name in TABLES}
    for name, rows in kept.items():
        found = []
        for row in rows:
            fate = draw(
                st.sampled_from(("kept",) * 12 + ("spoiled", "spoiled", "gone", "doubled", "of nobody", "blank"))
            )
            if fate == "gone" and not (name == "patients" and not found):
                continue
            own = dict(row)
            if fate == "spoiled":
                own[draw(st.sampled_from(list(own)))] = draw(st.sampled_from(OTHERS))
            if fate == "of nobody":
                own["patient_id"] = "nobody"
            found += [dict.fromkeys(own)] if fate == "blank" else [own] * (2 if fate == "doubled" else 1)
        frames[name] = pd.DataFrame(found, columns=list(TABLES[name].columns), dtype="object")
    return frames


@settings(derandomize=True, deadline=None, max_examples=8)
@given(frames=cohorts())
def test_every_row_that_is_read_is_analysed_or_set_aside_for_a_reason(tmp_path_factory, frames):
    folder = tmp_path_factory.mktemp("cohort")
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    content = json.loads(json.dumps(STUDY))
    content["data"]["folder"] = str(folder)
    content["quality"]["on_error"] = "set_aside"
    study = Study.model_validate(content)
    try:
        checked = checked_cohort(study, folder / "cohort", folder / "faults.csv")
    except CohortDataError as error:  # nobody is left, or a whole file cannot be used: no number comes of it
        assert any(one in str(error) for one in ("no patient is left", "holds no row of data"))  # noqa: PT017
        assert not list((folder / "cohort").glob("*"))
        return
    accounts = {account["table"]: account for account in checked.accounts}
    for name, frame in frames.items():
        account = accounts[name]
        assert account["rows_read"] == len(frame)
        assert account["rows_used"] == len(pd.read_parquet(folder / f"cohort/{name}.parquet"))
        assert account["rows_read"] == account["rows_used"] + sum(account["set_aside"].values())
        assert account["set_aside"].get("no cell filled", 0) == int(frame.isna().all(axis=1).sum())
    flows = count_cohort(folder / "cohort", study, checked.accounts)["attrition"]
    assert (flows["excluded"] >= 0).all()
    for name, flow in flows.groupby("flow"):
        assert flow["before"].iloc[0] - flow["excluded"].sum() == flow["after"].iloc[-1], name
    for name, frame in frames.items():
        flow = flows[flows["flow"] == (name if name in OWN_FLOW else f"table: {name}")]
        assert flow["before"].iloc[0] == len(frame)
        named = {reason[0].upper() + reason[1:]: rows for reason, rows in accounts[name]["set_aside"].items()}
        assert named.items() <= dict(zip(flow["reason"], flow["excluded"], strict=True)).items()
    analysed = flows[flows["flow"] == "patients"]["after"].iloc[-1]
    for endpoint in study.endpoints:
        own = flows[flows["flow"] == f"responder_rate: {endpoint.id}"]
        assert own["before"].iloc[0] == analysed


def test_the_cohorts_have_every_table():
    assert set(ROWS) == set(TABLES)
