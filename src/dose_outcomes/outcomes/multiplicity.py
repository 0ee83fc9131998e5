"""Families of tests: p values adjusted within each family that the study declares, over the assembled results.

A family that comes after another one (serial gatekeeping: Westfall and Krishen 2001, J Stat Plan Inference 99:25-40)
is tested at the full level, but only if every test of that one has succeeded. As adjusted p values: the largest of the
family before is the least that any here can have. A family before without tests lets nothing pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dose_outcomes.outcomes.precision import joined
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.pooling.multiplicity import adjust_p_values
from dose_outcomes.study import Study
from dose_outcomes.study.contrasts import Family
from dose_outcomes.study.endpoints import Endpoint

ANALYSIS = "multiplicity"
LISTED = 20


def adjust_families(results: Sequence[Result], study: Study) -> list[Result]:
    """Return the results with the adjusted p values of their families, and a row per family.

    A row without a p value is no test of its family: its note says so, and so does the family's row, whose estimate
    is the number of tests that were adjusted for.
    """
    adjusted = list(results)
    gates: dict[str, float] = {}
    for family in study.multiplicity:
        members = [place for place, result in enumerate(adjusted) if _belongs(result, family, study)]
        found = adjust_p_values([adjusted[place].p_value for place in members], method=family.method)
        gate = 0.0 if family.after is None else gates[family.after]
        after = "" if family.after is None else f", after '{family.after}' (serial gatekeeping)"
        p_values = [None if p_value is None else max(p_value, gate) for p_value in found.p_values]
        gates[family.id] = max((p_value for p_value in p_values if p_value is not None), default=1.0)
        for place, p_value in zip(members, p_values, strict=True):
            row = adjusted[place]
            if p_value is None:
                note = joined(row.note, f"not a test of the family '{family.label}'")
                adjusted[place] = replace(row, note=note)
            else:
                family_named = f"{found.family_size} tests of '{family.label}'{after}"
                method = f"{row.method}; adjusted p: {found.method}, {family_named}"
                adjusted[place] = replace(row, p_adjusted=p_value, method=method)
        excluded = [adjusted[members[position]] for position in found.excluded]
        adjusted.append(_family_row(family, found.family_size, found.method + after, excluded, bool(members)))
    return adjusted


def members(results: Sequence[Result], family: Family, study: Study) -> list[Result]:
    """Return the rows of a family, those without a p value too."""
    return [result for result in results if _belongs(result, family, study)]


def _family_row(family: Family, size: int, method: str, excluded: Sequence[Result], any_rows: bool) -> Result:
    note = "" if any_rows else f"no row has the analysis {family.analysis} and the statistic {family.statistic}"
    if excluded:
        names = list(dict.fromkeys(map(_name, excluded)))
        more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
        note = f"without p value, not in the family: {', '.join(names[:LISTED])}{more}"
    return Result(
        analysis=ANALYSIS,
        endpoint=family.id,
        condition=ALL,
        dose=ALL,
        statistic="number_of_tests",
        estimate=float(size),
        method=f"{family.label}: {method} of {family.analysis}, {family.statistic}",
        note=note,
    )


def _name(row: Result) -> str:
    parts = (row.endpoint, row.condition if row.condition != ALL else "", row.dose if row.dose != ALL else "")
    return " ".join(part for part in parts if part)


def _belongs(result: Result, family: Family, study: Study) -> bool:
    if (result.analysis, result.statistic, result.subgroup) != (family.analysis, family.statistic, family.subgroup):
        return False
    if (result.condition == ALL) is not (family.conditions == "all"):
        return False
    endpoint = next(_owners(result, study), None)
    if family.endpoint is not None and (endpoint is None or endpoint.id != family.endpoint):
        return False
    wanted: str | None = family.missing_data
    if wanted == "primary":
        # rows that know no missing scores, such as side effects, belong as they are
        wanted = endpoint.missing_data[0] if endpoint is not None and result.missing_data else result.missing_data
    return wanted is None or result.missing_data == wanted


def _owners(result: Result, study: Study) -> Iterator[Endpoint]:
    """Return the endpoints that a row's name can mean; a study's checks leave one."""
    for endpoint in study.endpoints:
        codes = endpoint.definitions
        named = set(codes.values()) if result.condition == ALL else {codes.get(result.condition)}
        if result.endpoint == endpoint.id or result.endpoint in named:
            yield endpoint
