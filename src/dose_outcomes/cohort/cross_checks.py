"""Rules that need more than one table, or more than one row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault

if TYPE_CHECKING:
    import pandas as pd


def check_together(frames: dict[str, pd.DataFrame], files: dict[str, str]) -> Iterator[Fault]:
    """Check the tables against each other.

    Parameters
    ----------
    frames : dict of str to DataFrame
        Typed tables by name; the index is the row number in the file.
    files : dict of str to str
        File of each table.
    """
    known = frames["patients"]["patient_id"]
    for name, frame in frames.items():
        if name == "patients":
            continue
        stranger = frame["patient_id"].notna() & ~frame["patient_id"].isin(known)
        if stranger.any():
            yield Fault(
                check=f"{name}.patient_id.known",
                table=name,
                file=files[name],
                column="patient_id",
                sentence=f"the patient is not in {files['patients']}",
                remedy="Add the patient, or leave the rows out",
                rows=tuple(int(row) for row in frame.index[stranger]),
                values=tuple(frame.loc[stranger, "patient_id"].astype("str")),
            )
    yield from _one_primary_condition(frames, files)
    yield from _first_dose_on_day_zero(frames, files)


def _one_primary_condition(frames: dict[str, pd.DataFrame], files: dict[str, str]) -> Iterator[Fault]:
    patients = frames["patients"]
    primary = frames["indications"].query("primary.fillna(False)").groupby("patient_id").size()
    number = patients["patient_id"].map(primary).fillna(0)
    wrong = number != 1
    if wrong.any():
        yield Fault(
            check="patients.primary_condition",
            table="patients",
            file=files["patients"],
            column="patient_id",
            sentence=f"each patient needs exactly one primary condition in {files['indications']}",
            remedy="Mark one condition of each patient as primary",
            rows=tuple(int(row) for row in patients.index[wrong]),
            values=tuple(patients.loc[wrong, "patient_id"].astype("str")),
        )


def _first_dose_on_day_zero(frames: dict[str, pd.DataFrame], files: dict[str, str]) -> Iterator[Fault]:
    """Day 0 is the day of the first dose: a cohort counted from another day gives wrong windows without a word."""
    doses = frames["doses"]
    first = doses.groupby("patient_id")["start_day"].transform("min")
    wrong = (doses["start_day"] == first) & (first != 0)
    wrong = wrong.fillna(False)
    if wrong.any():
        yield Fault(
            check="doses.start_day.zero",
            table="doses",
            file=files["doses"],
            column="start_day",
            sentence="the first dose of a patient must be on day 0",
            remedy="Count all days of the patient from the first dose",
            rows=tuple(int(row) for row in doses.index[wrong]),
            values=tuple(doses.loc[wrong, "start_day"].astype("str")),
        )
