"""Cells that look like identifiers: the patterns, written for the engine (RE2), and when a column counts as one.

A pattern that nothing but an identifier has is enough once. One that other codes have by chance too, as ten digits of
which one checks the others, counts only where a whole column has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dose_outcomes.cohort.identifiers import check_digits

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
        Regular expression of such a cell.
    arithmetic : callable or None
        Text to whether it looks so, where the pattern alone does not tell.
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
        return self.could(text) if self.arithmetic is None else self.arithmetic(text)

    def could(self, text: ir.StringColumn) -> ir.BooleanValue:
        """Return whether cells look so by the pattern alone, which is fast."""
        return text.re_search(self.pattern)

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
#: Beginnings of the months in English, German, French, Spanish, Italian, Dutch and Portuguese.
_MONTH_NAMES = (
    "jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|mär|mrt|fév|fev|avr|juin|juil|aoû|déc|ener|abri|agost|dici|dice|"
    "genn|magg|giug|lugl|sett|otto|mei|outu"
)
_MONTHS = rf"(?i:{_MONTH_NAMES})\p{{L}}{{0,6}}"
_TITLES = "Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Madame|Monsieur|Sra|Dra|Señora|Signora|Schwester|Nurse"
_NAME = r"(?:\p{Lu}['’])?\p{Lu}[\p{Ll}\p{M}]+(?:-\p{Lu}[\p{Ll}\p{M}]+)?"
_PARTICLE = "(?:van|von|vom|zu|zur|de|del|della|der|den|des|di|da|do|dos|du|la|le|el|al|bin|ten|ter|af)"
_STREETS = "(?i:street|road|avenue|lane|drive|court|close|boulevard|square|crescent|rue|via|calle)"


DATE = _kind(
    "date",
    "a date",
    rf"(?:^|[^0-9]){_YEAR}[-/.]{_MONTH}[-/.]{_DAY}(?:$|[^0-9])",
    rf"(?:^|[^0-9]){_DAY}[-/.]{_DAY}[-/.]{_YEAR}(?:$|[^0-9])",
    r"^(?:0[1-9]|[12][0-9]|3[01])[/.](?:0[1-9]|[12][0-9]|3[01])[/.][0-9]{2}$",
    rf"^{_DAY}/{_DAY}/[0-9]{{2}}$",
    rf"(?:^|[^0-9]){_DAY}[. -]*(?:de )?{_MONTHS}[., -]*(?:de )?{_YEAR}(?:$|[^0-9])",
    rf"^{_DAY}[ -]?(?i:{_MONTH_NAMES})[ -]?[0-9]{{2}}$",
    rf"{_YEAR}年{_MONTH}月{_DAY}日",
    rf"(?:^|[^a-zA-Z]){_MONTHS}[. ]+{_DAY},? +{_YEAR}(?:$|[^0-9])",
)
DATE_IN_DIGITS = _kind("date", "a date", rf"^{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$", share=0.9)
_NAME_OF_TWO = (
    rf"^{_NAME}, ?{_NAME}(?: [A-Z]\.?)?$|^{_NAME}(?: [A-Z]\.)?(?: {_PARTICLE}){{0,2}}(?: {_NAME}){{1,2}}$"
    rf"|^(?:\p{{Lu}}\.[ -]?){{1,2}}{_NAME}$|^\p{{Lu}}{{2,}}, ?\p{{Lu}}{{2,}}$"
)
#: Names in scripts without capital letters: two words, or the two to four characters of a Chinese name.
_NAME_IN_OTHER_SCRIPTS = r"^\p{Han}{2,4}$|^\p{Han}{1,3} \p{Han}{1,3}$|^\p{Arabic}{2,} \p{Arabic}{2,}$"
#: In a pseudonym once is enough; elsewhere two words with capitals are a person only where nearly all cells are so.
NAME_AS_PSEUDONYM = _kind("name", "the name of a person", _NAME_OF_TWO)
NAME = _kind("name", "the name of a person", _NAME_OF_TWO, _NAME_IN_OTHER_SCRIPTS, share=0.8, different=0.5)
#: Codes have these forms too: a whole column of them, and only of those without use.
COLUMNS: tuple[Kind, ...] = (
    NAME,
    _kind("date", "a date", rf"^{_DAY}\.{_DAY}\.[0-9]{{2}}$", share=0.9),
    _kind(
        "postcode",
        "a postcode",
        r"^(?i:[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})$",  # United Kingdom
        r"^(?i:[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])$",  # Canada
        r"^[1-9][0-9]{3}[A-Z]{2}$",  # Netherlands
        rf"^[0-9]{{4,5}} {_NAME}(?: {_NAME})?$",  # with the town
        share=0.9,
    ),
)

#: Kinds that are looked for in every column of text.
EVERYWHERE: tuple[Kind, ...] = (
    _kind(
        "email",
        "an e-mail address",
        r"[\p{L}0-9._%+-]+@[\p{L}0-9-]+(?:\.[\p{L}0-9-]+)*\.\p{L}{2,}",
        r"(?i)[a-z0-9._-]+ ?[\[({] ?(?:at|@) ?[\])}] ?[a-z0-9-]+",
        r"(?i)[a-z0-9]+ at [a-z0-9-]+ (?:dot|punkt) [a-z]{2,}",
    ),
    _kind(
        "phone",
        "a telephone number",
        r"^(?:\+|00)[1-9][0-9 ()./-]{6,}[0-9]$",
        r"(?:^|[^0-9])\+[1-9][0-9]{0,2}[ -]?\(?[0-9]{1,4}\)?(?:[ -]?[0-9]{2,4}){2,}",
        r"^\(0?[0-9]{2,5}\) ?[0-9][0-9 -]{4,}[0-9]$",
        r"^0[0-9]{2,4}[ /][0-9][0-9 -]{4,}[0-9]$",
        r"^0[1-9](?:[ .-][0-9]{2}){4}$",  # France
        r"^0[0-9]{1,3}-[0-9]{2,3}(?: [0-9]{2}){2}$",  # Sweden
        r"^06-[0-9]{8}$",  # mobile, Netherlands
        r"^0[789]0-[0-9]{4}-[0-9]{4}$",  # mobile, Japan
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
        r"^[12] [0-9]{2} [0-9]{2} [0-9]{2} [0-9]{3} [0-9]{3}(?: [0-9]{2})?$",  # France
        r"^[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}$",  # tax, Germany
        r"^[0-9]{2} ?[0-3][0-9][01][0-9]{3} ?[A-Z] ?[0-9]{3}$",  # pension, Germany
        r"^[0-9]{4} [0-3][0-9][01][0-9]{3}$",  # Austria
        r"^[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}$",  # Brazil
        r"^[2-9][0-9]{3} [0-9]{4} [0-9]{4}$",  # India
        r"^[2-6][0-9]{3} [0-9]{5} [0-9]$",  # Australia
        r"^756[0-9]{10}$",  # Switzerland
        r"^[XYZ][0-9]{7}[A-Z]$",  # foreigners, Spain
        r"(?i)(?:^|[^a-z])(?:mrn|nhs|ssn)(?: ?(?:no|nr|number|id))?[ .:#-]*[0-9][0-9 ]{3,}",
        r"(?i)(?:^|[^a-z])(?:hosp|hospital|patient|insurance|fall|akten)[. -]*(?:no|nr|number)[ .:#-]*[0-9]{3,}",
    ),
    _kind(
        "account",
        "a bank account or payment card",
        r"^(?:AT|BE|BG|CH|CY|CZ|DE|DK|EE|ES|FI|FR|GB|GR|HR|HU|IE|IS|IT|LI|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|TR)"
        r"[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?$",
        r"^[3-6][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}$",
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
        rf"^[0-9]{{1,5}}[a-zA-Z]? (?:{_NAME} )+(?:St|Ave|Rd|Blvd|Ln)\.?$",
        r"^[0-9]{1,4},? (?:bis |ter )?(?i:rue|avenue|boulevard|place|chemin|impasse|allée) \p{L}",
        r"^(?:Calle|Avenida|Plaza|Via|Viale|Piazza|Corso|Rua) \p{Lu}[\p{L} ]+,? [0-9]{1,4}[a-z]?$",
        r"(?i)^(?:p\.? ?o\.? box|postfach) [0-9]",
    ),
    _kind(
        "web",
        "a web or network address",
        r"(?i)https?://|(?:^|[^a-z])www\.",
        r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$",
        r"^(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}$|^(?:[0-9a-fA-F]{1,4}:)+(?::[0-9a-fA-F]{1,4})+$",
        r"^(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$",
        r"^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:org|com|net|edu|gov|info|eu|de|fr|uk)/",
        r"^@[a-z0-9_.]{3,}$",
    ),
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
        r"(?:^|[ ,.])(?:she|he|told|husband|wife|neighbour|moved to|lives in|works at)(?:$|[ ,.])",
    ),
)
#: Kinds looked for where a number may be that of a person: pseudonyms and columns without use.
NUMBERS: tuple[Kind, ...] = tuple(
    Kind("national_number", "a national number by its check digit", pattern, arithmetic, share=1)
    for pattern, arithmetic in check_digits.NUMBERS.values()
)
