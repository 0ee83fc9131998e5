"""Release of the attrition: small exclusions are joined with their neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.quality import SEVERAL, joined, may_be_named
from dose_outcomes.disclosure.wording import is_small, reason
from dose_outcomes.results import identifier

if TYPE_CHECKING:
    import pandas as pd

#: Tables whose flow has their name.
_OWN_FLOW = ("patients", "side_effects")
_OF_TABLE = "table: "


def release_attrition(attrition: pd.DataFrame, minimum_count: int, tables: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Join small exclusions with their neighbours until each step excludes none or enough.

    Where the rows set aside are joined with exclusions, or are few, several reasons are not named: each has at least
    one row, so that their number would narrow a small total.

    Parameters
    ----------
    attrition : DataFrame
        As `derive.attrition.attrition` returns it.
    minimum_count : int
        Smallest count that may be shown.
    tables : iterable of dict
        Of the data quality: rows of each input table, with the reasons rows were set aside.

    Returns
    -------
    DataFrame
        Columns attrition_id, flow, unit, step, reason, before, excluded, after, suppressed. Where a whole flow
        excludes few, its numbers after the exclusion are hidden, and in a flow of rows read those before too, as what
        is left may be among the estimates; numbers that are small themselves are hidden too.
    """
    import pandas as pd

    set_aside = {_flow_of(table["table"]): len(table["reasons"]) for table in tables}
    rows: list[dict[str, Any]] = []
    for name, flow in attrition.groupby("flow", sort=False):
        of_rows_read = name in _OWN_FLOW or str(name).startswith(_OF_TABLE)
        previous: dict[str, Any] | None = None
        for number, step in enumerate(_blocks(flow, minimum_count, set_aside.get(str(name), 0)), start=1):
            hidden = is_small(step["excluded"], minimum_count) or is_small(step["after"], minimum_count)
            few = is_small(step["before"], minimum_count)
            unknown = of_rows_read and is_small(step["excluded"], minimum_count)
            step |= {"step": number, "suppressed": reason(minimum_count) if hidden or few else ""}
            if hidden or few:
                step |= {"excluded": None, "after": None}
            if few or unknown or (previous is not None and previous["after"] is None):
                step |= {"before": None}
            # reasons that are not named may stand in a flow twice
            place = (str(number),) if SEVERAL in step["reason"] else ()
            previous = {"attrition_id": identifier(("attrition", step["flow"], step["reason"], *place)), **step}
            rows.append(previous)
    columns = ["attrition_id", *attrition.columns, "suppressed"]
    released = pd.DataFrame(rows, columns=columns)
    counts = ["step", "before", "excluded", "after"]
    return released.astype(dict.fromkeys(counts, "Int64"))


def exclusions_of(attrition: pd.DataFrame, tables: Iterable[dict[str, Any]]) -> dict[str, list[int]]:
    """Return what the flow of each input table excludes after the rows set aside; a table without a flow is left out.

    Parameters
    ----------
    attrition, tables
        As in `release_attrition`.
    """
    found = {}
    for table in tables:
        flow = attrition.loc[attrition["flow"] == _flow_of(table["table"]), "excluded"]
        if len(flow):
            found[table["table"]] = [int(number) for number in flow.iloc[len(table["reasons"]) :]]
    return found


def _flow_of(table: str) -> str:
    return table if table in _OWN_FLOW else f"{_OF_TABLE}{table}"


def _blocks(flow: pd.DataFrame, minimum_count: int, set_aside: int) -> list[dict[str, Any]]:
    """Return the joined steps of one flow, whose first steps are the reasons rows were set aside."""
    steps = [{str(key): value for key, value in row.items()} for row in flow.to_dict("records")]
    blocks = []
    for block in joined([step["excluded"] for step in steps], minimum_count):
        own = steps[block.start : block.stop]
        excluded = sum(step["excluded"] for step in own)
        reasons = [step["reason"] for step in own]
        away = max(min(block.stop, set_aside) - block.start, 0)
        counted = block.stop <= set_aside and not is_small(excluded, minimum_count)
        if away and not may_be_named(away, minimum_count, counted=counted):
            reasons[:away] = [f"Rows set aside for {SEVERAL}"]
        together = {"reason": "; ".join(reasons), "excluded": excluded, "after": own[-1]["after"]}
        blocks.append({**own[0], **together})
    return blocks
