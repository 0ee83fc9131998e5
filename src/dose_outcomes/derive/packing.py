"""Chooses one of several responses by a plain min or max, which is exact, fast and indifferent to the order of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def packed(rank: ir.IntegerValue, responding: ir.BooleanValue) -> ir.IntegerValue:
    """Return a whole number that sorts by rank and carries the response."""
    return 2 * rank + responding.cast("int64")


def unpacked(value: ir.IntegerValue) -> ir.BooleanValue:
    """Return the response that a packed number carries; null of null."""
    return value % 2 == 1
