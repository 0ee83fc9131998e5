"""Changes of the score that a response definition looks at: counts of every change, and sums for the mixed model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.rule import DECIMALS
from dose_outcomes.derive.visits import visit_plan

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

VISIT, TARGET, TARGET_PERCENT = "visit", "target", "target_percent"
THOUSANDTHS = 1000
DAYS_PER_WEEK = 7


def score_change_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count the changes from baseline at each visit, and the improvements at the target visit of the definition.

    Returns
    -------
    list of DataFrame
        condition, dose, definition, use, day, change, n (patients). `use` is ``visit``: score minus baseline;
        ``target``: improvement, positive is better; ``target_percent``: improvement in percent of the baseline,
        rounded down.
    """
    import ibis

    settings = derived.study.course.score_change
    if settings is None:
        return []
    changes = _at_visits(derived, _visits(derived))
    keys = ["condition", "dose", "definition", "day"]
    visit = changes.group_by(*keys, "change").agg(use=ibis.literal(VISIT), n=changes.count())
    endpoint = derived.study.endpoints[0]
    plan = visit_plan(derived.study, endpoint).rename(day="visit_day")
    target = _at_visits(derived, plan)
    worse = [code for code in sorted(set(endpoint.definitions.values())) if _direction(derived, code) == "lower_better"]
    floors = {code: _floor(derived, code) for code in sorted(set(endpoint.definitions.values()))}
    floor = ibis.cases(*((target.definition == code, low) for code, low in floors.items()), else_=0.0)
    sign = ibis.cases((target.definition.isin(worse), -1), else_=1)
    target = target.mutate(improvement=(sign * target.change).round(DECIMALS), reference=target.base - floor)
    percent = (100 * target.improvement / target.reference.nullif(0)).round(DECIMALS).floor()
    absolute = target.group_by(*keys, change=target.improvement).agg(use=ibis.literal(TARGET), n=target.count())
    relative = target.group_by(*keys, change=percent.cast("float64")).agg(
        use=ibis.literal(TARGET_PERCENT), n=target.count()
    )
    columns = [*keys, "change", "use", "n"]
    return [ibis.union(*(part.select(columns) for part in (visit, absolute, relative))).execute()]


def repeated_measures_sums(derived: Derived) -> list[pd.DataFrame]:
    """Sum the products of baseline and changes over the patients of each dose and pattern of visits.

    Scores are taken in whole thousandths, so that sums are exact and do not depend on the order of rows.

    Returns
    -------
    list of DataFrame
        condition, dose, definition, pattern (a digit for each visit: 1 seen, 0 not), first, second (0: the number 1,
        1: baseline, 2 and on: the visits), total (sum of the product of the two, in thousandths of each).
    """
    import ibis
    import numpy as np

    settings = derived.study.course.score_change
    if settings is None or not settings.mixed_model:
        return []
    changes = _at_visits(derived, _visits(derived))
    days = [DAYS_PER_WEEK * week for week in settings.visit_weeks]
    in_thousandths = (changes.change * THOUSANDTHS).round().cast("int64")
    wide = changes.group_by("patient_id", "condition", "dose", "definition").agg(
        z1=(changes.base * THOUSANDTHS).round().cast("int64").max(),
        **{f"z{place}": in_thousandths.max(where=changes.day == day) for place, day in enumerate(days, start=2)},
    )
    seen = [wide[f"z{place}"].notnull() for place in range(2, len(days) + 2)]
    pattern = ibis.literal("")
    for one in seen:
        pattern = pattern + one.ifelse("1", "0")
    filled = wide.mutate(
        z0=ibis.literal(1, "int64"),
        pattern=pattern,
        **{f"z{place}": wide[f"z{place}"].fill_null(0) for place in range(2, len(days) + 2)},
    )
    pairs = [(first, second) for first in range(len(days) + 2) for second in range(first, len(days) + 2)]
    keys = ["condition", "dose", "definition", "pattern"]
    sums = (
        filled.group_by(keys)
        .agg(**{f"{first},{second}": (filled[f"z{first}"] * filled[f"z{second}"]).sum() for first, second in pairs})
        .execute()
    )
    kept = sums.loc[np.tile(np.arange(len(sums)), len(pairs)), keys].reset_index(drop=True)
    first, second = np.repeat(np.asarray(pairs), len(sums), axis=0).T
    total = np.concatenate([sums[f"{one},{other}"].to_numpy(dtype="int64") for one, other in pairs])
    return [kept.assign(first=first, second=second, total=total)]


def _at_visits(derived: Derived, plan: ir.Table) -> ir.Table:
    """Return the change of each assessable patient at each visit that has a score.

    Returns
    -------
    Table
        patient_id, condition, dose, definition, base, day (of the visit), change (score minus baseline).
    """
    endpoint = derived.study.endpoints[0]
    patients = derived.patients[endpoint.id]
    due = patients.filter(patients.not_assessable.isnull() & patients.base.notnull()).join(plan, "definition")
    scores = derived.cohort.assessments.rename(scored="day")
    table = due.join(
        scores,
        [
            due.patient_id == scores.patient_id,
            due.instrument == scores.instrument,
            scores.scored >= due.first_day,
            due.last_day.isnull() | (scores.scored <= due.last_day),
            scores.scored > 0,
        ],
    )
    # nearest first; of two equally near the later one: no two scores of an instrument are equally ranked
    nearness = 2 * (table.scored - table.target).abs() + (table.scored < table.target).cast("int64")
    chosen = table.group_by("patient_id", "condition", "dose", "definition", "day").agg(
        base=table.base.cast("float64").max(), score=table.score.cast("float64").argmin(nearness)
    )
    return chosen.mutate(change=(chosen.score - chosen.base).round(DECIMALS)).drop("score")


def _visits(derived: Derived) -> ir.Table:
    """Return the visits of the course for every definition: definition, day, target, first_day, last_day."""
    import ibis

    settings = derived.study.course.score_change
    assert settings is not None
    days = [DAYS_PER_WEEK * week for week in settings.visit_weeks]
    rows = [
        {
            "definition": code,
            "day": day,
            "target": day,
            "first_day": day - settings.window_days,
            "last_day": day + settings.window_days - 1,
        }
        for code in sorted(set(derived.study.endpoints[0].definitions.values()))
        for day in days
    ]
    names = dict.fromkeys(("day", "target", "first_day", "last_day"), "int64")
    return ibis.memtable(rows, schema=ibis.schema({"definition": "string", **names}))


def _direction(derived: Derived, code: str) -> str:
    instrument = derived.study.instrument(derived.study.definition(code).instrument)
    return instrument.direction if instrument else "higher_better"


def _floor(derived: Derived, code: str) -> float:
    instrument = derived.study.instrument(derived.study.definition(code).instrument)
    return instrument.floor if instrument else 0.0
