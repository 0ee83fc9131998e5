"""What the study file says of identifiers: columns that are no identifier, and how many patients must be alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from dose_outcomes.errors import nearest
from dose_outcomes.study.base import Part

if TYPE_CHECKING:
    from dose_outcomes.study.model import Study

#: Asked of real data where the study says nothing; the usual least size of a cell that health bodies release.
SMALLEST_GROUP = 5

Reason = Annotated[str, StringConstraints(min_length=10, strip_whitespace=True)]


class Identifiers(Part):
    """Data must be de-identified, and that is checked: what looks like an identifier stops the run."""

    accepted: dict[str, Reason] = {}
    """Table and column (``patients.site``, or the name that a column without use has in the file): why it is no
    identifier although it looks like one, or who agreed that it stays. The reason is released with the results."""
    combinations: list[Annotated[list[str], Field(min_length=1)]] = [["age", "sex"]]
    """Columns of `patients` (also ``condition``, the primary one) that someone may know of a patient together."""
    age_bands: list[Annotated[int, Field(gt=0, lt=90)]] = [18, 40, 65]
    """Ages at which a new band begins: so exactly is an age held to be known. Empty: in whole years."""
    smallest_group: Annotated[int, Field(ge=1)] | None = None
    """Patients who must share each combination that occurs (k-anonymity). 1 asks nothing; when empty, 5 for real
    data and 1 for synthetic data."""


def smallest_group(study: Study) -> int:
    """Return how many patients must share a combination."""
    own = study.data.identifiers.smallest_group
    if own is not None:
        return own
    return SMALLEST_GROUP if study.data.nature == "real" else 1


def check_identifiers(study: Study) -> Iterator[str]:
    """Combinations are of columns of patients; what is accepted is a column of a table."""
    from dose_outcomes.study.data import TABLES

    identifiers = study.data.identifiers
    known = ["age", "sex", "site", "condition", *study.covariates]
    for combination in identifiers.combinations:
        for column in combination:
            if column not in known:
                close = nearest(column, known)
                hint = f"did you mean {close}?" if close else f"known: {', '.join(known)}"
                yield f"data: identifiers: combinations: unknown column '{column}'; {hint}"
        if len(set(combination)) < len(combination):
            yield f"data: identifiers: combinations: {' + '.join(combination)} names a column twice"
    if list(identifiers.age_bands) != sorted(set(identifiers.age_bands)):
        yield "data: identifiers: age_bands must rise"
    for place in identifiers.accepted:
        table, _, column = place.partition(".")
        if table not in TABLES or not column:
            yield (
                f"data: identifiers: accepted: '{place}' must be a table and a column, as in patients.site; "
                f"tables: {', '.join(TABLES)}"
            )
