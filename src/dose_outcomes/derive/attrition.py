"""Where rows and patients went: every exclusion named and counted, each flow closing on what is analysed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.attribution import landmark_exclusions
from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.population import analysed, exclusion_reasons
from dose_outcomes.derive.response import BASELINE_TOO_GOOD, NO_BASELINE, NO_DEFINITION
from dose_outcomes.derive.side_effects import NOT_ANALYSED, NOT_PLACED, SIDE_EFFECT_REASONS, placed

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

COLUMNS = ("flow", "unit", "step", "reason", "before", "excluded", "after")
NOT_USED = "Instrument of no response definition in this study"


def flow_rows(flow: str, unit: str, start: int, exclusions: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return the lines of one flow; an exclusion that met nobody is a line too.

    Examples
    --------
    >>> [row["after"] for row in flow_rows("patients", "patients", 10, [("too young", 3), ("no dose", 0)])]
    [7, 7]
    """
    rows, before = [], start
    for step, (reason, excluded) in enumerate(exclusions, start=1):
        rows.append(dict(zip(COLUMNS, (flow, unit, step, reason, before, excluded, before - excluded), strict=True)))
        before -= excluded
    return rows


def attrition(derived: Derived, responders: pd.DataFrame, accounts: list[dict[str, Any]]) -> pd.DataFrame:
    """Return all flows: the patients, each analysis, each input table.

    Parameters
    ----------
    responders : DataFrame
        Counts of responders.
    accounts : list of dict
        What reading each table gave: rows read, set aside by reason.

    Raises
    ------
    AssertionError
        When a flow does not close; that is a defect of this program.
    """
    import pandas as pd

    study = derived.study
    by_table = {account["table"]: account for account in accounts}
    rows: list[dict[str, Any]] = []
    patients = by_table["patients"]
    excluded = _tally(derived.population, "excluded")
    exclusions = [
        *_sentences(patients["set_aside"]),
        *((reason, excluded.get(reason, 0)) for reason in exclusion_reasons(study)),
    ]
    rows += flow_rows("patients", "patients", patients["rows_read"], exclusions)
    number = rows[-1]["after"] if rows else patients["rows_read"]
    assert number == excluded.get(None, 0), "patients do not add up"
    for endpoint in study.endpoints:
        reasons = _tally(derived.patients[endpoint.id], "not_assessable")
        steps = [(reason, reasons.get(reason, 0)) for reason in (NO_DEFINITION, NO_BASELINE, BASELINE_TOO_GOOD)]
        rows += flow_rows(f"responder_rate: {endpoint.id}", "patients", number, steps)
        assert rows[-1]["after"] == reasons.get(None, 0), "assessable patients do not add up"
        for day, visit in responders[responders["endpoint"] == endpoint.id].groupby("day"):
            missing = int((visit["n"] - visit["observed"]).sum())
            start = int(visit["n"].sum())
            rows += flow_rows(
                f"responder_rate: {endpoint.id}, visit at day {day}",
                "patients",
                start,
                [("No score in the window of the visit", missing)],
            )
        if study.dose_attributions.landmark_day is not None:
            total, steps = landmark_exclusions(derived, endpoint)
            rows += flow_rows(f"landmark: {endpoint.id}", "patients", total, steps)
    if "side_effects" in by_table:
        account = by_table["side_effects"]
        reasons = _tally(derived.side_effects, "excluded")
        steps = [
            *_sentences(account["set_aside"]),
            *((reason, reasons.get(reason, 0)) for reason in SIDE_EFFECT_REASONS),
        ]
        rows += flow_rows("side_effects", "rows", account["rows_read"], steps)
        assert rows[-1]["after"] == reasons.get(None, 0), "side effects do not add up"
        counting = rows[-1]["after"]
        rows += flow_rows(
            "side_effects: on a day", "rows", counting, [(NOT_PLACED, counting - _size(placed(derived.side_effects)))]
        )
    rows += _table_flows(derived, by_table)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _table_flows(derived: Derived, accounts: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the flow of each input table beside patients and side effects: read, set aside, of analysed patients."""
    kept = analysed(derived.population).patient_id
    instruments = {
        instrument
        for endpoint in derived.study.endpoints
        for code in endpoint.definitions.values()
        for instrument in derived.study.definition(code).instruments
    }
    rows = []
    for name in ("indications", "doses", "assessments", "medications", "times_to_event"):
        if name not in accounts:
            continue
        table = getattr(derived.cohort, name)
        own = table.filter(table.patient_id.isin(kept))
        steps = [*_sentences(accounts[name]["set_aside"])]
        steps.append((NOT_ANALYSED, accounts[name]["rows_used"] - int(own.count().execute())))
        if name == "assessments":
            unused = own.filter(own.instrument.notin(sorted(instruments))) if instruments else own
            steps.append((NOT_USED, int(unused.count().execute())))
        rows += flow_rows(f"table: {name}", "rows", accounts[name]["rows_read"], steps)
    return rows


def _tally(table: ir.Table, column: str) -> dict[str | None, int]:
    import pandas as pd

    frame = table.group_by(column).agg(number=table.count()).execute()
    return {None if pd.isna(reason) else reason: int(number) for reason, number in frame.itertuples(index=False)}


def _size(table: ir.Table) -> int:
    return int(table.count().execute())


def _sentences(set_aside: dict[str, int]) -> list[tuple[str, int]]:
    return [(reason[0].upper() + reason[1:], number) for reason, number in sorted(set_aside.items())]
