"""Cells that look like identifiers: the patterns, written for the engine (RE2), and when a column counts as one.

A pattern that nothing but an identifier has is enough once. One that other codes have by chance too, as ten digits of
which one checks the others, counts only where a whole column has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: The fewest different cells that make a column: of fewer, too much is chance.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of identifier.

    Attributes
    ----------
    name : str
        Part of the identifier of the check.
    words : str
        What a cell looks like.
    pattern : str
        Regular expression of such a cell; empty when it takes more than one.
    arithmetic : callable or None
        Text to whether it looks so, where no pattern tells.
    share : float
        Share of the filled cells from which on a column counts; 0: one cell is enough.
    different : float
        Share of the filled cells that must differ from each other, for columns that count by `share`.
    """

    name: str
    words: str
    pattern: str
    arithmetic: Callable[[ir.StringColumn], ir.BooleanValue] | None = None
    share: float = 0
    different: float = 0

    def holds(self, text: ir.StringColumn) -> ir.BooleanValue:
        """Return whether cells look so."""
        return text.re_search(self.pattern) if self.arithmetic is None else self.arithmetic(text)

    def counts(self, cells: int, filled: int, distinct: int) -> bool:
        """Return whether so many cells make a column one of this kind."""
        if not self.share:
            return cells > 0
        return cells >= self.share * filled and distinct >= max(FEWEST, self.different * filled)


def _kind(name: str, words: str, *patterns: str, share: float = 0, different: float = 0) -> Kind:
    return Kind(name, words, any_of(patterns), None, share, different)


def any_of(patterns: Iterable[str]) -> str:
    """Return the pattern of what one of the patterns takes; the engine looks for all of them at once."""
    return "|".join(f"(?:{one})" for one in patterns)


_YEAR, _MONTH, _DAY = "(?:19|20)[0-9]{2}", "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_MONTHS = "(?i:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zA-Z]{0,6}"
_TITLES = "Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Madame|Monsieur"
_NAME = "(?:[A-ZÀ-Þ]['’])?[A-ZÀ-Þ][a-zß-ÿ]+(?:-[A-ZÀ-Þ][a-zß-ÿ]+)?"
_STREETS = "(?i:street|road|avenue|lane|drive|court|close|boulevard|square|crescent|rue|via|calle)"


def _weighted(text: ir.StringColumn, weights: tuple[int, ...]) -> ir.IntegerColumn:
    """Return the sum of the digits times their weights; of texts that are other than digits, null."""
    total = text.substr(0, 1).try_cast("int64") * weights[0]
    for place, weight in enumerate(weights[1:], 1):
        total += text.substr(place, 1).try_cast("int64") * weight
    return total


