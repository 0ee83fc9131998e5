"""What the page tells about a printed number: the row it comes from. Only rows that were printed are kept."""

from __future__ import annotations

import json
from typing import Any

from dose_outcomes.report.code import COMMAND, RULES, code_of
from dose_outcomes.report.references import Reference, references_of
from dose_outcomes.report.register import CurvePoint, Estimate, Step

#: Alike in all rows of one kind of estimate, and kept once for all of them.
SHARED = ("source", "analysis", "statistic", "missing_data", "method", "flow")
OWN = ("endpoint", "condition", "dose", "comparator", "subgroup", "note", "reason")
NUMBERS = ("line", "day", "n", "events")


class Trace:
    """Collects the rows behind the numbers of a page while it is written."""

    def __init__(self) -> None:
        self._rows: dict[str, Any] = {}

    def add(self, row: Any) -> None:
        """Remember a row that was printed."""
        if isinstance(row, CurvePoint):
            self._rows.setdefault(f"{row.identifier}@{row.day}", row)
        elif isinstance(row, Estimate | Step):
            self._rows.setdefault(row.identifier, row)

    def to_json(self) -> str:
        """Return the rows as JSON that can stand in a script element.

        Each word is written once, in ``words``, and each combination of shared fields once, in ``kinds``. A row is
        the place of its kind, its numbers, and the places of its own words up to the last one that it has. What a
        method rests on is in ``references``, and ``cited`` has their places by the place of the method in ``words``.
        """
        words: dict[str, int] = {"": 0}
        kinds: dict[tuple[int, ...], int] = {}

        def places(row: Any, names: tuple[str, ...]) -> list[int]:
            return [words.setdefault(str(getattr(row, name, "") or ""), len(words)) for name in names]

        rows: dict[str, list[int | None]] = {}
        for key in sorted(self._rows):
            row = self._rows[key]
            kind = kinds.setdefault(tuple(places(row, SHARED)), len(kinds))
            own = places(row, OWN)
            while own and not own[-1]:
                own.pop()
            rows[key] = [kind, *(getattr(row, name, None) for name in NUMBERS), *own]
        methods = {kind[SHARED.index("method")] for kind in kinds}
        references: dict[Reference, int] = {}
        cited = {
            words[method]: [references.setdefault(one, len(references)) for one in found]
            for method in list(words)
            if words[method] in methods and (found := references_of(method))
        }
        content = {
            "fields": [*SHARED, *NUMBERS, *OWN],
            "numbers": NUMBERS,
            "words": list(words),
            "kinds": list(kinds),
            "rows": rows,
            "code": {name: code for name in words if (code := code_of(name))},
            "references": list(references),
            "cited": cited,
            "rules": {source: [rule, COMMAND.format(rule=rule)] for source, rule in RULES.items()},
        }
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        # nothing in a label may end the script element or open a comment
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028")
