"""Side effects at each target dose against the reference dose.

The p value stands in the row of the risk difference alone: patients with the event are independent of each other,
the events of one patient are not, so that a test of rates would find too much. All tests together are a screen; the
study file names their family.

A row is made of two groups: `n`, `events` and `person_years` are those of both. It gives back the patients with the
event of one group from those of the other, and is hidden with the incidence of either
(`disclosure.declared`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.precision import has_p_value, imprecision, no_p_value
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
INDEPENDENT = "events taken as independent: too narrow where those of a patient go together"
UNADJUSTED = "unadjusted"
DIFFERENCES = {"miettinen_nurminen": risk_difference_miettinen_nurminen, "newcombe": risk_difference_newcombe}


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
    doses = (dose, study.reference_dose)
    own, other = (found.get((endpoint, label), none) for label in doses)
    sizes = [risk.get(label, nobody) for label in doses]
    groups = [(int(cell["patients"]), int(size["n"])) for cell, size in zip((own, other), sizes, strict=True)]
    patients = (*groups[0], *groups[1])
    years = [float(size["days"]) / DAYS_PER_YEAR for size in sizes]
    rates = (int(own["events"]), years[0], int(other["events"]), years[1])
    level = study.level
    compared, allowed = all(n for _, n in groups), has_p_value(groups, study)
    test = n_minus_one_test(*patients)
    note = imprecision(groups, study) if compared else NO_PATIENTS
    shared: dict[str, Any] = {
        "analysis": ANALYSIS,
        "endpoint": endpoint,
        "dose": dose,
        "comparator": study.reference_dose,
        "n": patients[1] + patients[3],
    }
    of_risks = {**shared, "events": patients[0] + patients[2]}
    of_rates = {**shared, "events": rates[0] + rates[2], "person_years": sum(years)}
    yield row(
        DIFFERENCES[study.contrasts.difference](*patients, level=level),
        **of_risks,
        statistic="risk_difference",
        p_value=test.p_value if compared and allowed else None,
        notes=(note, no_p_value(study) if compared and not allowed else ""),
        method=f"{UNADJUSTED}; {test.method}",
    )
    yield row(
        risk_ratio_miettinen_nurminen(*patients, level=level),
        **of_risks,
        statistic="risk_ratio",
        notes=(note,),
        method=UNADJUSTED,
    )
    yield row(
        rate_difference_score(*rates, per=PER, level=level),
        **of_rates,
        statistic="rate_difference",
        notes=(note,),
        method=f"{UNADJUSTED}; {INDEPENDENT}; per {PER} person-years",
    )
    yield row(
        rate_ratio_exact(*rates, level=level),
        **of_rates,
        statistic="rate_ratio",
        notes=(note,),
        method=f"{UNADJUSTED}; {INDEPENDENT}",
    )
