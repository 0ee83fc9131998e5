"""Arguments are checked at the door, by one function, with one wording."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dose_outcomes.errors import ArgumentError


def check_number(
    name: str,
    value: float,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    whole: bool = False,
) -> float:
    """Return `value` as a number, or raise `ArgumentError` with what was expected and what came."""
    array = check_array(
        name, value, dimensions=0, at_least=at_least, at_most=at_most, above=above, below=below, whole=whole
    )
    return int(array) if whole else float(array)


def check_array(
    name: str,
    value: ArrayLike,
    *,
    dimensions: int = 1,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    whole: bool = False,
    same_length_as: tuple[str, Any] | None = None,
) -> NDArray[np.float64]:
    """Return `value` as a finite float array of `dimensions` axes within the bounds.

    Raises
    ------
    ArgumentError
        Says the argument's name, what was expected and what came.
    """
    limits = [
        (word, bound, is_outside)
        for word, bound, is_outside in (
            ("at least", at_least, np.less),
            ("at most", at_most, np.greater),
            ("above", above, np.less_equal),
            ("below", below, np.greater_equal),
        )
        if bound is not None
    ]

    def refused(received: str) -> ArgumentError:
        bounds = " and ".join(f"{word} {bound:g}" for word, bound, _ in limits)
        expected = f"a finite {'whole number' if whole else 'number'}{' ' + bounds if bounds else ''}"
        if dimensions:
            expected = f"{dimensions}-dimensional array, each entry {expected}"
        return ArgumentError(f"{name} must be {expected}; received {received}")

    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise refused(repr(value)) from None
    if array.ndim != dimensions:
        raise refused(f"an array of shape {array.shape}")
    bad = ~np.isfinite(array)
    if whole:
        bad |= array != np.round(array)
    for _, bound, is_outside in limits:
        bad |= is_outside(array, bound)
    if bad.any():
        raise refused(repr(value) if dimensions == 0 else f"{array[bad].flat[0]:g} among {array.size} entries")
    if same_length_as is not None and len(array) != len(same_length_as[1]):
        other, reference = same_length_as
        raise ArgumentError(f"{name} must be as long as {other} ({len(reference)} entries); received {len(array)}")
    return array


def check_choice(name: str, value: str, allowed: Iterable[str]) -> str:
    """Return `value` when it is one of `allowed`."""
    allowed = list(allowed)
    if value not in allowed:
        raise ArgumentError(f"{name} must be one of {', '.join(allowed)}; received {value!r}")
    return value


def check_level(level: float) -> float:
    """Return a confidence level, strictly between 0 and 1."""
    return check_number("level", level, above=0.0, below=1.0)
