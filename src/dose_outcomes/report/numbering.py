"""Names of figures and tables, in the order in which they are written."""

from __future__ import annotations


class Numbering:
    """Numbers figures and tables in the order in which they are written: F1, F2, T1."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._titles: dict[str, str] = {}

    def next(self, kind: str, title: str = "") -> str:
        """Return the next name of a kind, and remember what it is the name of."""
        self._last[kind] = self._last.get(kind, 0) + 1
        name = f"{kind}{self._last[kind]}"
        self._titles[name] = title
        return name

    def titled(self, *parts: str) -> list[tuple[str, str]]:
        """Return names and titles, so far, whose title has one of the parts."""
        return [(name, title) for name, title in self._titles.items() if any(part in title for part in parts)]
