"""What the results do not show, and what was not done, in words that follow from the study."""

from __future__ import annotations

from typing import Any

from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response
from dose_outcomes.report.wording import MISSING_DATA, Wording, plain


def caution(study: dict[str, Any], response: Response | None, wording: Wording) -> str:
    """Return the two lines of the first screen: confounding and missing data."""
    if study["data"]["source"] == "adam":
        doses = "Groups are those of the trial's data; no adjustment for differences between them is made here."
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


def limits(study: dict[str, Any], register: Register, wording: Wording) -> list[str]:
    """Return what is not done, one sentence each, of what was released."""
    done = {row.analysis for row in register.all_estimates}
    compared = any(row.comparator for row in register.all_estimates if row.analysis == "responder_contrast")
    sentences = []
    if study["data"]["source"] != "adam":
        sentences.append(
            "No adjustment for differences between the patients of different doses beyond their condition: "
            "sicker patients may be given other doses."
        )
    if wording.reference_dose is None:
        sentences.append(
            "No comparison with patients without the drug, so nothing here separates the drug from time or hope."
        )
    if "placebo_benchmark" in done:
        sentences.append(
            "The placebo shares come from published trials of other patients, seen and chosen otherwise: "
            "a difference from them is no effect."
        )
    if compared and study.get("multiplicity"):
        sentences.append(
            "p values are adjusted within the families named above only; intervals are not: of many, "
            "some miss the truth."
        )
    else:
        sentences.append("No correction for the number of results shown: of many intervals some miss the truth.")
    if "missing_data_ladder" in done:
        sentences.append(
            "Multiple imputation and weighting suppose that scores are missing at random given what was seen; "
            "whether they are cannot be known. The map of assumptions shows what would change the conclusion."
        )
    else:
        sentences.append("Missing scores are handled as named above; no multiple imputation.")
    if "time_to_response_by_current_dose" in done:
        sentences.append(
            "Doses as taken are followed for times to response and rates; a dose may be changed because of how the "
            "patient does, which no analysis here allows for."
        )
    else:
        sentences.append("Doses during titration are not followed: patients stay in the group of their target dose.")
    if "response_with_stopping" in done:
        sentences.append(
            "Stopping competes with response in the cumulative incidences; the Kaplan-Meier curves of response do not "
            "end there, and say what the visits showed, whether or not the drug was still taken."
        )
    else:
        sentences.append(
            "Competing events (death, another treatment) are not modelled: "
            "patients without the event are censored when observation ends."
        )
    if "dose_response" in done:
        sentences.append("The dose-response curves say nothing about doses that nobody took.")
    return [*sentences, "Side effects are those recorded; how they were asked for is not known to this report."]


def families(register: Register) -> list[tuple[str, Estimate, str]]:
    """Return the families of tests: words, the row with their number, and which rows had no p value."""
    return [(plain(row.method).replace("_", " "), row, plain(row.note)) for row in register.select("multiplicity")]
