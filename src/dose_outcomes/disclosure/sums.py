"""The sums between counts as one sparse matrix, from which those of a few counts are cut out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Sums:
    """Sums as columns of coefficients, count by count: those of a few counts are cut out quickly.

    Parameters
    ----------
    places, numbers : array of int
        Of each coefficient its count and its sum, in order.
    factors : array of float
        The coefficients.
    counts : int
        How many counts there are.
    """

    def __init__(
        self, places: NDArray[np.intp], numbers: NDArray[np.intp], factors: NDArray[np.float64], counts: int
    ) -> None:
        import numpy as np

        self._places, self._numbers, self._factors, self._counts = places, numbers, factors, counts
        self._start = np.searchsorted(places, np.arange(counts + 1))
        by_sum = np.argsort(numbers, kind="stable")
        self._members = places[by_sum]
        self._size = int(numbers.max()) + 1 if len(numbers) else 0
        self._sum_start = np.searchsorted(numbers[by_sum], np.arange(self._size + 1))

    @classmethod
    def of(cls, sums: Sequence[Mapping[int, int]], counts: int) -> Sums:
        """Return sums, each given as count: coefficient."""
        import numpy as np

        entries = [(place, number, factor) for number, terms in enumerate(sums) for place, factor in terms.items()]
        table = np.array(entries, dtype=np.intp).reshape(-1, 3)
        table = table[np.lexsort((table[:, 1], table[:, 0]))]
        return cls(table[:, 0], table[:, 1], table[:, 2].astype(float), counts)

    def without(self, left_out: Iterable[int]) -> Sums:
        """Return the other sums, under the same numbers."""
        import numpy as np

        keep = ~np.isin(self._numbers, np.fromiter(left_out, dtype=np.intp))
        return Sums(self._places[keep], self._numbers[keep], self._factors[keep], self._counts)

    def joining(self, places: Iterable[int]) -> set[int]:
        """Return the numbers of the sums that any of some counts are in."""
        import numpy as np

        return set(self._numbers[np.isin(self._places, np.fromiter(places, dtype=np.intp))].tolist())

    def numbers(self, place: int) -> list[int]:
        """Return the numbers of the sums that a count is in."""
        found: list[int] = self._numbers[self._start[place] : self._start[place + 1]].tolist()
        return found

    def is_whole(self, place: int) -> bool:
        """Tell whether a count is what others add up to."""
        return bool((self._factors[self._start[place] : self._start[place + 1]] < 0).any())

    def around(
        self,
        place: int,
        size: int,
        usable: NDArray[np.bool_],
        steps: Callable[[NDArray[np.intp]], NDArray[np.intp]],
    ) -> NDArray[np.intp]:
        """Return the counts nearest to one, by the sums that join them, itself first.

        Parameters
        ----------
        size : int
            How many at most.
        usable : array of bool
            Of every count, whether it may be among them.
        steps : callable
            Returns of some counts how far each is, a whole number of at least 1, from those that a sum joins with it.
        """
        import numpy as np

        far = np.iinfo(np.int64).max
        distances = np.full(self._counts, far)
        unseen = np.ones(self._size, dtype=bool)
        distances[place] = 0
        waiting: dict[int, list[NDArray[np.intp]]] = {0: [np.array([place])]}
        found: list[NDArray[np.intp]] = []
        count = 0
        while waiting and count < size:
            distance = min(waiting)
            reached = np.concatenate(waiting.pop(distance))
            reached = reached[distances[reached] == distance]
            reached.sort()
            found.append(reached)
            count += len(reached)
            # each sum once: whom it joins is nearest by the first that is reached
            numbers = self._numbers[_slices(self._start, reached)]
            numbers = _each_once(numbers[unseen[numbers]], self._size)
            unseen[numbers] = False
            others = self._members[_slices(self._sum_start, numbers)]
            others = _each_once(others[usable[others] & (distances[others] > distance)], self._counts)
            to_others = distance + steps(others)
            nearer = to_others < distances[others]
            others, to_others = others[nearer], to_others[nearer]
            distances[others] = to_others
            for one in set(to_others.tolist()):
                waiting.setdefault(one, []).append(others[to_others == one])
        return np.concatenate(found)[:size]

    def columns(self, places: Sequence[int]) -> tuple[int, NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Return the columns of some counts: number of sums they are in, where each begins, its sums, coefficients."""
        import numpy as np

        own = np.asarray(places, dtype=np.intp)
        begins = np.concatenate(([0], (self._start[own + 1] - self._start[own]).cumsum()))
        entries = _slices(self._start, own)
        numbers = _each_once(self._numbers[entries], self._size)
        own = np.zeros(self._size, dtype=np.intp)
        own[numbers] = np.arange(len(numbers))
        return len(numbers), begins, own[self._numbers[entries]], self._factors[entries]

    def groups(self, places: Sequence[int]) -> list[list[int]]:
        """Return counts in groups that no sum joins, each in the order given."""
        import numpy as np
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        sums, begins, numbers, _ = self.columns(places)
        nodes = len(places) + sums
        ends = (np.repeat(np.arange(len(places)), np.diff(begins)), len(places) + numbers)
        _, label = connected_components(csr_array((np.ones(len(numbers)), ends), shape=(nodes, nodes)), directed=False)
        found: dict[int, list[int]] = {}
        for place, group in zip(places, label.tolist(), strict=False):
            found.setdefault(group, []).append(place)
        return list(found.values())


def _slices(starts: NDArray[np.intp], own: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the numbers from the start of each of some slices to the start of the next, one slice after the other."""
    import numpy as np

    begin = starts[own]
    lengths = starts[own + 1] - begin
    ends = lengths.cumsum()
    found: NDArray[np.intp] = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begin - (ends - lengths), lengths)
    return found


def _each_once(numbers: NDArray[np.intp], below: int) -> NDArray[np.intp]:
    """Return the different ones of some numbers, in order."""
    import numpy as np

    found = np.zeros(below, dtype=bool)
    found[numbers] = True
    return found.nonzero()[0]
