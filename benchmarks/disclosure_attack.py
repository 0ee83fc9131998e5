"""Attack on released files: can a hidden count be had from what is shown, over 500 random cohorts?

The attacker reads the released CSV files only. He knows the rules: a number marked as a count below k lies between 1
and k - 1, one not shown to protect another is at least 1, patients with and without an event are all patients, and
totals are the sums of their parts. For every hidden number of events he asks for the smallest and the largest value
that fits (two linear programs over all that is shown of an endpoint). No hidden count may be left with fewer than
three values; the share of rows that are shown is printed beside, because hiding everything would pass as well.
Nothing here is imported from `dose_outcomes.disclosure` but the release itself.
"""

from __future__ import annotations

import io
import math
import random
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from dose_outcomes.disclosure import release_tables
from dose_outcomes.outcomes.cohort_size import cohort_size
from dose_outcomes.outcomes.responder_cells import responder_cells
from dose_outcomes.outcomes.responder_contrast import responder_contrast
from dose_outcomes.outcomes.responder_rate import responder_rate
from dose_outcomes.outcomes.responder_shrinkage import responder_shrinkage
from dose_outcomes.outcomes.responder_trend import responder_heterogeneity, responder_trend
from dose_outcomes.outcomes.side_effect_incidence import side_effect_incidence
from dose_outcomes.outcomes.side_effects.contrasts import side_effect_contrasts
from dose_outcomes.results import ALL, CURVE_COLUMNS, to_csv, to_frame

if TYPE_CHECKING:
    import pandas as pd

    from dose_outcomes.study import Study

COHORTS = 500
MINIMUM_COUNT = 5
VALUES_LEFT = 3
LEAST_SHARE_RELEASED = 0.35
DEFINITION = "GEN-PEG-30"
_NO_LIMIT = 1e9


@dataclass(frozen=True)
class Attacked:
    """What the attacker found in one release."""

    hidden: int
    narrowest: int
    """Fewest values that a hidden count may still have; 0 without a hidden count."""
    share_released: float
    wrong: tuple[str, ...]
    """Hidden counts that were narrowed too far, by their row."""


def random_study(generator: random.Random) -> Study:
    """Return a study of 2 to 6 conditions at 2 to 5 doses."""
    from dose_outcomes.study import Study

    conditions = [f"condition_{number}" for number in range(generator.randint(2, 6))]
    doses = [float(number + 1) for number in range(generator.randint(2, 5))]
    return Study.model_validate(
        {
            "id": "attacked",
            "title": "A random cohort",
            "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
            "data": {"source": "csv", "nature": "synthetic", "folder": "nowhere", "tables": {}},
            "conditions": {name: name for name in conditions},
            "dose_groups": [{"label": f"{dose:g} mg", "from_mg": dose, "below_mg": dose + 1} for dose in doses],
            "endpoints": [
                {
                    "id": "response",
                    "label": "Response",
                    "definitions": dict.fromkeys(conditions, DEFINITION),
                    "missing_data": ["non_responder", "observed"],
                }
            ],
            "contrasts": {"reference_dose": f"{doses[0]:g} mg"},
            "disclosure": {"minimum_count": MINIMUM_COUNT},
        }
    )


@dataclass(frozen=True)
class Counts:
    """Counts of a cohort: responders, side effects, and patients with their time at risk."""

    responders: pd.DataFrame
    side_effects: pd.DataFrame
    at_risk: pd.DataFrame


def random_counts(study: Study, generator: random.Random) -> Counts:
    """Return the counts of a random cohort, with missing scores and side effects; cells of all sizes, some empty."""
    import pandas as pd

    size = generator.choice([8, 20, 60, 150])
    share = generator.choice([0.1, 0.3, 0.5])
    rows, effects, risk = [], [], []
    for condition in study.conditions:
        for dose in study.dose_labels:
            n = generator.randint(0, 2 * size)
            observed = sum(generator.random() < 0.9 for _ in range(n))
            responders = sum(generator.random() < share for _ in range(observed))
            rows.append((condition, dose, n, observed, responders))
            risk.append((condition, dose, n, 100 * n))
            for term, rate in (("any", 0.4), ("term: A", 0.2), ("term: B", 0.05)):
                patients = sum(generator.random() < rate for _ in range(n))
                if patients:
                    events = patients + sum(generator.random() < 0.3 for _ in range(patients))
                    effects.append((term, condition, dose, patients, events))
    responses = pd.DataFrame(rows, columns=["condition", "dose", "n", "observed", "observed_responders"])
    responses = responses[responses["n"] > 0].assign(endpoint="response", definition=DEFINITION, day=84)
    return Counts(
        responses.assign(carried=responses["observed"], carried_responders=responses["observed_responders"]),
        pd.DataFrame(effects, columns=["endpoint", "condition", "dose", "patients", "events"]),
        pd.DataFrame(risk, columns=["condition", "dose", "n", "days"]),
    )


