"""The tidy table of results: one row per estimate, one fixed set of columns, one number format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
PUBLISHED = "published"
"""Population of rows with counts that were published elsewhere: they are no patients of the cohort."""
SIGNIFICANT_DIGITS = 12

#: What makes a row the row it is; `estimate_id` is made of these.
KEY_COLUMNS = (
    "analysis",
    "endpoint",
    "condition",
    "dose",
    "comparator",
    "subgroup",
    "dose_attribution",
    "population",
    "missing_data",
    "day",
    "statistic",
)
COUNT_COLUMNS = ("n", "events")
NUMBER_COLUMNS = ("estimate", "low", "high", "level", "p_value", "p_adjusted", "person_years")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One estimate.

    Attributes
    ----------
    analysis : str
        The question, for example ``responder_rate``.
    endpoint : str
        Response definition, ``any``, ``body_system: NAME`` or ``term: NAME``, or name of an event.
    condition, dose : str
        ``all`` stands for the total.
    comparator, subgroup : str
        Empty where there is none.
    day : int or None
        Horizon or target visit, in days after the first dose.
    statistic : str
        For example ``proportion``, ``median_days``, ``rate_per_100_person_years``.
    n, events : int or None
        Patients, and patients with the event (events in a rate).
    person_years : float or None
        Time at risk of a rate.
    note : str
        Why the estimate is empty, or a warning.
    suppressed : str
        Empty, or the reason why disclosure control emptied the row.
    """

    analysis: str
    endpoint: str
    condition: str
    dose: str
    statistic: str
    comparator: str = ""
    subgroup: str = ""
    dose_attribution: str = ""
    population: str = ""
    missing_data: str = ""
    day: int | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    n: int | None = None
    events: int | None = None
    person_years: float | None = None
    method: str = ""
    note: str = ""
    suppressed: str = ""


COLUMNS = (
    "estimate_id",
    "analysis",
    "endpoint",
    "condition",
    "dose",
    "comparator",
    "subgroup",
    "dose_attribution",
    "population",
    "missing_data",
    "day",
    "statistic",
    "estimate",
    "low",
    "high",
    "level",
    "p_value",
    "p_adjusted",
    "n",
    "events",
    "person_years",
    "method",
    "note",
    "suppressed",
)
RESULT_FIELDS = tuple(field.name for field in fields(Result))
assert set(COLUMNS) == {"estimate_id", *RESULT_FIELDS}

#: A curve is a set of rows with the same key; a row per day on which something happens.
CURVE_COLUMNS = (
    "curve_id",
    "analysis",
    "endpoint",
    "condition",
    "dose",
    "dose_attribution",
    "population",
    "day",
    "at_risk",
    "events",
    "censored",
    "estimate",
    "low",
    "high",
    "level",
    "method",
    "note",
    "suppressed",
)
CURVE_KEY = ("analysis", "endpoint", "condition", "dose", "dose_attribution", "population")


def identifier(key: Iterable[Any]) -> str:
    """Return a short name of a row that depends on its key alone, so that it stays when numbers change."""
    text = "\x1f".join("" if part is None else str(part) for part in key)
    return "e" + hashlib.sha256(text.encode()).hexdigest()[:11]


def identifier_of(result: Result) -> str:
    """Return the `estimate_id` of a result."""
    return identifier(getattr(result, column) for column in KEY_COLUMNS)


def to_frame(results: Iterable[Result]) -> pd.DataFrame:
    """Return the tidy table, sorted by its key, with identifiers.

    Raises
    ------
    ValueError
        When two rows have the same key, or a row has neither an estimate nor a note.
    """
    import pandas as pd

    rows = []
    for result in results:
        row = {name: getattr(result, name) for name in RESULT_FIELDS}
        row["estimate_id"] = identifier_of(result)
        if row["estimate"] is None and not row["note"]:
            raise ValueError(f"no estimate and no note: {[row[column] for column in KEY_COLUMNS]}")
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("day", *COUNT_COLUMNS):
        frame[column] = frame[column].astype("Int64")
    for column in NUMBER_COLUMNS:
        frame[column] = frame[column].astype("float64")
    frame = frame.sort_values(list(KEY_COLUMNS), na_position="first", kind="stable", ignore_index=True)
    double = frame.duplicated("estimate_id")
    if double.any():
        raise ValueError(f"two results of one key: {frame.loc[double, list(KEY_COLUMNS)].iloc[0].tolist()}")
    return frame


def format_number(value: float) -> str:
    """Return a number in the one format of all released tables.

    Twelve significant digits: more would show differences between machines, fewer would lose agreement
    with references.

    Examples
    --------
    >>> format_number(1 / 3), format_number(2.0), format_number(float("inf"))
    ('0.333333333333', '2', 'inf')
    """
    return f"{value:.{SIGNIFICANT_DIGITS}g}"


def to_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV text: empty for missing, one number format, line feeds."""
    import pandas as pd

    text = frame.copy()
    for column in text.columns:
        if pd.api.types.is_float_dtype(text[column]):
            text[column] = [None if pd.isna(value) else format_number(value) for value in text[column]]
    return text.to_csv(index=False, lineterminator="\n")


def shown_by_analysis(frame: pd.DataFrame) -> dict[str, Any]:
    """Return how many rows disclosure control has left, altogether and of each analysis.

    Parameters
    ----------
    frame : DataFrame
        Columns ``analysis`` and ``suppressed``, empty where the row is shown.

    Returns
    -------
    dict
        ``rows``, ``shown`` (counts), ``share_shown`` (between 0 and 1; 1 where there are no rows), and ``analyses``:
        a dict of ``analysis``, ``rows`` and ``shown`` for each, in the order of the table.
    """
    shown = frame["suppressed"] == ""
    analyses = [
        {"analysis": str(name), "rows": len(part), "shown": int(part.sum())}
        for name, part in shown.groupby(frame["analysis"], sort=False)
    ]
    rows, left = len(shown), int(shown.sum())
    return {"rows": rows, "shown": left, "share_shown": left / rows if rows else 1.0, "analyses": analyses}
