"""The catalogue as a page: ``python -m dose_outcomes.catalogue.documentation`` writes docs/definitions.md."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from dose_outcomes.catalogue.definitions import Catalogue, Instrument, Mcid, ResponseDefinition
from dose_outcomes.catalogue.shipped import built_in
from dose_outcomes.catalogue.wording import in_words

PATH = Path("docs/definitions.md")

INTRODUCTION = """# Response definitions

{definitions} definitions and {instruments} instruments ship with the package. A study names a definition by its code
under `endpoints`, or writes one of its own under `definitions` with the same keys; its words appear in the effective
study. A definition of a harm (worsening, safety event) needs an endpoint with `kind: harm`.

The sentences below are written from the rules that are run. How they are read:

- A missing score makes a comparison unknown; unknown stays unknown unless the rest of the rule decides. What an unknown
  response counts as is the endpoint's `missing_data`.
- Differences are rounded to a millionth before they are compared: 5.3 - 4.1 is 1.2.
- Percentages are taken of the baseline above the lowest score of the scale.
- Who does not reach the baseline bound cannot be assessed: not in the numerator, not in the denominator.
- A component is another score of the same day, or its change from a baseline chosen as that of the main score.

**Check before publication** marks figures that were recalled, or are uncertain, and were not looked up in the source.

Written by `python -m dose_outcomes.catalogue.documentation`; a test holds it to the code.
"""

CONDITIONS = {
    "crohns_disease": "Crohn's disease",
    "crohns_disease_paediatric": "Crohn's disease, paediatric",
    "hashimoto_thyroiditis": "Hashimoto's thyroiditis",
    "pruritus_ssc_dm": "Itch in scleroderma or dermatomyositis",
    "sjogren": "Sjögren's disease",
    "": "Any condition",
}
ROLES = {
    "primary": "primary",
    "secondary": "secondary",
    "sensitivity": "sensitivity analysis",
    "supportive": "supportive",
    "safety": "safety",
    "last_resort": "last resort",
}
VALIDATION = {
    "validated": "validated",
    "validated_other_population": "validated in another population",
    "pragmatic": "pragmatic, not validated",
}
CITATIONS = {
    "read": "Figures read in the source",
    "recalled": "Figures recalled",
    "uncertain": "Figures uncertain",
    "chosen": "Cut chosen, not taken from a source",
}
MEASURES = {
    "score": "",
    "improvement": "the improvement of ",
    "worsening": "the worsening of ",
    "percent_improvement": "the improvement in percent of ",
}
DIRECTIONS = {"lower_better": "lower", "higher_better": "higher", "target_range": "within a range"}


def page() -> str:
    """Return the page as Markdown text."""
    catalogue = built_in()
    parts = [INTRODUCTION.format(definitions=len(catalogue.definitions), instruments=len(catalogue.instruments))]
    by_condition = sorted(catalogue.definitions.items(), key=lambda item: item[1].condition or "~")
    parts.append("| condition | primary | otherwise |\n|---|---|---|")
    for condition, group in groupby(by_condition, key=lambda item: item[1].condition):
        parts += _primaries(condition, list(group))
    for condition, group in groupby(by_condition, key=lambda item: item[1].condition):
        parts.append(f"\n## {_condition(condition)}\n")
        parts += [_entry(code, definition, catalogue) for code, definition in group]
    parts.append(
        "\n## Instruments\n\nOutside its limits a value is an error; outside the plausible range it is doubtful.\n"
    )
    parts.append("| code | instrument | units | limits | plausible | step | better | percent of | note |")
    parts.append("|---|---|---|---|---|---|---|---|---|")
    parts += [_row(code, instrument) for code, instrument in sorted(catalogue.instruments.items())]
    return "\n".join(parts) + "\n"


def _primaries(condition: str, definitions: list[tuple[str, ResponseDefinition]]) -> list[str]:
    primary = [f"`{code}`" for code, definition in definitions if definition.role == "primary"]
    others = [
        f"`{code}` if {definition.primary_if}" for code, definition in definitions if definition.role == "primary_if"
    ]
    return [f"| {_condition(condition)} | {', '.join(primary)} | {'; '.join(others)} |"] if primary or others else []


def _entry(code: str, definition: ResponseDefinition, catalogue: Catalogue) -> str:
    lines = [
        f"### {code}: {definition.label}\n",
        in_words(definition, catalogue.instruments) + "\n",
        f"- Rule: `{definition.response}`"
        + (f"; {definition.remission_label or 'remission'}: `{definition.remission}`" if definition.remission else ""),
        *_components(definition),
        f"- Use: {_role(definition)}; {_plain(definition.domain).lower()}",
        *([f"- Minimal clinically important difference: {_mcid(definition.mcid)}"] if definition.mcid else []),
        f"- Standing: {VALIDATION[definition.validation]}.{' ' if definition.note else ''}{definition.note}",
        f"- Source: {_source(definition)}",
    ]
    return "\n".join(lines) + "\n"


def _components(definition: ResponseDefinition) -> list[str]:
    told = [f"`{name}` is {MEASURES[part.measure]}{part.instrument}" for name, part in definition.parts.items()]
    return [f"- Components: {', '.join(told)}"] if told else []


def _role(definition: ResponseDefinition) -> str:
    return f"primary if {definition.primary_if}" if definition.role == "primary_if" else ROLES[definition.role]


def _mcid(mcid: Mcid) -> str:
    figures = [f"{mcid.absolute:g}"] if mcid.absolute is not None else []
    figures += [f"{mcid.percent:g} %"] if mcid.percent is not None else []
    return ". ".join(part for part in (" or ".join(figures), mcid.note) if part)


def _source(definition: ResponseDefinition) -> str:
    links = [f"[doi {definition.doi}](https://doi.org/{definition.doi})"] if definition.doi else []
    links += [f"PMID {definition.pmid}"] if definition.pmid else []
    told = f"{definition.source}{' (' + ', '.join(links) + ')' if links else ''}. {CITATIONS[definition.citation]}."
    told += f" {definition.citation_note}" if definition.citation_note else ""
    return told + (" **Check before publication.**" if definition.check_before_publication else "")


def _row(code: str, instrument: Instrument) -> str:
    cells = [
        f"`{code}`",
        instrument.label,
        instrument.units,
        f"{instrument.minimum:g} to {instrument.maximum:g}",
        _plausible(instrument),
        "" if instrument.step is None else f"{instrument.step:g}",
        DIRECTIONS[instrument.direction],
        f"score - {instrument.floor:g}" if instrument.floor else "score",
        instrument.note,
    ]
    return f"| {' | '.join(cells)} |"


def _plausible(instrument: Instrument) -> str:
    low, high = instrument.plausible_minimum, instrument.plausible_maximum
    if low is None and high is None:
        return ""
    low = instrument.minimum if low is None else low
    return f"{low:g} to {instrument.maximum if high is None else high:g}"


def _condition(identifier: str) -> str:
    return CONDITIONS.get(identifier) or _plain(identifier)


def _plain(identifier: str) -> str:
    text = identifier.replace("_", " ")
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
