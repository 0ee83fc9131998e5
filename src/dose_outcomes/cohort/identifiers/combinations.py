"""Rare combinations: patients whom few share age, sex and centre with can be known again by them (k-anonymity)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault, failing_row_numbers
from dose_outcomes.cohort.raw import RawTable
from dose_outcomes.study import Study
from dose_outcomes.study.identifiers import smallest_group

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


def rare_combinations(
    connection: Backend,
    raw: list[RawTable],
    stored: Mapping[str, ir.Table],
    numbered: Mapping[str, ir.Table],
    study: Study,
) -> Iterator[Fault]:
    """Yield a fault for each combination of columns that some patients share with too few others.

    A patient of whom one of the columns is not known shares no combination: what is missing tells nothing.

    Parameters
    ----------
    raw, stored, numbered, study
        As `check_identifiers` takes them.
    """
    least = smallest_group(study)
    identifiers = study.data.identifiers
    if least < 2:
        return
    file = next(table.file for table in raw if table.name == "patients")
    patients = _known_of_patients(stored, study)
    for columns in identifiers.combinations:
        known = patients.drop_null(columns)
        sharing = known.group_by(columns).agg(sharing=known.count())
        few = sharing.filter(sharing.sharing < least)
        number = connection.to_pyarrow(few.aggregate(number=few.sharing.sum())).to_pylist()[0]["number"]
        if number:
            rare = _known_of_patients(numbered, study).semi_join(few, columns)
            yield Fault(
                check=f"patients.identifiers.{'+'.join(columns)}",
                table="patients",
                file=file,
                column="",
                sentence=f"fewer than {least} patients share this combination of {in_words(columns, study)}",
                remedy="Join centres or codes, leave a column out, or take wider bands "
                "(data.identifiers.age_bands in the study file); who may see such data sets "
                "data.identifiers.smallest_group",
                rows=failing_row_numbers(connection, rare),
                number=int(number),
            )


def _known_of_patients(tables: Mapping[str, ir.Table], study: Study) -> ir.Table:
    """Return the patients with their ages in bands, and with their condition where a combination has it."""
    identifiers = study.data.identifiers
    patients = tables["patients"]
    if any("condition" in columns for columns in identifiers.combinations):
        indications = tables["indications"]
        primary = (
            indications.filter(indications.primary).group_by("patient_id").agg(condition=indications.condition.min())
        )
        patients = patients.left_join(primary, "patient_id").drop("patient_id_right")
    if identifiers.age_bands:
        patients = patients.mutate(age=_band(patients.age, identifiers.age_bands))
    return patients


def _band(age: ir.Column, bands: list[int]) -> ir.IntegerColumn:
    """Return the number of the band of an age; null of none."""
    import ibis

    return ibis.cases(*((age < first, number) for number, first in enumerate(bands)), (age >= bands[-1], len(bands)))


def in_words(columns: list[str], study: Study) -> str:
    """Return the columns of a combination as a sentence has them, ages with their bands."""
    bands = study.data.identifiers.age_bands
    words = {"age": f"age (in bands from {', '.join(map(str, bands))})" if bands else "age (in years)"}
    return ", ".join(words.get(column, column) for column in columns)
