"""Reporting checklists: where the report answers each item, or why the item does not apply."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

#: Places of the methods that an item may lead to, beside the sections of the page.
PLACES = {
    "design": "Design",
    "methods-question": "Question",
    "methods-patients": "Patients",
    "methods-doses": "Doses",
    "methods-response": "Response definitions",
    "methods-estimators": "Estimators",
    "methods-tests": "Families of tests",
    "limits": "Limits",
}


@dataclass(frozen=True, slots=True)
class Item:
    """An item: what it asks for, and one of: anchors with how it is answered, or why it does not apply."""

    item: str
    asks: str
    at: tuple[str, ...] = ()
    how: str = ""
    not_applicable: str = ""
    verified: bool = True
    """Whether number and content were compared with a text of the checklist."""

    def __post_init__(self) -> None:
        answered = bool(self.at) and bool(self.how)
        if answered == bool(self.not_applicable) or bool(self.at) != bool(self.how):
            raise ValueError(f"checklist item {self.item}: needs either at and how, or not_applicable")


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist with its source."""

    title: str
    source: str
    items: tuple[Item, ...]


def checklists() -> list[Checklist]:
    """Return the checklists that the report answers.

    Raises
    ------
    ValueError
        When an item has no answer, or two.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("dose_outcomes.report").joinpath("checklists.yaml").read_text(encoding="utf-8")
    return [
        Checklist(
            title=one["title"],
            source=one["source"],
            items=tuple(Item(**{**item, "at": tuple(item.get("at", ()))}) for item in one["items"]),
        )
        for one in yaml.load(text, Loader=loader)  # a safe loader
    ]