def estimates_of(counts: Counts, study: Study) -> pd.DataFrame:
    """Return the tidy table: shares, contrasts, trends, heterogeneity and shrinkage of responders, and side effects."""
    results = [*cohort_size(counts.at_risk, study), *responder_rate(counts.responders, study)]
    cells = responder_cells(counts.responders, study)
    for question in (responder_contrast, responder_trend, responder_heterogeneity, responder_shrinkage):
        results += question(cells, study)
    if not counts.side_effects.empty:
        results += side_effect_incidence(counts.side_effects, counts.at_risk, study)
        results += side_effect_contrasts(counts.side_effects, counts.at_risk, study)
    return to_frame(results)


def released_text(estimates: pd.DataFrame, study: Study) -> str:
    """Return estimates.csv as it is released."""
    import pandas as pd

    curves = pd.DataFrame(columns=list(CURVE_COLUMNS))
    definitions = {endpoint.id: dict(endpoint.definitions) for endpoint in study.endpoints}
    return to_csv(release_tables(estimates, curves, study.disclosure.minimum_count, definitions).estimates)


def attack(text: str, truth: pd.DataFrame, minimum_count: int = MINIMUM_COUNT) -> Attacked:
    """Narrow every hidden count of estimates.csv.

    Parameters
    ----------
    text : str
        The released file.
    truth : DataFrame
        The rows before release: only to tell which counts were hidden, never to narrow one.
    """
    import pandas as pd

    shown = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    system = known(shown, truth, minimum_count)
    wrong, left = [], []
    for name, value in system.hidden().items():
        low, high = system.range_of(name)
        assert low - 1e-6 <= value <= high + 1e-6, f"the attacker's sums do not hold: {name}"
        left.append(int(min(high, 10**6) + 1e-6) - math.ceil(low - 1e-6) + 1)
        if left[-1] < VALUES_LEFT:
            wrong.append(f"{name} is {value}: {left[-1]} values left")
    share = float((shown["suppressed"] == "").mean())
    return Attacked(len(left), min(left, default=0), share, tuple(wrong))


def known(shown: pd.DataFrame, truth: pd.DataFrame, minimum_count: int = MINIMUM_COUNT) -> System:
    """Return all that an attacker knows from a release; the truth says which counts are hidden."""
    system = System(minimum_count)
    for row, true in zip(shown.to_dict("records"), truth.to_dict("records"), strict=True):
        _write_down(system, row, true)
    system.add_totals()
    return system


class Name(NamedTuple):
    """What the attacker calls a count."""

    what: str
    condition: str
    dose: str


