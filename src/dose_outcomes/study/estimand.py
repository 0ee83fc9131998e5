"""Estimands (ICH E9(R1)): what events after the start mean for an endpoint, declared before they are seen."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from dose_outcomes.study.base import Label, Part

IntercurrentEvent = Literal[
    "stopped_for_side_effect",
    "stopped_for_lack_of_efficacy",
    "stopped_for_other_reason",
    "death",
    "rescue_medication",
    "prohibited_medication",
    "dose_reduced",
]
STRATEGIES = {
    "treatment_policy": "scores count whether or not the event happened",
    "composite": "the event is a failure: no response from its day on",
    "while_on_treatment": "the last score before the event counts from then on",
    "hypothetical": "scores from the event on are taken as missing",
}
EVENTS: dict[IntercurrentEvent, str] = {
    "stopped_for_side_effect": "stopped the drug for a side effect",
    "stopped_for_lack_of_efficacy": "stopped the drug for lack of efficacy",
    "stopped_for_other_reason": "stopped the drug for another reason",
    "death": "died",
    "rescue_medication": "began a rescue medication",
    "prohibited_medication": "began a medication that must not be combined with the drug",
    "dose_reduced": "had the dose reduced",
}


def _refuse_principal_stratum(strategy: Any) -> Any:
    if strategy == "principal_stratum":
        raise ValueError(
            "principal_stratum is refused: who would not have had the event under another dose cannot be told "
            f"from a cohort. Choose {', '.join(STRATEGIES)}"
        )
    return strategy


Strategy = Annotated[
    Literal["treatment_policy", "composite", "while_on_treatment", "hypothetical"],
    BeforeValidator(_refuse_principal_stratum),
]


class AlternativeStrategies(Part):
    """The same endpoint under other strategies, side by side with the main one."""

    label: Label
    """Names the row, for example `treatment policy`."""
    intercurrent_events: dict[IntercurrentEvent, Strategy]


class IntercurrentMedications(Part):
    """Classes of medication whose start is an intercurrent event."""

    rescue: list[str] = []
    """Drug classes that replace or top up the drug under study when it does not do."""
    prohibited: list[str] = []
    """Drug classes that must not be combined with it."""
