"""What notes may say: their numbers are let out as those of columns are, where what they are made of is shown.

Notes are written before anything is hidden, and a number in words gives as much away as one in a column. So of every
part of a note that holds a number it must be known what the number is made of (`_TOLD`): of settings of the study, or
of the row's own estimate. Others are said anew from what is shown, or without the number, or not at all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dose_outcomes.disclosure.heights import Heights
from dose_outcomes.disclosure.rows import Row
from dose_outcomes.outcomes.precision import FAILED
from dose_outcomes.results import CURVE_KEY, PUBLISHED

if TYPE_CHECKING:
    import pandas as pd

Curves = Mapping[tuple[str, ...], Heights]
_HALF = 0.5
UNTOLD = "a number is not shown"
"""In the place of a part of a note of whose number nobody has said what it is made of."""
_NUMBER = r"-?[\d.]+(?:e[+-]?\d+)?"
_BOUND = rf"\(bound {_NUMBER}[^()]*\)"
#: Parts whose numbers are settings of the study, or say in words what the row's own estimate is.
_TOLD = [
    re.compile(pattern)
    for pattern in (
        rf".* {_BOUND}",
        rf"fewer than {_NUMBER} .*",
        rf"no p value with fewer than {_NUMBER} patients in a group",
        rf"shape within the doses studied \({_NUMBER} to {_NUMBER} mg\).*",
        r"ED50 not identified: .*",
        r"(?:ed50|delta|h|ed50 and h|hill|ed50 and hill) on the bound of the search: .*",
        rf"{_NUMBER} parameters cannot be fitted to {_NUMBER} doses",
        rf"NNT[BH] {_NUMBER} \(NNT.*\)",
        r"inf \(NNT.*\)",
        rf"(?:from|to): the interval .* {_NUMBER}",
        # conditions, strata and tests: groups, of which the rows beside it show who is in
        rf"over {_NUMBER} of {_NUMBER} conditions: of the others a count is not shown",
        rf"{_NUMBER} of {_NUMBER} tests have no p value and are not in the family",
        r"never at risk when events happen: .*",
        # days between two visits, as the estimate itself is one
        rf"within day {_NUMBER} to {_NUMBER}",
        rf"(?:day|horizon) {_NUMBER} is after the last (?:observed day|visit that tells)",
        r"not reached",
    )
]
#: Parts that lose a number: of one patient's last day, of an estimate of all days.
_SHORTENED = [
    (re.compile(rf"((?:day|horizon) {_NUMBER} is after the last [a-z ]+) \({_NUMBER}\)"), r"\1"),
    (re.compile(rf"not reached: {_NUMBER} .*"), "not reached"),
    (re.compile(rf"(between day {_NUMBER} and {_NUMBER}): from {_NUMBER} to {_NUMBER}"), r"\1"),
    (re.compile(r"(.*, left out): \d+"), r"\1"),
]
#: What a comparison says of its groups, and the diagnostic whose row must be shown for it.
_DIAGNOSTICS = "contrast_diagnostics"
_FOLLOWED, _BALANCE = "share_followed_to_horizon", "maximum_standardised_difference"
_SHORT, _DIFFER = "follow-up short at ", "groups differ "


def retell(table: pd.DataFrame, rows: Iterable[Row], outcome: Mapping[int, str], heights: Curves) -> None:
    """Say in the notes of shown rows nothing that is made of what is not shown.

    Parameters
    ----------
    table : DataFrame
        Columns `results.COLUMNS`; its notes are changed.
    rows : iterable of Row
    outcome : mapping of int to str
        Place of hidden rows: why.
    heights : mapping of tuple of str to Heights
        Key of a curve (`results.CURVE_KEY`): what it tells.
    """
    own = [row for row in rows if row.record["population"] != PUBLISHED]
    unseen = _Unseen(own, outcome)
    notes = table["note"].tolist()
    for row in own:
        if row.place in outcome:
            continue
        note = notes[row.place]
        first, rest = (note.partition("; ")[::2]) if note.startswith(FAILED) else ("", note)
        reasons, missing = unseen.split(row.record, first.removeprefix(FAILED).split(", ") if first else [])
        said = [f"{FAILED}{', '.join(reasons)}"] if reasons else []
        parts = [_said(part, row.record, heights) for part in rest.split("; ")] if rest else []
        notes[row.place] = "; ".join(dict.fromkeys([*said, *missing, *filter(None, parts)]))
    table["note"] = notes


def _said(part: str, record: Mapping[str, Any], heights: Curves) -> str:
    """Return a part of a note as it may be said."""
    if part.startswith("not reached: "):
        curve = heights.get(tuple(record[name] for name in CURVE_KEY))
        share = None if curve is None else 1 - curve.after[-1][0]
        if curve is not None and share is not None and record["statistic"] == "median_days" and share < _HALF:
            return f"not reached: {share:.3g} had the event by day {curve.days[-1]}"
    for pattern, words in _SHORTENED:
        if pattern.fullmatch(part):
            return pattern.sub(words, part)
    known = not re.search(r"\d", part) or any(pattern.fullmatch(part) for pattern in _TOLD)
    return part if known else UNTOLD


class _Unseen:
    """Diagnostics that are not shown: a comparison does not say whether it fails them."""

    def __init__(self, rows: Iterable[Row], outcome: Mapping[int, str]) -> None:
        self._found: dict[tuple[str, ...], list[tuple[Mapping[str, Any], bool]]] = defaultdict(list)
        for row in rows:
            record = row.record
            if record["analysis"] == _DIAGNOSTICS and record["statistic"] in (_FOLLOWED, _BALANCE):
                key = record["statistic"], record["condition"], record["dose"], record["comparator"]
                self._found[key].append((record, row.place in outcome))

    def split(self, record: Mapping[str, Any], reasons: list[str]) -> tuple[list[str], list[str]]:
        """Return the reasons that may be said, and what of the groups is not shown."""
        if not record["comparator"] or record["analysis"] == _DIAGNOSTICS:
            return reasons, []
        missing = []
        unseen = [
            _plain(dose) for dose in (record["dose"], record["comparator"]) if self._hidden(_FOLLOWED, record, dose)
        ]
        if unseen:
            reasons = [one for one in reasons if not one.startswith(tuple(f"{_SHORT}{dose} (" for dose in unseen))]
            missing.append(f"follow-up at {' and '.join(unseen)} is not shown")
        if self._hidden(_BALANCE, record, record["dose"], record["comparator"]):
            reasons = [one for one in reasons if not one.startswith(_DIFFER)]
            missing.append("how the groups differ at the start is not shown")
        return reasons, missing

    def _hidden(self, statistic: str, record: Mapping[str, Any], dose: str, comparator: str = "") -> bool:
        """Tell whether the diagnostic of a comparison is hidden: of its patients, endpoint and day where it has."""
        found = self._found.get((statistic, record["condition"], dose, comparator), [])
        for name in ("population", "endpoint", "subgroup", "day"):
            found = [one for one in found if one[0][name] == record[name]] or found
        return any(hidden for _, hidden in found)


def _plain(text: str) -> str:
    """Return a label as reasons have it."""
    return text.replace("_", " ").replace(";", " ").replace(",", " ")
