"""Of what kind side effects are: share of patients by worst severity, with a serious or related one, by action taken.

Worst severities add up to the patients with any side effect: where one is hidden for being small, disclosure
control must hide another (`disclosure.relations`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dose_outcomes.derive.side_effects.character import ACTIONS, NOT_RECORDED, SEVERITIES
from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.side_effects.rows import ANY, endpoints, row, with_total_dose
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.single import clopper_pearson
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

SEVERITY = "side_effect_severity"
SERIOUS = "serious_side_effect"
NEVER_RECORDED = "not recorded in these data"
SOMETIMES_MISSING = "not recorded for some side effects: they are counted as not"


def side_effect_character(
    character: pd.DataFrame, side_effects: pd.DataFrame, time_at_risk: pd.DataFrame, study: Study
) -> Iterator[Result]:
    """Return proportions of the patients analysed, with exact limits: none of many is a finding too.

    Parameters
    ----------
    character : DataFrame
        measure, level, endpoint, dose, patients.
    side_effects : DataFrame
        endpoint, dose, patients: with any side effect, or a term.
    time_at_risk : DataFrame
        condition, dose, n.
    """
    numbers = with_total_dose(character, ["measure", "level", "endpoint"], ["patients"])
    found = numbers.set_index(["measure", "level", "endpoint", "dose"])["patients"].to_dict()
    affected = with_total_dose(side_effects, ["endpoint"], ["patients"]).set_index(["endpoint", "dose"])["patients"]
    patients = with_total_dose(time_at_risk, [], ["n"]).set_index("dose")["n"].to_dict()
    asked = [
        *((SEVERITY, "severity", level, ANY, f"worst: {level}") for level in (*SEVERITIES, NOT_RECORDED)),
        *((SERIOUS, "serious", "serious", endpoint, "") for endpoint in endpoints(side_effects)),
        ("related_side_effect", "related", "related", ANY, ""),
        *(("side_effect_action", "action", level, ANY, level) for level in ACTIONS),
    ]
    for analysis, measure, level, endpoint, subgroup in asked:
        for dose in (ALL, *study.dose_labels):
            n, events = int(patients.get(dose, 0)), int(found.get((measure, level, endpoint, dose), 0))
            missing = int(found.get((measure, NOT_RECORDED, endpoint, dose), 0))
            share = clopper_pearson(events, n, level=study.level)
            note = ""
            if not n:
                share = replace(share, note=NO_PATIENTS)
            elif level != NOT_RECORDED and missing and missing == int(affected.get((endpoint, dose), 0)):
                share = replace(share, estimate=None, note=NEVER_RECORDED)
            elif level != NOT_RECORDED and missing:
                note = SOMETIMES_MISSING
            yield row(
                share,
                analysis=analysis,
                endpoint=endpoint,
                subgroup=subgroup,
                dose=dose,
                statistic="proportion",
                n=n,
                events=events,
                notes=(note,),
                method=METHODS[measure],
            )


METHODS = {
    "severity": "patients by the worst severity of their side effects",
    "serious": "patients with a serious side effect",
    "related": "patients with a side effect held to be related to the drug",
    "action": "patients with a side effect after which this was done with the dose; a patient may be in several rows",
}
