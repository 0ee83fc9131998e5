"""What the results do not show, and what was not done, in words that follow from the study."""

from __future__ import annotations

from typing import Any

from dose_outcomes.report.response import Response
from dose_outcomes.report.wording import MISSING_DATA, Wording


def caution(study: dict[str, Any], response: Response | None, wording: Wording) -> str:
    """Return the two lines of the first screen: confounding and missing data."""
    if study["data"]["source"] == "adam":
        doses = "Groups are those of the trial's data; no test between them and no adjustment is made here."
    else:
        doses = (
            "How patients came to their doses is not part of the data: unless chance assigned them, differences "
            "between doses are not proof that the dose caused them."
        )
        if wording.reference_dose is None:
            doses += " There is no group without the drug, so improvement over time is no proof either."
    if response is None:
        return doses
    return f"{doses} Missing scores: {MISSING_DATA.get(response.primary, response.primary)}."


def limits(study: dict[str, Any], wording: Wording) -> list[str]:
    """Return what is not done, one sentence each."""
    sentences = []
    if study["data"]["source"] != "adam":
        sentences.append(
            "No adjustment for differences between the patients of different doses: "
            "sicker patients may be given other doses."
        )
    if wording.reference_dose is None:
        sentences.append(
            "No comparison with patients without the drug, so nothing here separates the drug from time or hope."
        )
    return [
        *sentences,
        "No test between doses and no correction for the number of results shown: "
        "of many intervals some miss the truth.",
        "Missing scores are handled as named above; no multiple imputation, no model of why they are missing.",
        "Doses during titration are not followed: patients stay in the group of their target dose.",
        "Competing events (death, another treatment) are not modelled: "
        "patients without the event are censored when observation ends.",
        "Side effects are those recorded; how they were asked for is not known to this report.",
    ]
