"""Why a count cannot be smaller or larger: the numbers and sums that hold it, from the dual of the linear program."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.disclosure_attack.names import Name
from benchmarks.disclosure_attack.system import NO_LIMIT, System

_NOTHING = 1e-7


def why(system: System, name: Name, *, largest: bool) -> Iterator[str]:
    """Yield the sums and limits that hold the smallest or largest value of a count.

    Parameters
    ----------
    system : System
        As it was written down: in one that was tightened, what follows from a sum has become a limit.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    names = list(system.places)
    rows, columns, factors, right, of_sum = [], [], [], [], []
    for number, (terms, low, high) in enumerate(system.sums):
        for limit, sign in ((high, 1.0), (low, -1.0)):
            if np.isfinite(limit):
                rows += [len(right)] * len(terms)
                columns += list(terms)
                factors += [sign * factor for factor in terms.values()]
                right.append(sign * limit)
                of_sum.append(number)
    matrix = coo_array((factors, (rows, columns)), shape=(len(right), len(names))).tocsr()
    goal = np.zeros(len(names))
    goal[system.places[name]] = -1.0 if largest else 1.0
    bounds = np.column_stack([system.low, system.high])
    found = linprog(goal, A_ub=matrix, b_ub=np.array(right), bounds=bounds)
    for number in dict.fromkeys(of_sum[row] for row in np.flatnonzero(np.abs(found.ineqlin.marginals) > _NOTHING)):
        terms, low, high = system.sums[number]
        words = " ".join(f"{factor:+g}*[{_words(names[place])}]" for place, factor in terms.items())
        yield f"{words} = {low:g}" if low == high else f"{low:g} <= {words} <= {high:g}"
    for limits, marginals, sign in (
        (system.low, found.lower.marginals, ">="),
        (system.high, found.upper.marginals, "<="),
    ):
        for place in np.flatnonzero(np.abs(marginals) > _NOTHING):
            if sign == ">=" or limits[place] < NO_LIMIT:
                yield f"[{_words(names[place])}] {sign} {limits[place]:g}"


def _words(name: Name) -> str:
    return ", ".join(str(part) for part in name if part not in ("", None))
