"""Side effects of the same patients before and after a change of treatment.

A ratio and the total give both counts, so that a ratio is hidden with either of its rates: its subgroup and its
comparator are theirs, by which `disclosure.release_estimates` finds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.side_effects.self_controlled import AFTER, ALL_DAYS, BEFORE, comparisons
from dose_outcomes.outcomes.precision import no_p_value
from dose_outcomes.outcomes.side_effect_incidence import DAYS_PER_YEAR, PER
from dose_outcomes.outcomes.side_effects.current_dose import CURRENT
from dose_outcomes.outcomes.side_effects.rows import ANY, RATE, endpoints, row
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.rates.rate import garwood
from dose_outcomes.stats.rates.ratio import rate_ratio_exact, rate_ratio_exact_test
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "side_effect_self_controlled"
NO_CHANGE = "no patient with such a change"
LED_TO_IT = "a side effect that led to the change falls in the days right before it: the ratio is too low"


def self_controlled(windows: pd.DataFrame, side_effects: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the rates before and after the first change of each patient, and their ratio.

    Both windows of a patient are equally long, so that the test and the interval of the ratio, conditional on the
    events of both, hold whatever the patients' own rates.

    Parameters
    ----------
    windows : DataFrame
        comparison, window, endpoint (empty: patients and days), patients, days, events.
    side_effects : DataFrame
        Names of the side effects.
    """
    found = windows.set_index(["comparison", "window", "endpoint"]).to_dict("index")
    for name, (_, settings) in comparisons(study).items():
        crude = name.endswith(ALL_DAYS)
        all_windows = found.get((name, AFTER, ""), {"patients": 0, "days": 0})
        n, years = int(all_windows["patients"]), float(all_windows["days"]) / DAYS_PER_YEAR
        # where nobody changed, one row says so for all terms
        for endpoint in endpoints(side_effects) if n and not crude else (ANY,):
            counts = {
                window: int(found.get((name, window, endpoint), {"events": 0})["events"]) for window in (BEFORE, AFTER)
            }
            length = f"up to {settings.days} days before and after the first {name}"
            shared: dict[str, Any] = {
                "analysis": ANALYSIS,
                "endpoint": endpoint,
                "dose": ALL,
                "dose_attribution": CURRENT,
                "n": n,
                "method": length,
                "notes": (*((NO_CHANGE,) if not n else ()), *((LED_TO_IT,) if crude else ())),
            }
            for window, events in counts.items():
                yield row(
                    garwood(events, years, per=PER, level=study.level),
                    **shared,
                    subgroup=f"{window} {name}",
                    statistic=RATE,
                    events=events,
                    person_years=years,
                )
            after, before = counts[AFTER], counts[BEFORE]
            few = n < study.diagnostics.minimum_patients
            test = rate_ratio_exact_test(after, years, before, years, two_sided="central")
            yield row(
                rate_ratio_exact(after, years, before, years, level=study.level),
                **{**shared, "notes": (*shared["notes"], no_p_value(study) if n and few else "")},
                subgroup=f"{AFTER} {name}",
                comparator=f"{BEFORE} {name}",
                statistic="rate_ratio",
                events=after + before,
                p_value=None if few or crude or after + before == 0 else test.p_value,
                person_years=2.0 * years,
            )
