"""The files of a trial in ADaM form, and what their columns hold: dates, flags, numbers.

What a column must not hold stays in it as text, so that the rules of the cohort tables find it in its row; dates, which
no cohort table has, are refused here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.sources.files import read_file
from dose_outcomes.cohort.sources.form import Form
from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import pandas as pd

DATES = ("TRTSDT", "TRTEDT", "EOSDT", "RFENDT", "EXSTDTC", "EXENDTC", "ADT", "ASTDT", "AENDT")
#: A date, or as much of it as is known: ``2013``, ``2013-05``, ``2013---05``; also with a time.
_DATE_OR_PART = r"\d{4}(-(\d{2}|-)(-(\d{2}|-))?)?([T ].*)?"
_COMPLETE = r"\d{4}-\d{2}-\d{2}"
_SHOWN = 5


def read_all(folder: Path, wanted: Iterable[tuple[str | None, list[str]]]) -> dict[str, pd.DataFrame]:
    """Read files; return them by name.

    Parameters
    ----------
    wanted : iterable of (str or None, list of str)
        File, and the columns that it must have.

    Raises
    ------
    CohortDataError
        When a file cannot be read, a column is missing, or a date is none; all of them at once.
    """
    frames, problems = {}, []
    for name, needed in wanted:
        if name is None:
            continue
        path = folder / name
        try:
            frames[name] = read_file(path, Form(missing=("NA",)))
        except CohortDataError as error:
            problems.append(str(error))
            continue
        if missing := [column for column in needed if column not in frames[name]]:
            problems.append(
                f"{path}: no column {', '.join(missing)}; this is not the ADaM data set that is expected. "
                f"There are {', '.join(frames[name].columns)}"
            )
        problems += [sentence for column in DATES if (sentence := _no_dates(path, column, frames[name]))]
    if problems:
        raise CohortDataError("\n".join(problems))
    return frames


def _no_dates(path: Path, column: str, frame: pd.DataFrame) -> str:
    """Return what is wrong with a column of dates, if anything is."""
    if column not in frame:
        return ""
    text = words(frame[column]).dropna()
    shaped = text.str.fullmatch(_DATE_OR_PART)
    impossible = text.str.slice(0, 10).str.fullmatch(_COMPLETE) & dates(text).isna()
    wrong = list(text.index[~shaped | impossible])
    if not wrong:
        return ""
    shown = ", ".join(map(str, wrong[:_SHOWN])) + (", ..." if len(wrong) > _SHOWN else "")
    return (
        f"{path}: column {column}: {len(wrong)} row{'s' if len(wrong) > 1 else ''} ({shown}): must be a date of the "
        "form YYYY-MM-DD, or as much of it as is known. Correct these rows, or give a number of days its date format"
    )


def words(series: pd.Series) -> pd.Series:
    """Return cells as text; those without content are missing."""
    text = series.astype("str").str.strip()
    return text.mask(text == "")


def dates(series: pd.Series) -> pd.Series:
    """Return dates; an incomplete one (``2013-05``) is missing, not the first of the month."""
    import pandas as pd

    text = series.astype("str").str.slice(0, 10)
    complete = text.str.fullmatch(_COMPLETE).fillna(False)
    return pd.to_datetime(text.where(complete), format="%Y-%m-%d", errors="coerce")


def days(date: pd.Series, start: pd.Series) -> pd.Series:
    """Return days after the first dose (day 0)."""
    return (date - start).dt.days.astype("Int64")


def numbers(series: pd.Series) -> pd.Series:
    """Return numbers; the text as it is when a cell is none."""
    import pandas as pd

    found = pd.to_numeric(series, errors="coerce").astype("float64")
    return words(series) if (found.isna() & words(series).notna()).any() else found


def flag(series: pd.Series) -> pd.Series:
    """Return whether a flag is set: Y, or else N or nothing; any other word as it is."""
    text = words(series)
    known = text.map({"Y": "true", "N": "false"}).fillna(text)
    return known.fillna("false")


def observed(censoring: pd.Series) -> pd.Series:
    """Return whether an event was seen: 0 of CNSR; missing where it is. A word stays one, and is neither yes nor no."""
    import pandas as pd

    number = pd.to_numeric(censoring, errors="coerce")
    seen = (number == 0).map({True: "true", False: "false"})
    return seen.where(number.notna(), "CNSR " + words(censoring))