class System:
    """Sums and limits that the attacker knows."""

    def __init__(self, minimum_count: int) -> None:
        self.minimum_count = minimum_count
        self.numbers: dict[Name, int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.sums: list[dict[int, float]] = []
        self.blank: dict[Name, int] = {}

    def place(self, name: Name) -> int:
        """Return the number of a count."""
        if name not in self.numbers:
            self.numbers[name] = len(self.numbers)
            self.low.append(0)
            self.high.append(_NO_LIMIT)
        return self.numbers[name]

    def limit(self, name: Name, low: float, high: float) -> None:
        """Note a range."""
        place = self.place(name)
        self.low[place], self.high[place] = max(self.low[place], low), min(self.high[place], high)

    def read(self, name: Name, shown: str, true: int, suppressed: str) -> None:
        """Note a count that a row shows, or what is known of one that it does not show."""
        if shown:
            self.limit(name, float(shown), float(shown))
            return
        self.place(name)
        self.blank[name] = true
        if true and suppressed.startswith("protects"):
            self.limit(name, 1, _NO_LIMIT)
        elif 0 < true < self.minimum_count and suppressed.startswith("count below"):
            self.limit(name, 1, self.minimum_count - 1)

    def add(self, whole: Name, parts: list[Name]) -> None:
        """Note that parts add up to a whole."""
        terms = {self.place(whole): -1.0}
        for part in parts:
            terms[self.place(part)] = terms.get(self.place(part), 0) + 1
        self.sums.append(terms)

    def add_totals(self) -> None:
        """Note every total over doses and over conditions."""
        for name in list(self.numbers):
            doses = [one for one in self.numbers if one.what == name.what and one.condition == name.condition]
            conditions = [one for one in self.numbers if one.what == name.what and one.dose == name.dose]
            if name.dose == ALL and len(doses) > 1:
                self.add(name, [one for one in doses if one.dose != ALL])
            if name.condition == ALL and len(conditions) > 1:
                self.add(name, [one for one in conditions if one.condition != ALL])

    def hidden(self) -> dict[Name, int]:
        """Return the counts that no row shows, with their true value; zeros are no groups."""
        return {
            name: true
            for name, true in self.blank.items()
            if true and self.low[self.numbers[name]] < self.high[self.numbers[name]]
        }

    def range_of(self, name: Name) -> tuple[float, float]:
        """Return the smallest and largest value of a count that fits all that is known."""
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import lil_array

        wanted = self.numbers[name]
        near, sums = {wanted}, set[int]()
        growing = True
        while growing:  # counts that are known cut the system into blocks
            growing = False
            for number, terms in enumerate(self.sums):
                free = {place for place in terms if self.low[place] < self.high[place]}
                if number not in sums and free & near:
                    sums.add(number)
                    near |= free
                    growing = True
        order = {place: number for number, place in enumerate(sorted(near))}
        matrix, right = lil_array((max(len(sums), 1), len(order))), np.zeros(max(len(sums), 1))
        for row, number in enumerate(sorted(sums)):
            for place, factor in self.sums[number].items():
                if place in order:
                    matrix[row, order[place]] = factor
                else:
                    right[row] -= factor * self.low[place]
        bounds = [(self.low[place], self.high[place]) for place in order]
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(order))
            goal[order[wanted]] = sign
            found = linprog(goal, A_eq=matrix.tocsr(), b_eq=right, bounds=bounds)
            assert found.status == 0, f"the released numbers contradict each other: {found.message}"
            ends.append(sign * found.fun)
        return ends[0], ends[1]


def _write_down(system: System, row: dict[str, str], true: dict[str, Any]) -> None:
    """Note what one row tells."""
    if row["statistic"] not in ("proportion", "rate_per_100_person_years", "number_of_patients"):
        return
    place = (row["condition"], row["dose"])
    population = f"{row['population']} {row['endpoint'] if row['population'] != 'analysed' else ''}"
    patients = Name(f"patients {population}", *place)
    of_row = Name(f"observed {population}", *place) if row["missing_data"] == "observed" else patients
    system.read(of_row, row["n"], int(true["n"]), row["suppressed"])
    if of_row != patients:
        missing = Name(f"missing {population}", *place)
        system.add(patients, [of_row, missing])
    if row["statistic"] == "number_of_patients":
        return
    statistic = "patients with" if row["statistic"] == "proportion" else "events"
    events = Name(f"{statistic} {row['endpoint']}", *place)
    system.read(events, row["events"], int(true["events"]), row["suppressed"])
    if row["statistic"] == "proportion":
        others = Name(f"{of_row.what} without {row['endpoint']}", *place)
        system.add(of_row, [events, others])
        rest = int(true["n"]) - int(true["events"])
        if not row["events"] and 0 < rest < system.minimum_count and row["suppressed"].startswith("count below"):
            system.limit(others, 1, system.minimum_count - 1)


def main() -> bool:
    """Attack 500 random cohorts; return whether a bound was missed."""
    cohorts = int(sys.argv[2]) if len(sys.argv) > 2 else COHORTS
    found = []
    for seed in range(cohorts):
        generator = random.Random(seed)
        study = random_study(generator)
        estimates = estimates_of(random_counts(study, generator), study)
        found.append(attack(released_text(estimates, study), estimates))
        for wrong in found[-1].wrong:
            print(f"cohort {seed}: {wrong}")
    hidden = sum(one.hidden for one in found)
    share = sum(one.share_released for one in found) / len(found)
    narrowest = min((one.narrowest for one in found if one.hidden), default=0)
    print(f"{cohorts} cohorts, {hidden} hidden counts, narrowest {narrowest} values, {share:.1%} of rows released")
    return narrowest < VALUES_LEFT or share < LEAST_SHARE_RELEASED


if __name__ == "__main__":
    sys.exit(main())
