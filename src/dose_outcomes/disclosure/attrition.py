"""Release of the attrition: small exclusions are joined with their neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.quality import SEVERAL, joined, may_be_named
from dose_outcomes.disclosure.wording import SECONDARY, is_small, reason
from dose_outcomes.results import identifier

if TYPE_CHECKING:
    import pandas as pd

#: Tables whose flow has their name.
_OWN_FLOW = ("patients", "side_effects")
_OF_TABLE = "table: "
_AFTER_RESPONSE = ("landmark: ", "responder_rate: ")
#: Stands for all steps of a table of few rows.
FEW_ROWS = "Fewer rows than may be shown"


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
        is left may be among the estimates; numbers that are small themselves are hidden too. Of an endpoint for which
        the patients who can be assessed are hidden, so are the flows that start with them.
    """
    import pandas as pd

    set_aside = {_flow_of(table["table"]): len(table["reasons"]) for table in tables}
    rows: list[dict[str, Any]] = []
    hidden_ends: set[str] = set()
    for name, flow in attrition.groupby("flow", sort=False):
        blocks = _released(_blocks(flow, minimum_count, set_aside.get(str(name), 0)), minimum_count)
        if _start_of(str(name)) in hidden_ends:
            # what is left of those who can be assessed is nearly all of them
            hide = {"before": None, "excluded": None, "after": None}
            blocks = [{**step, **hide, "suppressed": step["suppressed"] or SECONDARY} for step in blocks]
        if blocks[-1]["after"] is None:
            hidden_ends.add(str(name))
        rows += blocks
    columns = ["attrition_id", *attrition.columns, "suppressed"]
    released = pd.DataFrame(rows, columns=columns)
    counts = ["step", "before", "excluded", "after"]
    return released.astype(dict.fromkeys(counts, "Int64"))


def _released(blocks: list[dict[str, Any]], minimum_count: int) -> list[dict[str, Any]]:
    """Return the joined steps of one flow with their place and identifier, and without the numbers to be hidden."""
    of_rows_read = blocks[0]["flow"] in _OWN_FLOW or blocks[0]["flow"].startswith(_OF_TABLE)
    if of_rows_read and is_small(blocks[0]["before"], minimum_count):
        # each reason would narrow the few rows that there are
        blocks = [{**blocks[0], "reason": FEW_ROWS}]
    released: list[dict[str, Any]] = []
    for number, step in enumerate(blocks, start=1):
        hidden = is_small(step["excluded"], minimum_count) or is_small(step["after"], minimum_count)
        few = is_small(step["before"], minimum_count)
        unknown = of_rows_read and number == 1 and hidden
        step |= {"step": number, "suppressed": reason(minimum_count) if hidden or few else ""}
        if hidden or few:
            step |= {"excluded": None, "after": None}
        if few or unknown or (released and released[-1]["after"] is None):
            step |= {"before": None}
        # reasons that are not named may stand in a flow twice
        place = (str(number),) if SEVERAL in step["reason"] else ()
        released.append({"attrition_id": identifier(("attrition", step["flow"], step["reason"], *place)), **step})
    return released


def _start_of(flow: str) -> str:
    """Return the flow of an endpoint whose last number is, or gives with others, the first of a flow.

    Examples
    --------
    >>> _start_of("responder_rate: remission, visit at day 84"), _start_of("landmark: remission")
    ('responder_rate: remission', 'responder_rate: remission')
    """
    return flow.partition(", visit at day")[0] if ", visit at day" in flow else flow.replace(*_AFTER_RESPONSE, 1)


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
