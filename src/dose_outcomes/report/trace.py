"""What the page tells about a printed number: the row it comes from. Only rows that were printed are kept."""

from __future__ import annotations

import json
from typing import Any

from dose_outcomes.report.register import CurvePoint, Estimate, Step

WORDS = (
    "analysis", "endpoint", "condition", "dose", "comparator", "subgroup", "missing_data", "statistic",
    "method", "note", "flow", "reason",
)  # fmt: skip
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
        """Return the rows as JSON that can stand in a script element: each word once, rows as lists of places."""
        words: dict[str, int] = {"": 0}
        rows = {}
        for key in sorted(self._rows):
            row = self._rows[key]
            texts = [str(getattr(row, name, "") or "") for name in ("source", *WORDS)]
            rows[key] = [
                *(words.setdefault(text, len(words)) for text in texts),
                *(getattr(row, name, None) for name in NUMBERS),
            ]
        content = {"fields": ["source", *WORDS, *NUMBERS], "numbers": len(NUMBERS), "words": list(words), "rows": rows}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        # nothing in a label may end the script element or open a comment
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028")
