"""Rules about rows of several tables, or several rows of one patient: each as the rows asked, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dose_outcomes.cohort.checks.rule import Rule
from dose_outcomes.cohort.checks.scores import instruments_of
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from dose_outcomes.catalogue import Instrument

#: Name of the column with the verdict.
HOLDS = "rule holds"
#: A scale of this length, of which all scores stay below a tenth, was recorded in another unit.
LONG_SCALE = (0.0, 100.0)
SHARE_OF_SCALE = 0.1

Tables = Mapping[str, "ir.Table"]


@dataclass(frozen=True, slots=True)
class Together:
    """A rule, and how the rows that are asked, with `HOLDS`, are had from rows of its table and all tables.

    `others` is where those facts are looked up that do not need row numbers.
    """

    rule: Rule
    view: Callable[[ir.Table, Tables], ir.Table]
    needs: tuple[str, ...] = ()


def together_rules(study: Study, instruments: list[str]) -> Iterator[Together]:
    """Return the rules of a study.

    Parameters
    ----------
    instruments : list of str
        Codes that occur in the assessments.
    """
    classes = study.quality.not_with_drug or study.intercurrent_medications.prohibited
    yield Together(
        _warning(
            table="medications",
            column="drug_class",
            name="not_with_drug",
            sentence="is taken together with the drug under study, which the study file rules out",
            aspect="temporal",
            remedy="Look at these rows; the classes are quality.not_with_drug in the study file",
        ),
        partial(_not_with_drug, sorted(classes)),
        ("doses",),
    )
    yield Together(
        _warning(
            table="side_effects",
            column="onset_day",
            name="on_a_dose",
            sentence="during treatment, but no dose was taken on the day, nor in the days that carry over",
            aspect="temporal",
            remedy="Correct the day or the doses; the limit is side_effects.carry_over_days in the study file",
        ),
        partial(_on_a_dose, study.side_effects.carry_over_days),
        ("doses",),
    )
    known = instruments_of(study)
    used = {code: known[code] for code in instruments if code in known}
    yield Together(
        _warning(
            table="assessments",
            column="instrument",
            name="one_version",
            sentence="the patient has scores of several versions, which do not compare",
            aspect="atemporal",
            remedy="Keep one version in each patient",
        ),
        partial(_one_version, used),
    )
    yield Together(
        _warning(
            table="assessments",
            column="score",
            name="unit",
            sentence="all scores of the instrument (at the site) are below a tenth of its scale: another unit?",
            aspect="atemporal",
            remedy="Look at these rows; multiply by 10 where a scale to 10 was used for one to 100",
        ),
        partial(_unit, used, study.quality.rows_for_units),
        ("patients",),
    )


_warning = partial(Rule, severity="warning", category="plausibility", holds=lambda table: table[HOLDS])


def _not_with_drug(classes: list[str], rows: ir.Table, tables: Tables) -> ir.Table:
    """Ask medications of the classes: none on a day on which a dose above 0 mg is taken."""
    asked = rows.filter(rows.drug_class.isin(classes) & rows.start_day.notnull())
    days = tables["doses"].filter(tables["doses"].dose_mg > 0)
    days = days.select(dosed="patient_id", first=days.start_day, last=days.end_day)
    key = asked.select("patient_id", "drug", "start_day", "end_day").distinct()
    # a join by patient first, days after it: the engine joins by days alone otherwise
    pairs = key.join(days, key.patient_id == days.dosed)
    meets = (pairs.start_day <= pairs["last"]) & ((pairs.end_day >= pairs["first"]) | pairs.end_day.isnull())
    return _with_verdict(asked, pairs.filter(meets).select(*key.columns), holds_if_found=False)


def _on_a_dose(carry_over_days: int, rows: ir.Table, tables: Tables) -> ir.Table:
    """Ask side effects that began between the first dose and the last: a dose on the day or shortly before."""
    doses = tables["doses"].filter(tables["doses"].dose_mg > 0)
    days = doses.select(dosed="patient_id", first=doses.start_day, last=doses.end_day + carry_over_days)
    span = days.group_by("dosed").agg(first=days["first"].min(), last=days["last"].max())
    placed = rows.filter(rows.onset_day.notnull())
    during = [placed.patient_id == span.dosed, placed.onset_day >= span["first"], placed.onset_day <= span["last"]]
    asked = placed.semi_join(span, during)
    key = asked.select("patient_id", "onset_day").distinct()
    pairs = key.join(days, key.patient_id == days.dosed)
    on_day = pairs.onset_day.between(pairs["first"], pairs["last"])
    return _with_verdict(asked, pairs.filter(on_day).select(*key.columns), holds_if_found=True)


def _one_version(used: Mapping[str, Instrument], rows: ir.Table, tables: Tables) -> ir.Table:
    """Ask scores of instruments of which the data hold several versions: one version in each patient."""
    versions: dict[str, list[str]] = {}
    for code, instrument in used.items():
        if instrument.version_of:
            versions.setdefault(instrument.version_of, []).append(code)
    several = {name: codes for name, codes in versions.items() if len(codes) > 1}
    asked = rows.filter(rows.instrument.isin(sorted(code for codes in several.values() for code in codes)))
    if not several:
        return asked.mutate(**{HOLDS: True})
    import ibis

    family = ibis.cases(*((asked.instrument.isin(codes), name) for name, codes in several.items()))
    codes = asked.mutate(family=family).group_by(["patient_id", "family"])
    counted = codes.agg(versions=asked.instrument.nunique(), members=asked.instrument.collect(distinct=True))
    mixed = counted.filter(counted.versions > 1)
    mixed = mixed.select("patient_id", instrument=mixed.members.unnest())
    return _with_verdict(asked, mixed, holds_if_found=False)


def _unit(used: Mapping[str, Instrument], minimum_rows: int, rows: ir.Table, tables: Tables) -> ir.Table:
    """Ask scores of long scales: of each instrument at a site (where known) one at least in the upper nine tenths."""
    long = sorted(code for code, instrument in used.items() if _is_long(instrument))
    chosen = rows.filter(rows.instrument.isin(long) & rows.score.notnull())
    patients = tables["patients"]
    sites = patients.group_by(where="patient_id").agg(site=patients.site.max())
    placed = chosen.left_join(sites, chosen.patient_id == sites["where"]).drop("where")
    found = tables["assessments"].filter(tables["assessments"].instrument.isin(long))
    found = found.left_join(sites, found.patient_id == sites["where"]).drop("where")
    groups = found.group_by(["instrument", "site"]).agg(number=found.count(), largest=found.score.max())
    enough = groups.filter(groups.number >= minimum_rows).mutate(group=groups.site.fill_null(""))
    enough = enough.select("instrument", "group", "largest")
    placed = placed.mutate(group=placed.site.fill_null(""))
    joined = placed.inner_join(enough, ["instrument", "group"])
    return joined.mutate(**{HOLDS: joined.largest >= LONG_SCALE[1] * SHARE_OF_SCALE})


def _is_long(instrument: Instrument) -> bool:
    # what has plausible limits of its own, as laboratory values have, is seldom near its upper limit
    bounded = instrument.plausible_minimum is None and instrument.plausible_maximum is None
    return bounded and (instrument.minimum, instrument.maximum) == LONG_SCALE


def _with_verdict(asked: ir.Table, found: ir.Table, *, holds_if_found: bool) -> ir.Table:
    """Return the rows asked with `HOLDS`, by whether their key is among those found."""
    import ibis

    key = list(found.columns)
    marks = found.distinct().rename({f"found {name}": name for name in key})
    same = [asked[name].identical_to(marks[f"found {name}"]) for name in key]
    joined = asked.left_join(marks, same)
    is_found = joined[f"found {key[0]}"].notnull()
    verdict = is_found if holds_if_found else ~is_found
    return (
        joined.mutate(**{HOLDS: verdict}).drop(*(f"found {name}" for name in key))
        if key
        else asked.mutate(**{HOLDS: ibis.literal(True)})
    )
