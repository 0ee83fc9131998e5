"""Who was included: flows of attrition as boxes and tables. The counts are those released; nothing is added up."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.register import Register, Step
from dose_outcomes.report.wording import plain

PATIENTS = "patients"


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow: the row with the number at its start, the exclusions, the last row."""

    name: str
    unit: str
    start: Step
    start_label: str
    exclusions: list[Step]
    end: Step
    steps: list[Step]


def flows(register: Register) -> list[Flow]:
    """Return all flows in the order of the file; that of patients first."""
    found = [_flow(name, steps) for name, steps in register.flows.items()]
    return sorted(found, key=lambda flow: flow.name != PATIENTS)


def _flow(name: str, steps: list[Step]) -> Flow:
    first = steps[0]
    opens = first.step == 0
    label = plain(first.reason) if opens and first.reason else f"{first.unit} in the data"
    return Flow(
        name=plain(name),
        unit=plain(first.unit),
        start=first,
        start_label=label[:1].upper() + label[1:],
        exclusions=steps[1:] if opens else steps,
        end=steps[-1],
        steps=steps,
    )
