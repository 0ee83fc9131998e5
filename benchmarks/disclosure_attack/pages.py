"""What the report tells beyond the tables: every number of the page must stand in a released file.

A number that names its row must be what the row shows in that column. Texts, tooltips, labels that are read aloud and
alternative texts are searched for counts in words ("3 patients", "3 of 40", "3/40", "n = 3"); each must be a whole
number that some file shows. The embedded rows must have the counts of theirs.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from benchmarks.disclosure_attack.cohorts import Cohort

_PROVENANCE = {"code": "", "study_sha256": "", "lock_sha256": "", "inputs": [], "python": "", "versions": {}}
_IDENTIFIERS = {"estimates.csv": "estimate_id", "curves.csv": "curve_id", "attrition.csv": "attrition_id"}
_COUNTED = "patients?|responders?|events?|censored|at risk|side effects"
_PHRASES = (
    re.compile(rf"(?<![\d.,–-])(\d+) of (\d+)(?: \w+)? (?:{_COUNTED})\b"),
    re.compile(r"(?<![\d/.,])(\d+)\s?/\s?(\d+)(?![\d/.,]\d|/)"),
    re.compile(rf"(?<![\d.,<–-])(?<!than )(?<!below )(?<!under )(\d+)\s+(?:{_COUNTED})\b"),
    re.compile(r"\b(?:n|N|events)\s*[=:]\s*(\d+)\b(?![.,]\d)"),
)


def page_of(files: Mapping[str, str], cohort: Cohort) -> str:
    """Return the report made from released files."""
    from dose_outcomes.report.page import render
    from dose_outcomes.report.release import Release
    from dose_outcomes.study.loading import effective_yaml

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in {**files, "study.yaml": effective_yaml(cohort.study)}.items():
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
        return render(Release.read(folder, _PROVENANCE))


class _Reader(HTMLParser):
    """Collects numbers with their row and column, and all words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.numbers: list[tuple[str, str, str]] = []
        self.words: list[tuple[str, str]] = []
        self.data = ""
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note values and spoken words."""
        named = {name: value or "" for name, value in attrs}
        row = named.get("data-r") or (self._open[-1][1] if self._open else "")
        if tag == "data" and "value" in named:
            self.numbers.append((row, named.get("data-c", "estimate"), named["value"]))
        for name, value in named.items():
            if name in ("title", "alt", "content", "data-tip", "data-title", "data-label") or name.startswith("aria-"):
                self.words.append((row, value))
        if tag not in _VOID:
            self._open.append((tag if tag != "script" else f"script {named.get('type', '')}", row))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note values and spoken words of an element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, and those that were left open in it."""
        while self._open:
            left, _ = self._open.pop()
            if left.split(" ")[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        """Note a text."""
        tag, row = self._open[-1] if self._open else ("", "")
        if tag == "script application/json":
            self.data += data
        elif tag not in ("style", "script "):
            self.words.append((row, data))


_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


def untold(page: str, files: Mapping[str, str]) -> Iterator[str]:
    """Yield every number of a page that is not in the released files, with its row or its words."""
    rows: dict[str, dict[str, str]] = {}
    whole: set[int] = set()
    for file, key in _IDENTIFIERS.items():
        for row in csv.DictReader(io.StringIO(files[file])):
            rows[f"{row[key]}@{row['day']}" if file == "curves.csv" else row[key]] = row
            whole |= {int(float(value)) for value in row.values() if _is_whole(value)}
    whole |= set(_whole_numbers(json.loads(files["data_quality.json"])))
    reader = _Reader()
    reader.feed(page)
    for identifier, column, value in reader.numbers:
        row = rows.get(identifier, {})
        if column in row:
            if not row[column] or abs(float(row[column]) - float(value)) > 1e-9 * max(1.0, abs(float(value))):
                yield f"row {identifier}, column {column}: {value} is not what the file shows"
        elif _is_whole(value) and int(float(value)) and int(float(value)) not in whole:
            yield f"row {identifier or 'none'}, column {column}: {value} stands in no file"
    for identifier, words in reader.words:
        own = rows.get(identifier, {})
        allowed = {int(float(own[c])) for c in ("n", "events") if own.get(c)} if "n" in own else whole
        for pattern in _PHRASES:
            for match in pattern.finditer(words):
                if any(int(number) and int(number) not in allowed for number in match.groups()):
                    yield f"row {identifier or 'none'}: '{words.strip()[:120]}'"
    if reader.data:
        yield from _embedded(json.loads(reader.data), rows)


def _embedded(data: Any, rows: Mapping[str, dict[str, str]]) -> Iterator[str]:
    for identifier, content in data["rows"].items():
        numbers = dict(zip(data["numbers"], content[1:], strict=False))
        for column in ("n", "events"):
            shown = rows.get(identifier, {}).get(column, "")
            if numbers.get(column) is not None and shown != str(numbers[column]) and column in rows.get(identifier, {}):
                yield f"embedded row {identifier}: {column} is not what the file shows"


def _is_whole(text: str) -> bool:
    try:
        return float(text) == int(float(text))
    except (ValueError, OverflowError):
        return False


def _whole_numbers(content: Any) -> Iterator[int]:
    if isinstance(content, dict | list):
        for value in content.values() if isinstance(content, dict) else content:
            yield from _whole_numbers(value)
    elif isinstance(content, int):
        yield content
