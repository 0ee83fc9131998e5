"""Side effects at each target dose against the reference dose.

The p value stands in the row of the risk difference alone: patients with the event are independent of each other,
the events of one patient are not, so that a test of rates would find too much. All tests together are a screen; the
study file names their family.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.side_effect_incidence import DAYS_PER_YEAR, PER
from dose_outcomes.outcomes.side_effects.rows import endpoints, row, with_total_dose
from dose_outcomes.results import Result
from dose_outcomes.stats.proportions.association import n_minus_one_test
from dose_outcomes.stats.proportions.difference import risk_difference_miettinen_nurminen, risk_difference_newcombe
from dose_outcomes.stats.proportions.ratio import risk_ratio_miettinen_nurminen
from dose_outcomes.stats.rates.difference import rate_difference_score
from dose_outcomes.stats.rates.ratio import rate_ratio_exact
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "side_effect_contrast"
INDEPENDENT = "interval for independent events: too narrow where the events of a patient go together"


def side_effect_contrasts(side_effects: pd.DataFrame, time_at_risk: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return differences and ratios of risks and rates for any side effect and each term, over all conditions.

    Parameters
    ----------
    side_effects : DataFrame
        endpoint, condition, dose, patients, events.
    time_at_risk : DataFrame
        condition, dose, n, days.
    """
    numbers = with_total_dose(side_effects, ["endpoint"], ["patients", "events"])
    found = numbers.set_index(["endpoint", "dose"]).to_dict("index")
    risk = with_total_dose(time_at_risk, [], ["n", "days"]).set_index("dose").to_dict("index")
    for endpoint in endpoints(side_effects):
        for dose in study.dose_labels:
            if dose != study.reference_dose:
                yield from _contrast(endpoint, dose, found, risk, study)


def _contrast(endpoint: str, dose: str, found: dict[Any, Any], risk: dict[Any, Any], study: Study) -> Iterator[Result]:
    none, nobody = {"patients": 0, "events": 0}, {"n": 0, "days": 0}
    own, other = (found.get((endpoint, label), none) for label in (dose, study.reference_dose))
    size, other_size = (risk.get(label, nobody) for label in (dose, study.reference_dose))
    patients = int(own["patients"]), int(size["n"]), int(other["patients"]), int(other_size["n"])
    years = float(size["days"]) / DAYS_PER_YEAR
    rates = int(own["events"]), years, int(other["events"]), float(other_size["days"]) / DAYS_PER_YEAR
    difference = (
        risk_difference_newcombe if study.contrasts.difference == "newcombe" else risk_difference_miettinen_nurminen
    )
    level = study.level
    empty = 0 in (patients[1], patients[3])
    few = min(patients[1], patients[3]) < study.diagnostics.minimum_patients
    test = n_minus_one_test(*patients)
    shared: dict[str, Any] = {
        "analysis": ANALYSIS,
        "endpoint": endpoint,
        "dose": dose,
        "comparator": study.reference_dose,
        "n": patients[1],
    }
    note = NO_PATIENTS if empty else ""
    untested = f"fewer than {study.diagnostics.minimum_patients} patients in a group: no test" if few else test.note
    yield row(
        difference(*patients, level=level),
        **shared,
        statistic="risk_difference",
        events=patients[0],
        p_value=None if few else test.p_value,
        notes=(note or untested,),
        method="" if few else test.method,
    )
    yield row(
        risk_ratio_miettinen_nurminen(*patients, level=level),
        **shared,
        statistic="risk_ratio",
        events=patients[0],
        notes=(note,),
    )
    yield row(
        rate_difference_score(*rates, per=PER, level=level),
        **shared,
        statistic="rate_difference",
        events=rates[0],
        person_years=years,
        notes=(note, INDEPENDENT),
        method=f"per {PER} person-years",
    )
    yield row(
        rate_ratio_exact(*rates, level=level),
        **shared,
        statistic="rate_ratio",
        events=rates[0],
        person_years=years,
        notes=(note, INDEPENDENT),
    )
