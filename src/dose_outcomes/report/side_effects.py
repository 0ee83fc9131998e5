"""Side effects: the released incidences arranged as any, body systems and terms."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.grids import Cell, Grid, Line, grid, one_denominator
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.wording import Wording, plain

ANALYSIS = "side_effect_incidence"
ANY = "any"
MOST_TERMS_DRAWN = 30
"""With more terms the figure shows body systems; the table shows all."""


@dataclass(frozen=True, slots=True)
class SideEffect:
    """One line of the tables: released shares and rates by dose, for one condition or all."""

    endpoint: str
    label: str
    group: str
    """`any`, `body_system` or `term`."""
    shares: dict[str, Estimate | None]
    rates: dict[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class SideEffects:
    """Side effects of one condition, or of all conditions together."""

    condition: str
    label: str
    lines: list[SideEffect]

    def of(self, group: str) -> list[SideEffect]:
        """Return the lines of a group in their order."""
        return [line for line in self.lines if line.group == group]

    @property
    def any(self) -> SideEffect | None:
        """The line of any side effect."""
        lines = self.of("any")
        return lines[0] if lines else None

    @property
    def patients(self) -> dict[str, Estimate | None]:
        """By dose a row whose `n` is that of all shares at it; empty where a dose has several."""
        doses = list(self.lines[0].shares) if self.lines else []
        found = one_denominator([line.shares[dose] for line in self.lines] for dose in doses)
        return dict(zip(doses, found, strict=True)) if any(found) else {}

    @property
    def drawn(self) -> list[SideEffect]:
        """The lines of the figure: any, then terms, or body systems where terms are many."""
        terms = self.of("term")
        return [*self.of("any"), *(terms if terms and len(terms) <= MOST_TERMS_DRAWN else self.of("body_system"))]


def side_effects(register: Register, wording: Wording, condition: str) -> SideEffects:
    """Return the side effects of a condition, most frequent first, hidden ones last by name."""
    lines = [_line(endpoint, register, wording, condition) for endpoint in register.endpoints(ANALYSIS)]
    groups = ("any", "body_system", "term")
    lines.sort(key=lambda line: (groups.index(line.group), *_rank(line.shares.get(wording.total_dose)), line.label))
    return SideEffects(condition, wording.condition(condition), lines)


def side_effects_by_condition(effects: SideEffects, register: Register, wording: Wording) -> Grid | None:
    """Return shares in each condition: any side effect by dose, body systems over all doses."""
    systems = effects.of("body_system")

    def share(condition: str, dose: str, endpoint: str) -> Cell:
        return Cell("share", register.find(ANALYSIS, "proportion", condition, dose, endpoint))

    lines = [
        Line(
            wording.condition(condition),
            [
                *(share(condition, dose.identifier, ANY) for dose in wording.columns),
                *(share(condition, wording.total_dose, line.endpoint) for line in systems),
            ],
        )
        for condition in wording.conditions
    ]
    return grid(
        "Patients with a side effect, in each condition", "Condition",
        [*(f"Any, {dose.label}" for dose in wording.columns), *(line.label for line in systems)], lines,
        f"Share with at least one, {wording.interval}, patients with it/patients; body systems over all doses. Single "
        "side effects of each condition are in estimates.csv." + wording.hidden_legend,
    )  # fmt: skip


def _rank(row: Estimate | None) -> tuple[bool, float]:
    """Order by what is shown alone: the place of a hidden line must not tell its value."""
    return (row is None or row.estimate is None, -(row.estimate or 0.0) if row else 0.0)


def _line(endpoint: str, register: Register, wording: Wording, condition: str) -> SideEffect:
    group, _, name = endpoint.partition(": ")
    if group not in ("body_system", "term"):
        group, name = "any", "Any side effect"
    doses = [dose.identifier for dose in wording.columns]
    return SideEffect(
        endpoint=endpoint,
        label=_sentence_case(plain(name)),
        group=group,
        shares={dose: register.find(ANALYSIS, "proportion", condition, dose, endpoint) for dose in doses},
        rates={dose: register.find(ANALYSIS, "rate_per_100_person_years", condition, dose, endpoint) for dose in doses},
    )


def _sentence_case(name: str) -> str:
    """Return a dictionary term in capitals as it reads in text."""
    return name.capitalize() if name.isupper() else name
