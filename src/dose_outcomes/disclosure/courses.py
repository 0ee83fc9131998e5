"""Which days of a count are shown, so that no two of them, and no total with its parts, give a small group.

Of each group by itself, a day is shown when the events since the day shown before it are none or at least k, and so
are those left. Between two days shown an attacker then knows nothing about a group of events that is small. Then
totals and their parts are taken apart: where a total is known on a day, its parts that are not known must be none, or
several each of which can have three values; where it is not, they must not give it. For that further parts are hidden
on that day: a total is worth more than its parts, and of these the largest groups are kept. Hiding a day never makes
a group of events small that was not, so the search ends.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dose_outcomes.disclosure.quantities import Cell
from dose_outcomes.disclosure.wording import is_small
from dose_outcomes.results import ALL

_OPEN_VALUES = 3


@dataclass(slots=True)
class Course:
    """A count of one group by day, and the days on which it is shown.

    Attributes
    ----------
    counts : dict of int to int
        Day: events up to it; the same until the next one.
    first : set of int
        Days that are wanted most.
    size : int or None
        Patients of the group, where each counts once.
    given, never : int or None
        A day whose count follows from other counts that are shown, or would give one that is not.
    """

    counts: dict[int, int] = field(default_factory=dict)
    first: set[int] = field(default_factory=set)
    size: int | None = None
    given: int | None = None
    never: int | None = None
    shown: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)

    def at(self, day: int) -> int:
        """Return the count up to a day."""
        place = bisect_right(self.days, day)
        return self.counts[self.days[place - 1]] if place else 0

    def neighbours(self, day: int) -> tuple[int, int | None]:
        """Return the counts of the days shown before and after a day; none after the last where nothing limits it."""
        before, after = bisect_left(self.shown, day), bisect_right(self.shown, day)
        low = self.counts[self.shown[before - 1]] if before else 0
        return low, self.counts[self.shown[after]] if after < len(self.shown) else self.size

    def window(self, day: int) -> tuple[int, int]:
        """Return the smallest and largest count of a day that the days shown leave open."""
        place = bisect_left(self.shown, day)
        if place < len(self.shown) and self.shown[place] == day:
            return self.at(day), self.at(day)
        low, high = self.neighbours(day)
        return low, (self.counts[self.days[-1]] + _OPEN_VALUES if high is None else high)

    def is_known(self, day: int) -> bool:
        """Tell whether the days shown give the count of a day."""
        low, high = self.window(day)
        return low == high

    def choose(self, minimum_count: int) -> None:
        """Choose days between which none or enough events lie, those wanted most first, of them the last."""
        wanted = sorted(self.first)
        if self.given is not None:
            self.shown = [self.given]
        for day in [*wanted[-1:], *wanted[:-1], *(day for day in self.days if day not in self.first)]:
            low, high = self.neighbours(day)
            count = self.counts[day]
            steps = [count - low, *([] if high is None else [high - count])]
            if day not in (*self.shown, self.never) and not any(is_small(step, minimum_count) for step in steps):
                insort(self.shown, day)

    def hide(self, day: int) -> bool:
        """Hide a day, and the days beside it that would give its count; return whether any could be."""
        before = len(self.shown)
        while self.is_known(day) and day != self.given:
            place = bisect_left(self.shown, day)
            if place < len(self.shown) and self.at(self.shown[place]) == self.at(day):
                if self.shown[place] == self.given:
                    break
                del self.shown[place]
            elif place and self.at(self.shown[place - 1]) == self.at(day):
                del self.shown[place - 1]
            else:
                break
        return len(self.shown) < before


def separate(courses: Mapping[Cell, Course], wholes: Mapping[Cell, Sequence[Sequence[Cell]]]) -> None:
    """Hide days of parts, and of totals where that is not enough, until no total gives a hidden part.

    Parameters
    ----------
    courses : mapping of Cell to Course
        With the days that each may show by itself; days are taken from it.
    wholes : mapping of Cell to sequence of sequence of Cell
        A total: the groups that it is the sum of, once for each way of adding up.
    """
    sums = [(whole, tuple(parts)) for whole in sorted(wholes, key=_totals_first) for parts in wholes[whole]]
    sums_of: dict[Cell, list[int]] = defaultdict(list)
    for number, (whole, parts) in enumerate(sums):
        for name in (whole, *parts):
            sums_of[name].append(number)
    waiting = dict.fromkeys(range(len(sums)))
    while waiting:
        number = min(waiting)
        del waiting[number]
        for name in _take_apart(courses, sums, sums_of, number):
            waiting |= dict.fromkeys(sums_of[name])


def _totals_first(name: Cell) -> tuple[int, str]:
    return -(name.condition == ALL) - (name.dose == ALL), str(name)


def _take_apart(
    courses: Mapping[Cell, Course],
    sums: Sequence[tuple[Cell, tuple[Cell, ...]]],
    sums_of: Mapping[Cell, Sequence[int]],
    number: int,
) -> list[Cell]:
    """Hide what one sum needs hidden on each of its days; return the groups that lost a day."""
    whole, parts = sums[number]
    changed: dict[Cell, None] = {}
    for day in sorted({day for name in (whole, *parts) for day in courses[name].days}):
        for name in sorted(parts, key=lambda part: _dear(courses, sums, sums_of, part, day)):
            if _is_open(courses[whole], [courses[part] for part in parts], day):
                break
            if courses[name].hide(day):
                changed[name] = None
        else:
            if not _is_open(courses[whole], [courses[part] for part in parts], day) and courses[whole].hide(day):
                changed[whole] = None
    return list(changed)


def _dear(
    courses: Mapping[Cell, Course],
    sums: Sequence[tuple[Cell, tuple[Cell, ...]]],
    sums_of: Mapping[Cell, Sequence[int]],
    part: Cell,
    day: int,
) -> tuple[int, int, str]:
    """Return what hiding a part costs: sums that it would leave with one unknown, then its patients."""
    alone = sum(
        all(courses[other].is_known(day) for other in others)
        for whole, others in (sums[number] for number in sums_of[part])
        if whole != part
    )
    return alone, courses[part].size or 0, str(part)


def _is_open(whole: Course, parts: Sequence[Course], day: int) -> bool:
    """Tell whether a total and its parts that are shown leave three values to each that is not."""
    windows = [part.window(day) for part in parts]
    low, high = sum(one for one, _ in windows), sum(one for _, one in windows)
    if not whole.is_known(day):
        least, most = whole.window(day)
        return min(high, most) - max(low, least) >= _OPEN_VALUES - 1
    rest = whole.at(day) - low
    widths = [most - least for least, most in windows]
    return not any(
        width and min(width, rest) - max(0, rest - (high - low - width)) < _OPEN_VALUES - 1 for width in widths
    )
