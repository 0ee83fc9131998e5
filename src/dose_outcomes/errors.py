"""Exceptions. Those below `UserError` are shown to users without a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DoseOutcomesError(Exception):
    """Root of everything this package raises on purpose."""


class ArgumentError(DoseOutcomesError, ValueError):
    """A function was called with an argument it cannot take: what was expected, what came."""


class UnexpectedError(DoseOutcomesError):
    """A fault of the program, said without the text of the error, which may hold values of patients."""


class UserError(DoseOutcomesError):
    """A mistake a user can mend: what is wrong, where, how many, what to do."""


class StudyError(UserError):
    """The study file cannot be used."""


class CohortDataError(UserError):
    """An input table cannot be used."""


class AnalysisError(UserError):
    """The study asks for an analysis that cannot be done, or should not be."""


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the legal name most like `name`, or None when nothing is close."""
    close = difflib.get_close_matches(name.lower(), list(allowed), n=1, cutoff=0.6)
    return close[0] if close else None