def _ten_digits_of_which_one_checks(text: ir.StringColumn) -> ir.BooleanValue:
    # NHS number: digits times 10 to 2, and the check digit once, are a multiple of 11
    return text.re_search("^[0-9]{10}$").ifelse(_weighted(text, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0, False)


def _nine_digits_of_which_one_checks(text: ir.StringColumn) -> ir.BooleanValue:
    # Dutch citizen service number: digits times 9 to 2, less the last, are a multiple of 11
    return text.re_search("^[0-9]{9}$").ifelse(_weighted(text, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0, False)


DATE = _kind(
    "date",
    "a date",
    rf"(?:^|[^0-9]){_YEAR}[-/.]{_MONTH}[-/.]{_DAY}(?:$|[^0-9])",
    rf"(?:^|[^0-9]){_DAY}[-/.]{_DAY}[-/.]{_YEAR}(?:$|[^0-9])",
    r"^(?:0[1-9]|[12][0-9]|3[01])[/.](?:0[1-9]|[12][0-9]|3[01])[/.][0-9]{2}$",
    rf"(?:^|[^0-9]){_DAY}[. -]*{_MONTHS}[., -]*{_YEAR}(?:$|[^0-9])",
    rf"(?:^|[^a-zA-Z]){_MONTHS}[. ]+{_DAY},? +{_YEAR}(?:$|[^0-9])",
)
DATE_IN_DIGITS = _kind("date", "a date", rf"^{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$", share=0.9)
_NAME_OF_TWO = rf"^{_NAME}, ?{_NAME}(?: [A-Z]\.?)?$|^{_NAME}(?: [A-Z]\.)?(?: {_NAME}){{1,2}}$"
#: In a pseudonym once is enough; elsewhere two words with capitals are a person only where nearly all cells are so.
NAME_AS_PSEUDONYM = _kind("name", "the name of a person", _NAME_OF_TWO)
NAME = _kind("name", "the name of a person", _NAME_OF_TWO, share=0.8, different=0.5)

#: Kinds that are looked for in every column of text.
EVERYWHERE: tuple[Kind, ...] = (
    _kind("email", "an e-mail address", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"),
    _kind(
        "phone",
        "a telephone number",
        r"^(?:\+|00)[1-9][0-9 ()./-]{6,}[0-9]$",
        r"(?:^|[^0-9])\+[1-9][0-9]{0,2}[ -]?\(?[0-9]{1,4}\)?(?:[ -]?[0-9]{2,4}){2,}",
        r"^\(0?[0-9]{2,5}\) ?[0-9][0-9 -]{4,}[0-9]$",
        r"^0[0-9]{2,4}[ /][0-9][0-9 -]{4,}[0-9]$",
        r"^[2-9][0-9]{2}[-. ][2-9][0-9]{2}[-. ][0-9]{4}$",
        r"(?i)(?:^|[^a-z])(?:tel|phone|mobile|fax)[.:]? ?\+?[0-9(][0-9 ()/-]{5,}",
    ),
    _kind(
        "national_number",
        "a national or record number",
        r"^[0-9]{3}-[0-9]{2}-[0-9]{4}$",  # social security, United States
        r"^[A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]$",  # national insurance, United Kingdom
        r"^[0-9]{3} [0-9]{3} [0-9]{4}$",  # NHS number as it is printed
        r"^756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}$",  # AHV, Switzerland
        r"^[0-3][0-9][01][0-9]{3}[-+A][0-9]{3}[0-9A-Z]$",  # Denmark, Finland
        r"^(?:19|20)?[0-9]{2}[01][0-9][0-3][0-9][-+][0-9]{4}$",  # Sweden
        r"^[A-Z]{6}[0-9]{2}[A-EHLMPR-T][0-9]{2}[A-Z][0-9]{3}[A-Z]$",  # Italy
        r"(?i)(?:^|[^a-z])(?:mrn|nhs|ssn)[ :#-]*[0-9]{4,}",
    ),
    DATE,
    DATE_IN_DIGITS,
    _kind(
        "postcode",
        "a postcode",
        r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$",  # United Kingdom
        r"^[A-Z][0-9][A-Z] [0-9][A-Z][0-9]$",  # Canada
        r"^[1-9][0-9]{3} [A-Z]{2}$",  # Netherlands
        r"^[0-9]{5}-[0-9]{4}$",  # United States, to the block
        r"^(?:D|A|CH|F|DE|AT|FR|B|L)-[0-9]{4,5}$",
    ),
    _kind(
        "address",
        "an address",
        rf"^[0-9]{{1,5}}[a-zA-Z]? [A-Za-z'’. ]+ {_STREETS}\.?$",
        r"^[A-ZÄÖÜ][A-Za-zäöüß. -]*(?:straße|strasse|str\.|weg|gasse|platz|allee) ?[0-9]{1,4}[a-z]?$",
    ),
    _kind("web", "a web or network address", r"(?i)https?://|(?:^|[^a-z])www\.", r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$"),
    _kind(
        "position",
        "a geographic position",
        r"^-?[0-9]{1,3}\.[0-9]{4,}[,; ]+-?[0-9]{1,3}\.[0-9]{4,}$",
        r"[0-9]{1,3}° ?[0-9]{1,2}['’′]",
    ),
    _kind("title", "the name of a person", rf"(?:^|[^A-Za-z])(?:{_TITLES})\.? {_NAME}"),
    _kind(
        "free_text",
        "free text, in which anything may stand",
        r"[\r\n]",
        r"^.{101}",  # the longest terms of the coded dictionaries have 100 characters
        r"[a-zß-ÿ]{4,}[.!?] +[A-ZÀ-Þ][a-zß-ÿ]",
        r"^(?:\S+\s+){15}",
    ),
)
#: Kinds looked for where a number may be that of a person: pseudonyms and columns without use.
NUMBERS: tuple[Kind, ...] = (
    Kind("national_number", "a national number by its check digit", "", _ten_digits_of_which_one_checks, share=1),
    Kind("national_number", "a national number by its check digit", "", _nine_digits_of_which_one_checks, share=1),
)
