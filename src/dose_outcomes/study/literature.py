"""What others have published, and what is claimed: printed beside the estimates of the study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints, model_validator

from dose_outcomes.errors import nearest
from dose_outcomes.study.base import Identifier, Label, Part

if TYPE_CHECKING:
    from dose_outcomes.study.model import Study

ALL = "all"
Doi = Annotated[str, StringConstraints(pattern=r"^(10\.\d{4,9}/\S+)?$")]


class PublishedResult(Part):
    """Responders of one arm of a published study."""

    id: Identifier
    label: Label
    """First author and year; with a word more where several results of a publication are given."""
    citation: Label
    """Journal, volume and page."""
    doi: Doi = ""
    """Begins with 10.; empty when there is none or none is known."""
    design: Label
    """How the study was made: randomised, open label, register."""
    condition: Identifier
    outcome: Label
    """What the study counted as a response, and when."""
    arm: Label
    """What the patients took, with the dose."""
    responders: Annotated[int, Field(ge=0)] | None = None
    """Empty when the paper gives only a percentage from which no count follows."""
    patients: Annotated[int, Field(ge=1)] | None = None
    definition: str = ""
    """Response definition of an endpoint of this study that is the same rule; empty when none is. Only then are the two
    compared."""
    remission: bool = False
    """Compared with the remission that belongs to the definition, not with the response."""
    dose_group: str = ALL
    """Dose group of this study beside which it is put; `all` for all doses together."""
    note: str = ""
    """What is doubtful about the figures."""


class Answer(Part):
    """The row of estimates.csv that answers a claim: its key, complete. What is left out is empty in the row."""

    analysis: Identifier
    statistic: Identifier
    endpoint: str = ""
    condition: str = ALL
    dose: str = ALL
    comparator: str = ""
    subgroup: str = ""
    dose_attribution: str = "target"
    missing_data: str = ""
    day: int | None = None


class Claim(Part):
    """A statement about the drug that an estimate can bear out or not."""

    id: Identifier
    text: Label
    """The claim, in words of one's own."""
    source: Label
    """Who makes it, where."""
    answer: Answer | None = None
    """The estimate that answers it."""
    above: float | None = None
    """The claim holds where the estimate lies above."""
    below: float | None = None
    """The claim holds where the estimate lies below."""
    about: float | None = None
    """The claim holds where the interval contains the number."""
    own_bound: bool = False
    """Whether the number is this study's own choice, because the source gives none."""
    not_answered: str = ""
    """Why no estimate of this study answers it."""

    @model_validator(mode="after")
    def _one_way(self) -> Claim:
        bounds = [name for name in ("above", "below", "about") if getattr(self, name) is not None]
        if (self.answer is None) == (not self.not_answered):
            raise ValueError("needs either answer or not_answered, not both")
        if self.answer is not None and len(bounds) != 1:
            raise ValueError(f"needs exactly one of above, below, about; received {', '.join(bounds) or 'none'}")
        if self.answer is None and bounds:
            raise ValueError(f"{bounds[0]} needs an answer to compare it with")
        if self.own_bound and not bounds:
            raise ValueError("own_bound needs one of above, below, about")
        return self


def check_literature(study: Study) -> Iterator[str]:
    """Names exist, nothing is used twice, published counts are possible, what is compared is asked by the study."""
    for key, ids in (
        ("literature", [one.id for one in study.literature]),
        ("claims", [one.id for one in study.claims]),
    ):
        yield from (f"{key}: {name}: used twice" for name in sorted({one for one in ids if ids.count(one) > 1}))
    conditions, doses = [*study.conditions], [ALL, *study.dose_labels]
    for result in study.literature:
        where = f"literature: {result.id}"
        if result.condition not in conditions:
            yield f"{where}: unknown condition '{result.condition}'{_hint(result.condition, conditions)}"
        if result.dose_group not in doses:
            yield f"{where}: unknown dose_group '{result.dose_group}'{_hint(result.dose_group, doses)}"
        if result.responders is not None and result.patients is None:
            yield f"{where}: responders without patients"
        elif result.responders is not None and result.patients is not None and result.responders > result.patients:
            yield f"{where}: responders must be at most patients ({result.patients}); received {result.responders}"
        used = {endpoint.definitions.get(result.condition, "") for endpoint in study.endpoints} - {""}
        if result.definition and result.condition in conditions and result.definition not in used:
            yield (
                f"{where}: definition '{result.definition}' is that of no endpoint for {result.condition}"
                f"{_hint(result.definition, used)}"
            )
        if result.remission and not result.definition:
            yield f"{where}: remission needs the definition that it belongs to"
    for claim in study.claims:
        if claim.answer is None:
            continue
        where = f"claims: {claim.id}: answer"
        if claim.answer.condition not in [ALL, *conditions]:
            yield f"{where}: unknown condition '{claim.answer.condition}'{_hint(claim.answer.condition, conditions)}"
        if claim.answer.dose not in doses:
            yield f"{where}: unknown dose '{claim.answer.dose}'{_hint(claim.answer.dose, doses)}"


def _hint(name: str, allowed: Iterable[str]) -> str:
    names = {one.lower(): one for one in allowed}
    close = names.get(nearest(name, list(names)) or "")
    return f"; did you mean {close}?" if close else f"; known: {', '.join(sorted(names.values())) or 'none'}"
