"""Words for what identifiers of results and of the study mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dose_outcomes.results import ALL

MISSING_DATA = {
    "non_responder": "a missing score counts as no response",
    "observed": "patients with a score only",
    "carried_forward": "the last score is carried forward",
}
RAMP_STEPS = 6
DAYS_PER_WEEK = 7

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """Return text without characters that neither HTML nor SVG can hold."""
    return _CONTROL.sub("�", text)


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose group as a column of figures and tables."""

    identifier: str
    label: str
    colour: str
    """Name of the CSS variable."""


class Wording:
    """Labels of one study.

    Parameters
    ----------
    study : dict
        The effective study.
    """

    def __init__(self, study: dict[str, Any]) -> None:
        self.study = study
        self.conditions: dict[str, str] = {key: plain(label) for key, label in study["conditions"].items()}
        self.drug = plain(study["drug"]["short_name"])
        self.level = float(study.get("level", 0.95))
        self.minimum = int(study["disclosure"]["minimum_count"])
        self.doses = [
            Dose(group["label"], plain(group["label"]), colour)
            for group, colour in zip(study["dose_groups"], ramp(study["dose_groups"]), strict=True)
        ]
        self.all_doses = Dose(ALL, "All groups" if self.reference_dose else "All doses", "--reference")

    @property
    def columns(self) -> list[Dose]:
        """Doses in their order, then the total; the total only where there is more than one dose."""
        return [*self.doses, self.all_doses] if len(self.doses) > 1 else self.doses

    @property
    def total(self) -> str:
        """The condition that stands for the whole study."""
        return ALL if len(self.conditions) > 1 else next(iter(self.conditions))

    @property
    def total_dose(self) -> str:
        """The dose that stands for the whole study."""
        return self.columns[-1].identifier

    @property
    def interval(self) -> str:
        """Short name of the intervals, for example `95% CI`."""
        return f"{100 * self.level:g}% CI"

    @property
    def hidden_legend(self) -> str:
        """What `<5` and `not shown` in a table mean; empty where nothing is hidden."""
        if self.minimum <= 1:
            return ""
        few = self.minimum - 1
        return f" <{self.minimum}: hidden, a count behind the cell is from 1 to {few}; not shown: so that none follows."

    @property
    def reference_dose(self) -> Dose | None:
        """The group that takes no drug (placebo), if there is one."""
        for dose, group in zip(self.doses, self.study["dose_groups"], strict=True):
            if group["from_mg"] == 0:
                return dose
        return None

    def condition(self, identifier: str) -> str:
        """Return the label of a condition, also of the total."""
        return "All conditions" if identifier == ALL else self.conditions.get(identifier, plain(identifier))

    def dose(self, identifier: str) -> str:
        """Return the label of a dose, also of the total."""
        return self.all_doses.label if identifier == ALL else plain(identifier)

    def definition(self, code: str) -> dict[str, Any] | None:
        """Return a response definition of the study or the catalogue."""
        from dose_outcomes.catalogue import built_in

        own = self.study.get("definitions", {}).get(code)
        if own:
            return dict(own)
        known = built_in().definitions.get(code)
        return known.model_dump() if known else None

    def instrument(self, code: str) -> str:
        """Return the name of an instrument; its code when nobody knows it."""
        return plain(str(self._instrument(code).get("label", code)))

    def direction(self, code: str) -> str:
        """Return which scores of an instrument are better."""
        return str(self._instrument(code).get("direction", "target_range"))

    def _instrument(self, code: str) -> dict[str, Any]:
        from dose_outcomes.catalogue import built_in

        known = built_in().instruments.get(code)
        return self.study.get("instruments", {}).get(code) or (known.model_dump() if known else {})


def ramp(groups: list[dict[str, Any]]) -> list[str]:
    """Return a colour for every dose group: spread-out steps of the ramp, grey for a group without drug."""
    active = [group for group in groups if group["from_mg"] > 0]
    last = max(len(active) - 1, 1)
    steps = iter(round(1 + index * (RAMP_STEPS - 1) / last) for index in range(len(active)))
    return ["--muted" if group["from_mg"] == 0 else f"--dose-{next(steps)}" for group in groups]


def week(day: int) -> str:
    """Return a day after the first dose in words.

    Examples
    --------
    >>> week(84), week(30)
    ('week 12', 'day 30')
    """
    return f"week {day // DAYS_PER_WEEK}" if day % DAYS_PER_WEEK == 0 else f"day {day}"


#: Words for a response, and those for the event of a harm.
_AS_EVENT = (
    (r"\ba response\b", "an event"),
    (r"\bA response\b", "An event"),
    ("response", "event"),
    ("Response", "Event"),
    (r"\bresponders\b", "patients with it"),
    (r"\bresponded\b", "had it"),
    (r"\brespond\b", "have it"),
)


def of_kind(text: str, endpoint: dict[str, Any]) -> str:
    """Return words about the responses of an endpoint; those about events where it is a harm.

    Examples
    --------
    >>> of_kind("Stopped before a response", {"kind": "harm"}), of_kind("A response", {"kind": "benefit"})
    ('Stopped before an event', 'A response')
    >>> of_kind("without a documented response", {"kind": "harm"})
    'without a documented event'
    """
    if endpoint.get("kind") != "harm":
        return text
    for words, others in _AS_EVENT:
        text = re.sub(words, others, text)
    return text


def in_sentence(label: str) -> str:
    """Return a label as it stands within a sentence: first letter small, unless it begins an abbreviation.

    Examples
    --------
    >>> in_sentence("Response at week 12"), in_sentence("ACR20 response")
    ('response at week 12', 'ACR20 response')
    """
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


def shorten(label: str, length: int) -> str:
    """Return a label cut to a length, with an ellipsis where it was cut."""
    label = plain(" ".join(label.split()))
    return label if len(label) <= length else label[: length - 1].rstrip() + "…"


def two_lines(label: str, length: int) -> list[str]:
    """Break a label at a space into at most two lines of about a length; the second is cut when too long.

    Examples
    --------
    >>> two_lines("Itch in scleroderma or dermatomyositis", 22)
    ['Itch in scleroderma or', 'dermatomyositis']
    """
    label = shorten(label, 2 * length)
    if len(label) <= length:
        return [label]
    position = label.rfind(" ", 0, length + 1)
    if position <= 0:
        return [shorten(label, length)]
    return [label[:position], shorten(label[position + 1 :], length)]
