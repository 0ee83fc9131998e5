"""What a table of counts is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class CountTable:
    """A table of counts: the columns that tell its rows apart, those that count, and what makes it."""

    key: tuple[str, ...]
    values: tuple[str, ...]
    count: Callable[[Derived], list[pd.DataFrame]]
