"""National numbers known by their check digits: arithmetic for the engine, on the digits of a text.

Codes pass a check by chance, one in ten or eleven: a column counts only when all its cells pass. Numbers that are
written with marks of their own, as 756.9217.0769.85 is, are patterns (`patterns`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Number: pattern, and the weights of each of its checks with the number that must divide the sum.
WEIGHTS: dict[str, tuple[str, tuple[tuple[tuple[int, ...], int], ...]]] = {
    # National Health Service number, United Kingdom
    "nhs": ("^[0-9]{10}$", (((10, 9, 8, 7, 6, 5, 4, 3, 2, 1), 11),)),
    # social insurance number, Austria
    "svnr": ("^[0-9]{10}$", (((3, 7, 9, -1, 5, 8, 4, 2, 1, 6), 11),)),
    # citizen service number, Netherlands
    "bsn": ("^[0-9]{9}$", (((9, 8, 7, 6, 5, 4, 3, 2, -1), 11),)),
    # PESEL, Poland
    "pesel": ("^[0-9]{11}$", (((1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), 10),)),
    # identity number, Turkey
    "tckn": ("^[1-9][0-9]{10}$", (((1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1), 10),)),
    # birth number, Norway
    "fnr": (
        "^[0-9]{11}$",
        (((3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0), 11), ((5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), 11)),
    ),
}
#: Letters of the Spanish identity number, by the remainder of its digits over 23.
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"


def _digit(text: ir.StringColumn, place: int) -> ir.IntegerColumn:
    return text.substr(place, 1).try_cast("int64")


def _weighted(text: ir.StringColumn, weights: tuple[int, ...]) -> ir.IntegerColumn:
    """Return the sum of the digits times their weights; of texts that are other than digits, null."""
    total = _digit(text, 0) * weights[0]
    for place, weight in enumerate(weights[1:], 1):
        total += _digit(text, place) * weight
    return total


def _sums(name: str, text: ir.StringColumn) -> ir.BooleanValue:
    pattern, checks = WEIGHTS[name]
    passed = text.re_search(pattern)
    for weights, divisor in checks:
        passed = passed & (_weighted(text, weights) % divisor == 0)
    return passed


def _cpf(text: ir.StringColumn) -> ir.BooleanValue:
    # Brazil: each of the last two digits is ten times the weighted sum before it, over 11; ten counts as nought
    passed = text.re_search("^[0-9]{11}$")
    for place in (9, 10):
        total = _weighted(text, tuple(range(place + 1, 1, -1)))
        passed = passed & (total * 10 % 11 % 10 == _digit(text, place))
    return passed


def _luhn(pattern: str, text: ir.StringColumn, length: int) -> ir.BooleanValue:
    # every second digit from the right but one is doubled; a double of two digits counts as their sum
    total = _digit(text, length - 1)
    for place in range(length - 2, -1, -1):
        digit = _digit(text, place)
        total += digit if (length - place) % 2 else (digit * 2) // 10 + (digit * 2) % 10
    return text.re_search(pattern) & (total % 10 == 0)


def _nir(text: ir.StringColumn) -> ir.BooleanValue:
    # France: the last two digits are 97 less the remainder of the thirteen before them over 97
    body, key = text.substr(0, 13).try_cast("int64"), text.substr(13, 2).try_cast("int64")
    return text.re_search(_NIR) & (97 - body % 97 == key)


def _dni(text: ir.StringColumn) -> ir.BooleanValue:
    import ibis

    number = text.substr(0, 8).try_cast("int64")
    return text.re_search(_DNI_PATTERN) & (ibis.literal(_DNI).substr(number % 23, 1) == text.substr(8, 1))


_NIR = "^[12][0-9]{14}$"
_DNI_PATTERN = f"^[0-9]{{8}}[{_DNI}]$"
_CARD, _SIN = "^[3-6][0-9]{15}$", "^[1-79][0-9]{8}$"
#: Pattern and arithmetic of each.
NUMBERS: dict[str, tuple[str, Callable[[ir.StringColumn], ir.BooleanValue]]] = {
    **{name: (pattern, partial(_sums, name)) for name, (pattern, _) in WEIGHTS.items()},
    "cpf": ("^[0-9]{11}$", _cpf),
    "nir": (_NIR, _nir),
    "dni": (_DNI_PATTERN, _dni),
    "card": (_CARD, partial(_luhn, _CARD, length=16)),  # payment cards
    "sin": (_SIN, partial(_luhn, _SIN, length=9)),  # social insurance number, Canada
}
