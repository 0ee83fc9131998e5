"""Estimands: the five attributes of each endpoint, and the same endpoint under other strategies and doses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.wording import MISSING_DATA, Wording, of_kind, plain
from dose_outcomes.results import ALL
from dose_outcomes.study.estimand import EVENTS, STRATEGIES

PREFIX = "strategy: "
#: Dose attribution in the results: how it is said, in the order of the table.
ATTRIBUTIONS = {
    "landmark": "By the dose on the landmark day, of those on the drug who had not responded",
    "last dose (biased)": "By the last dose. Biased: shown for comparison only",
}


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at an endpoint: a row of the table, cells by dose."""

    label: str
    cells: dict[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class Views:
    """An endpoint in its main form and beside it under other strategies and doses, all conditions together."""

    shares: list[View]
    rates: View | None
    """First responses per time at risk at the dose taken."""


def estimand(endpoint: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the five attributes of an endpoint's estimand, each with its lines.

    References
    ----------
    ICH E9(R1), Addendum on estimands and sensitivity analysis in clinical trials, 2019.
    """
    declared = endpoint.get("intercurrent_events") or {}
    events = [f"{EVENTS[kind]}: {STRATEGIES[strategy]}" for kind, strategy in declared.items()]
    others = [
        f"also under another strategy ({plain(other['label'])}): "
        + "; ".join(
            f"{EVENTS[kind]}: {strategy.replace('_', ' ')}" for kind, strategy in other["intercurrent_events"].items()
        )
        for other in endpoint.get("alternatives") or []
    ]
    first = endpoint["missing_data"][0]
    return [
        ("Population", ["patients who meet the criteria above and whose score before treatment can be assessed"]),
        ("Treatment", [plain(endpoint["treatment"])] if endpoint.get("treatment") else ["the dose aimed at"]),
        ("Endpoint", [plain(endpoint["label"])]),
        ("Events after the start", [*(events or ["none is declared, and none happened"]), *others]),
        ("Summary", [of_kind(f"share of patients with a response; {MISSING_DATA.get(first, first)}", endpoint)]),
    ]


def views(endpoint: dict[str, Any], register: Register, wording: Wording) -> Views | None:
    """Return the views of an endpoint that were released; None when there is only the main one."""
    codes = set(endpoint["definitions"].values())
    name = endpoint["id"] if len(codes) > 1 else next(iter(codes), "")
    key = {"condition": ALL, "endpoint": name, "comparator": "", "missing_data": endpoint["missing_data"][0]}
    rows = [
        row
        for analysis in ("responder_rate", "responder_rate_by_strategy")
        for row in register.select(analysis=analysis, statistic="proportion", **key)
    ]
    main = [row for row in rows if row.plain]
    shares = [View("As declared: by the dose aimed at", _by_dose(main, wording))]
    for label in dict.fromkeys(row.subgroup for row in rows if row.subgroup.startswith(PREFIX)):
        text = f"Under another strategy: {plain(label.removeprefix(PREFIX))}"
        shares.append(View(text, _by_dose([row for row in rows if row.subgroup == label], wording)))
    for attribution, text in ATTRIBUTIONS.items():
        found = [row for row in rows if row.dose_attribution == attribution and not row.subgroup]
        if found:
            shares.append(View(of_kind(text, endpoint), _by_dose(found, wording)))
    current = register.select(
        analysis="time_to_response", statistic="rate_per_100_person_years", dose_attribution="current",
        condition=ALL, endpoint=name,
    )  # fmt: skip
    rates = View("At the dose taken", _by_dose(current, wording)) if current else None
    return Views(shares, rates) if len(shares) > 1 or rates else None


def _by_dose(rows: list[Estimate], wording: Wording) -> dict[str, Estimate | None]:
    found = {row.dose: row for row in rows}
    return {dose.identifier: found.get(dose.identifier) for dose in wording.columns}
