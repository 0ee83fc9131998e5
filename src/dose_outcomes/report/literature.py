"""What others published beside what was found here, and how claims fare against the estimates that answer them.

Three fixed wordings, none of them about causes: agrees within the interval, differs, cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from dose_outcomes.report.hidden import absence
from dose_outcomes.report.numbers import PERCENT_STATISTICS, POINT_STATISTICS
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.wording import Dose, Wording, plain
from dose_outcomes.results import ALL, PUBLISHED

Verdict = Literal["agrees within the interval", "differs", "cannot be told"]
AGREES: Verdict = "agrees within the interval"
DIFFERS: Verdict = "differs"
UNTOLD: Verdict = "cannot be told"
#: Analysis of a published result: analysis of the study's own share beside it.
OWN = {"literature": "responder_rate", "literature_remission": "remission_rate"}
#: Words for statistics whose identifier is no word of readers.
STATISTICS = {
    "proportion": "share",
    "risk_difference": "difference of shares, percentage points",
    "one_minus_survival": "share gone by the day (Kaplan-Meier)",
}
#: Columns of the figure.
PANELS = [Dose("published", "Published", "--comparator"), Dose(ALL, "This study", "--reference")]
_ANSWER = ("endpoint", "condition", "dose", "comparator", "subgroup", "dose_attribution", "missing_data", "day")


@dataclass(frozen=True, slots=True)
class Published:
    """A published result, the study's own share by the same rule, and what can be said of the two."""

    label: str
    arm: str
    condition: str
    outcome: str
    citation: str
    doi: str
    design: str
    note: str
    published: Estimate | None
    own: Estimate | None
    difference: Estimate | None
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim, the row that answers it, and what can be said of it."""

    text: str
    source: str
    claimed: str
    own_bound: bool
    """Whether the number claimed is this study's own choice."""
    row: Estimate | None
    where: str
    verdict: Verdict
    why: str


class Literature:
    """Both tables, and what the figure draws."""

    def __init__(self, register: Register, wording: Wording) -> None:
        self._register, self._wording = register, wording
        self.published = [self._published(one) for one in wording.study.get("literature") or []]
        self.claims = [self._claimed(one) for one in wording.study.get("claims") or []]

    @property
    def drawn(self) -> list[Published]:
        """Results with a published count."""
        return [one for one in self.published if one.published and one.published.estimate is not None]

    def _published(self, entry: dict[str, Any]) -> Published:
        analysis = "literature_remission" if entry["remission"] else "literature"
        name, place = f"published: {entry['id']}", {"condition": entry["condition"], "dose": entry["dose_group"]}
        rows = [row for row in self._register.select(analysis, **place) if row.endpoint == entry["definition"]]
        published = next((row for row in rows if row.subgroup == name and row.population == PUBLISHED), None)
        difference = next((row for row in rows if row.comparator == name), None)
        own = difference and self._register.one(
            OWN[analysis],
            "proportion",
            difference.condition,
            difference.dose,
            endpoint=difference.endpoint,
            missing_data=difference.missing_data,
            day=difference.day,
            dose_attribution=difference.dose_attribution,
            subgroup="",
            comparator="",
        )
        verdict, why = self._compared(published, difference)
        return Published(
            label=plain(entry["label"]),
            arm=plain(entry["arm"]),
            condition=self._wording.condition(entry["condition"]),
            outcome=plain(entry["outcome"]),
            citation=plain(entry["citation"]),
            doi=plain(entry["doi"]),
            design=plain(entry["design"]),
            note=plain(entry["note"]),
            published=published,
            own=own,
            difference=difference,
            verdict=verdict,
            why=why,
        )

    def _compared(self, published: Estimate | None, difference: Estimate | None) -> tuple[Verdict, str]:
        """Judge by the interval of the difference: it holds zero, or it does not."""
        if published is None or published.estimate is None:
            return UNTOLD, "no count was published"
        if difference is None:
            return UNTOLD, "no response of this study has the same rule"
        return position(difference, self._wording.minimum, about=0.0)

    def _claimed(self, entry: dict[str, Any]) -> Claimed:
        answer = entry["answer"]
        row, where, bounds = None, "", {}
        verdict, why = UNTOLD, plain(entry["not_answered"])
        if answer:
            key = {name: answer[name] for name in _ANSWER}
            rows = self._register.select(answer["analysis"], statistic=answer["statistic"], **key)
            row = rows[0] if rows else None
            where = self._where(answer)
            bounds = {name: entry[name] for name in ("above", "below", "about") if entry[name] is not None}
            verdict, why = position(row, self._wording.minimum, **bounds)
        return Claimed(
            text=plain(entry["text"]),
            source=plain(entry["source"]),
            claimed="; ".join(f"{name} {_bound(bound, answer['statistic'])}" for name, bound in bounds.items()),
            own_bound=bool(entry.get("own_bound")),
            row=row,
            where=where,
            verdict=verdict,
            why=why,
        )

    def _where(self, answer: dict[str, Any]) -> str:
        endpoint = answer["endpoint"]
        label = next((one["label"] for one in self._wording.study.get("endpoints", []) if one["id"] == endpoint), None)
        definition = self._wording.definition(endpoint) if endpoint else None
        named = label or (definition or {}).get("label") or endpoint.partition(": ")[2] or endpoint
        if answer["analysis"] == "remission_rate":
            named = "remission"
        if endpoint == "any":
            named = "any serious side effect" if answer["analysis"] == "serious_side_effect" else "any side effect"
        statistic = STATISTICS.get(answer["statistic"], answer["statistic"].replace("_", " "))
        parts = [statistic, named, self._wording.condition(answer["condition"])]
        if answer["dose"] != ALL:
            parts.append(answer["dose"])
        if answer["day"] is not None:
            parts.append(f"day {answer['day']}")
        return "; ".join(plain(part) for part in parts if part)


def _bound(bound: float, statistic: str) -> str:
    """Return a claimed number as the estimate beside it is printed: shares in percent, differences in points."""
    if statistic in PERCENT_STATISTICS:
        return f"{100 * bound:.3g}%"
    return f"{100 * bound if statistic in POINT_STATISTICS else bound:.3g}"


def position(
    row: Estimate | None,
    minimum: int,
    above: float | None = None,
    below: float | None = None,
    about: float | None = None,
) -> tuple[Verdict, str]:
    """Say where an interval lies with respect to a claimed number, and why it cannot be said.

    Parameters
    ----------
    row : Estimate or None
        The released row that answers the claim.
    minimum : int
        Smallest count that is shown.
    above, below, about : float, optional
        One of them, in the unit of the row: the claim is that the number lies above it, below it, or is about it.

    Returns
    -------
    tuple of str
        ``agrees within the interval`` where the whole interval lies on the claimed side, or holds the number;
        ``differs`` where the whole interval lies on the other side, or does not hold it; else ``cannot be told`` and
        why.
    """
    gap = absence(row, minimum)
    if row is None or gap:
        return UNTOLD, gap.reason if gap else "the study does not ask for it"
    if row.low is None or row.high is None:
        return UNTOLD, "the estimate has no interval"
    if about is not None:
        return (AGREES if row.low <= about <= row.high else DIFFERS), ""
    bound = above if above is not None else below
    if bound is None:
        raise ValueError("position needs one of above, below, about")
    higher, lower = row.low > bound, row.high < bound
    if not higher and not lower:
        return UNTOLD, "the interval lies on both sides of the claimed number"
    return (AGREES if higher == (above is not None) else DIFFERS), ""
