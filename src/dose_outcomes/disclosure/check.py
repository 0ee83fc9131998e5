"""Check of what was released: every file of the folder is read again as a stranger would and searched for counts.

A number is a count where its column, key or label says so: columns of the tables, numbers of the report that carry
the identifier of a row, and phrases such as "3 patients" or "3/40" anywhere else, in tooltips, alternative texts and
embedded data too. Problems name file and place and never the number.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from dose_outcomes.disclosure.wording import RISK_TABLE, is_small
from dose_outcomes.results import PUBLISHED

#: Columns of the released tables that count patients or events.
_COUNT_COLUMNS = ("n", "events", "at_risk", "censored", "before", "excluded", "after")
#: Keys of JSON files whose whole numbers count rows.
_COUNT_KEYS = ("rows_read", "rows_set_aside", "rows_used", "failing", "checked", "n", "events", "patients")
_COUNTED = "patients?|responders?|events?|censored|at risk|women|men|people|cases"
_PHRASE = re.compile(
    rf"(?<![\d.,<\u2009-])(\d{{1,3}})\s+(?:\w+\s+)?(?:{_COUNTED})\b"
    r"|\b(?:n|N|events|at risk)\s*[=:]\s*(\d{1,3})\b(?![.,]\d)"
)
_FRACTION = re.compile(r"(?<![\d/.,])(\d{1,4})\s?/\s?(\d{1,5})(?![\d/.,]\d|/)")
_SHARE = re.compile(rf"(?<![\d.,])(\d{{1,4}}) of (\d{{1,5}}) (?:\w+ )?(?:{_COUNTED})\b")
_SPOKEN = ("title", "alt", "aria-label", "aria-description", "data-tip", "data-title", "data-label", "content")
#: Attribute of an element that shows a row of estimates.csv.
_ROW = "data-r"


def problems_of_release(folder: Path, minimum_count: int) -> list[str]:
    """Return every place of a release folder that shows a count from 1 to k - 1.

    Parameters
    ----------
    folder : Path
        ``reports/<study>``.
    minimum_count : int
        k; below 2 nothing is a problem.

    Returns
    -------
    list of str
        ``file, place: a count below k``; the count itself is not told.
    """
    if minimum_count < 2:
        return []
    problems = []
    estimates = folder / "estimates.csv"
    rows = _by_identifier(estimates).items() if estimates.is_file() else ()
    published = {identifier for identifier, row in rows if row["population"] == PUBLISHED}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            places = _places(path, minimum_count, published)
            name = path.relative_to(folder).as_posix()
            problems += [f"{name}, {place}: a count below {minimum_count}" for place in places]
    return problems


def _places(path: Path, minimum_count: int, published: Collection[str]) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        yield from _small_cells(text, minimum_count)
    elif path.suffix == ".json":
        yield from _small_members(json.loads(text), "", minimum_count)
    elif path.suffix == ".html":
        yield from _small_texts(text, minimum_count, published)


def _small_cells(text: str, minimum_count: int) -> Iterator[str]:
    for line, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        if row.get("population") == PUBLISHED:
            continue
        shown = [name for name in _COUNT_COLUMNS if _is_small(row.get(name), minimum_count)]
        if row.get("statistic") in (*RISK_TABLE, "number_of_patients", "number_missing"):
            shown += ["estimate"] if _is_small(row.get("estimate"), minimum_count) else []
        complement = row.get("statistic") in ("proportion", "proportion_missing", "prevalence", "cumulative_incidence")
        if complement and row.get("n") and row.get("events"):
            others = float(row["n"]) - float(row["events"])
            shown += ["n less events"] if is_small(int(others), minimum_count) else []
        yield from (f"line {line}, column {name}" for name in shown)


def _is_small(value: Any, minimum_count: int) -> bool:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    return number == int(number) and is_small(int(number), minimum_count)


def _small_members(content: Any, place: str, minimum_count: int) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            counts = key in _COUNT_KEYS or (key == "rows" and "reason" in content)
            if counts and isinstance(value, int) and is_small(value, minimum_count):
                yield f"{place}/{key}"
            yield from _small_members(value, f"{place}/{key}", minimum_count)
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _small_members(value, f"{place}/{number}", minimum_count)


class _Reader(HTMLParser):
    """Collects what a reader, a screen reader or a program finds in a page: texts, spoken attributes, data."""

    def __init__(self, published: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._published = published
        self.found: list[tuple[str, str]] = []
        self.data: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._script = ""
        self._row = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note attributes that are spoken or shown."""
        line = self.getpos()[0]
        named = {name: value or "" for name, value in attrs}
        for name in _SPOKEN:
            if name in named and named.get(_ROW) not in self._published:
                self.found.append((f"line {line}, {tag} {name}", named[name]))
        self._row = named.get(_ROW, self._row)
        if named.get("data-c") in _COUNT_COLUMNS and self._row not in self._published:
            self.found.append((f"line {line}, {tag} value", f"n = {named.get('value', '')}"))
        self._script = named.get("type", "text/javascript") if tag == "script" else ""
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        self._script = ""

    def handle_data(self, data: str) -> None:
        """Note a text."""
        place = f"line {self.getpos()[0]}"
        if "json" in self._script:
            self.data.append((place, data))
        elif not self._script and self._open[-1:] != ["style"]:
            self.found.append((place, data))


def _small_texts(text: str, minimum_count: int, published: Collection[str]) -> Iterator[str]:
    reader = _Reader(published)
    reader.feed(text)
    for place, found in reader.found:
        numbers = [next(filter(None, match.groups())) for match in _PHRASE.finditer(found)]
        pairs = [match.groups() for pattern in (_FRACTION, _SHARE) for match in pattern.finditer(found)]
        counts = [int(number) for number in numbers]
        counts += [part for few, all_ in pairs for part in (int(few), int(all_), int(all_) - int(few)) if part >= 0]
        if any(is_small(count, minimum_count) for count in counts):
            yield f"{place}, text"
    for place, found in reader.data:
        for member in _small_members(json.loads(found), "", minimum_count):
            yield f"{place}, data {member}"


def differences(folder: Path, previous: Path, minimum_count: int) -> list[str]:
    """Return the rows whose counts differ from an earlier release by less than k: who came since is known by it.

    Parameters
    ----------
    folder, previous : Path
        Release folders; of the earlier one its estimates.csv is read.
    """
    now, before = (_by_identifier(path / "estimates.csv") for path in (folder, previous))
    found = []
    for identifier, row in now.items():
        for column in ("n", "events"):
            old, new = before.get(identifier, {}).get(column), row[column]
            if old and new and is_small(abs(int(float(new)) - int(float(old))), minimum_count):
                found.append(f"estimates.csv, {identifier}, column {column}: differs from the previous release by few")
    return found


def _by_identifier(path: Path) -> Mapping[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["estimate_id"]: row for row in csv.DictReader(file)}
