"""Source `adam`: a clinical trial in CDISC ADaM form (SAS transport or CSV files).

ADaM study days have no day 0: day 1 is the day of the first dose. Here days are counted from the dates, the first
dose being day 0; where only a study day is given, day 1 becomes day 0.
Durations of ADTTE (AVAL) stay as given: they count the first day as 1, and published numbers at risk do too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.raw import RawTable, as_expression
from dose_outcomes.cohort.sources.adam_columns import dates, days, flag, numbers, observed, read_all, words
from dose_outcomes.cohort.sources.adam_terms import ACTION, ARM_COLUMNS, END_REASON, NOT_RELATED, RELATED, SEVERITY, SEX
from dose_outcomes.cohort.tables import OLDEST_AGE
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study.data import AdamData

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


def read_adam_tables(data: AdamData, folder: Path, covariates: list[str]) -> list[RawTable]:
    """Read a trial into cohort tables.

    Parameters
    ----------
    data : AdamData
        Names the files, the arms with their doses in mg, and which arm counts (planned or actual).
    folder : Path
        Where the files are.
    covariates : list of str
        Further columns of ADSL for the table patients.

    Raises
    ------
    CohortDataError
        When a column is missing.
    """
    files = data.files
    frames = read_all(
        folder,
        [
            (files.adsl, ["USUBJID", "AGE", "SEX", "TRTSDT", "TRTEDT", ARM_COLUMNS[data.arm]]),
            (files.ex, ["USUBJID", "EXDOSE", "EXSTDTC", "EXENDTC"]),
            *((name, ["USUBJID", "PARAMCD", "AVAL", "ADT"]) for name in files.adqs),
            (files.adae, ["USUBJID", "AEDECOD", "AESEQ", "ASTDT", "TRTEMFL"]),
            (files.adtte, ["USUBJID", "PARAMCD", "AVAL", "CNSR"]),
        ],
    )
    patients, treated = _patients(data, frames[files.adsl], str(folder / files.adsl), covariates)
    tables = [patients, _indications(data, patients.file, treated), _doses(data, folder, frames, treated)]
    tables.append(_assessments(data, folder, frames, treated))
    if files.adae:
        tables.append(_side_effects(folder / files.adae, frames[files.adae], treated))
    if files.adtte:
        tables.append(_times_to_event(folder / files.adtte, frames[files.adtte], treated))
    return tables


def _patients(data: AdamData, adsl: pd.DataFrame, file: str, covariates: list[str]) -> tuple[RawTable, pd.DataFrame]:
    """Return the table patients, and ADSL of those in it with `arm`, `dose_mg`, `start`, `end`."""
    import pandas as pd

    missing = [name for name in [data.population_flag, *covariates] if name not in adsl]
    if missing:
        raise CohortDataError(f"{file}: no column {', '.join(missing)}; there are {', '.join(adsl.columns)}")
    arm = adsl[ARM_COLUMNS[data.arm]]
    reasons = pd.Series("", index=adsl.index, dtype="str")
    reasons[~arm.isin(data.arm_doses_mg)] = "treatment is no arm of the study file"
    reasons[adsl["TRTSDT"].isna()] = "no first dose"
    reasons[adsl[data.population_flag] != "Y"] = f"not in the population {data.population_flag}"
    kept = reasons == ""
    treated = adsl.loc[kept].assign(
        dose_mg=arm[kept].map(data.arm_doses_mg).astype("float64"),
        start=dates(adsl.loc[kept, "TRTSDT"]),
        end=dates(adsl.loc[kept, "TRTEDT"]),
    )
    last_seen = next((name for name in ("EOSDT", "RFENDT", "TRTEDT") if name in adsl), "TRTEDT")
    seen = dates(treated[last_seen])
    # a last dose without a date: taken until the patient left; an end of study before the last dose: the dose is right
    treated["end"] = treated["end"].fillna(seen)
    last_dose = days(treated["end"], treated["start"])
    observed_until = days(seen, treated["start"]).fillna(last_dose)
    frame = pd.DataFrame(
        {
            "patient_id": treated["USUBJID"],
            "age": _ages(numbers(treated["AGE"])),
            # what is not known stays as it is, and is found by the rules
            "sex": treated["SEX"].map(SEX).fillna(treated["SEX"]),
            "site": treated.get("SITEID"),
            "observed_until": observed_until.where(observed_until >= last_dose, last_dose),
            "end_reason": _end_reason(treated),
            **{name: treated[name].astype("str") for name in covariates},
        }
    )
    set_aside = {str(reason): int(number) for reason, number in reasons[~kept].value_counts().items()}
    table = RawTable(
        "patients",
        file,
        as_expression(frame),
        len(adsl),
        set_aside,
        unused=as_expression(adsl.drop(columns=["USUBJID", "AGE", *covariates])),
        has_dates=True,
    )
    return table, treated


def _ages(ages: pd.Series) -> pd.Series:
    return ages.clip(upper=OLDEST_AGE) if ages.dtype == "float64" else ages


def _indications(data: AdamData, file: str, treated: pd.DataFrame) -> RawTable:
    import pandas as pd

    frame = pd.DataFrame({"patient_id": treated["USUBJID"], "condition": data.condition, "primary": True})
    return RawTable("indications", file, as_expression(frame), len(frame))


def _doses(data: AdamData, folder: Path, frames: Mapping[str, pd.DataFrame], treated: pd.DataFrame) -> RawTable:
    """Return dose episodes: of EX where given, else one from first to last dose at the dose of the arm."""
    import pandas as pd

    if data.files.ex is None:
        frame = pd.DataFrame(
            {
                "patient_id": treated["USUBJID"],
                "start_day": 0,
                "end_day": days(treated["end"], treated["start"]),
                "dose_mg": treated["dose_mg"],
                "target_dose_mg": treated["dose_mg"],
            }
        )
        return RawTable("doses", str(folder / data.files.adsl), as_expression(frame), len(frame))
    path = folder / data.files.ex
    exposure, rows_read, set_aside = _of_patients(frames[data.files.ex], treated)
    start = days(dates(exposure["EXSTDTC"]), exposure["start"])
    frame = pd.DataFrame(
        {
            "patient_id": exposure["USUBJID"],
            "start_day": start,
            "end_day": days(dates(exposure["EXENDTC"]), exposure["start"]),
            "dose_mg": numbers(exposure["EXDOSE"]),
            "target_dose_mg": exposure["dose_mg"],
        }
    )
    return RawTable("doses", str(path), as_expression(frame), rows_read, set_aside)


def _assessments(data: AdamData, folder: Path, frames: Mapping[str, pd.DataFrame], treated: pd.DataFrame) -> RawTable:
    """Return the observed scores; rows that the trial derived (carried forward) are set aside: see `DTYPE`."""
    import pandas as pd

    parts, unused, files, rows_read = [], [], [], 0
    set_aside: dict[str, int] = {}
    for name in data.files.adqs:
        scores, read, reasons = _of_patients(frames[name], treated)
        derived = scores["DTYPE"].fillna("") != "" if "DTYPE" in scores else pd.Series(False, index=scores.index)
        empty = ~derived & (scores["AVAL"].isna() | scores["ADT"].isna())
        for reason, mask in (("derived by the source (DTYPE)", derived), ("no score or no date", empty)):
            reasons[reason] = reasons.get(reason, 0) + int(mask.sum())
        kept = scores[~derived & ~empty]
        parts.append(
            pd.DataFrame(
                {
                    "patient_id": kept["USUBJID"],
                    "day": days(dates(kept["ADT"]), kept["start"]),
                    "instrument": kept["PARAMCD"],
                    "score": numbers(kept["AVAL"]),
                }
            )
        )
        unused.append(scores)
        files.append(str(folder / name))
        rows_read += read
        for reason, number in reasons.items():
            set_aside[reason] = set_aside.get(reason, 0) + number
    if not parts:
        frame = pd.DataFrame({"patient_id": [], "day": [], "instrument": [], "score": []}, dtype="str")
        frame.index.name = "row"
        return RawTable("assessments", str(folder / data.files.adsl), as_expression(frame), 0)
    return RawTable(
        "assessments",
        ", ".join(files),
        as_expression(pd.concat(parts)),
        rows_read,
        _positive(set_aside),
        unused=_unused(pd.concat(unused)),
        has_dates=True,
    )


def _side_effects(path: Path, frame: pd.DataFrame, treated: pd.DataFrame) -> RawTable:
    import pandas as pd

    events, rows_read, set_aside = _of_patients(frame, treated)
    system = next((name for name in ("AEBODSYS", "AESOC") if name in events), None)
    severity = next((name for name in ("ASEV", "AESEV") if name in events), None)
    optional = {
        "body_system": events[system] if system else None,
        "severity": events[severity].str.upper().map(SEVERITY).astype("Int64") if severity else None,
        "serious": flag(events["AESER"]) if "AESER" in events else None,
        "related": events["AEREL"].map({**RELATED, **NOT_RELATED}).astype("boolean") if "AEREL" in events else None,
        "action": events["AEACN"].map(ACTION).astype("str") if "AEACN" in events else None,
        "resolved_day": days(dates(events["AENDT"]), events["start"]) if "AENDT" in events else None,
    }
    onset = days(dates(events["ASTDT"]), events["start"])
    if optional["resolved_day"] is not None:
        # partial dates are completed by the trial: an end before the onset says no more than "not known"
        optional["resolved_day"] = optional["resolved_day"].mask((optional["resolved_day"] < onset).fillna(False))
    frame = pd.DataFrame(
        {
            "patient_id": events["USUBJID"],
            "term": events["AEDECOD"],
            "onset_day": onset,
            "record": numbers(events["AESEQ"]),
            "treatment_emergent": flag(events["TRTEMFL"]),
            **{name: column for name, column in optional.items() if column is not None},
        }
    )
    coded = {severity: "severity", "AEREL": "related", "AEACN": "action"}
    return RawTable(
        "side_effects",
        str(path),
        as_expression(frame),
        rows_read,
        set_aside,
        notes=tuple(
            f"{name}: words that are not known, taken as missing"
            for name, column in coded.items()
            if name in events and (words(events[name]).notna() & frame[column].isna()).any()
        ),
        unused=_unused(events),
        has_dates=True,
    )


def _times_to_event(path: Path, frame: pd.DataFrame, treated: pd.DataFrame) -> RawTable:
    import pandas as pd

    times, rows_read, set_aside = _of_patients(frame, treated)
    frame = pd.DataFrame(
        {
            "patient_id": times["USUBJID"],
            "event": times["PARAMCD"],
            "day": numbers(times["AVAL"]),
            "observed": observed(times["CNSR"]),
        }
    )
    return RawTable(
        "times_to_event",
        str(path),
        as_expression(frame),
        rows_read,
        set_aside,
        unused=_unused(times),
        has_dates=True,
    )


def _of_patients(frame: pd.DataFrame, treated: pd.DataFrame) -> tuple[pd.DataFrame, int, dict[str, int]]:
    """Return the rows of patients in the cohort with their `start` and `dose_mg`, rows read, rows set aside."""
    own = frame["USUBJID"].isin(treated["USUBJID"])
    set_aside = _positive({"patient is not in the cohort": int((~own).sum())})
    # a patient who is there twice breaks a rule, and is one patient here
    first = treated.drop_duplicates("USUBJID").set_index("USUBJID")[["start", "dose_mg"]]
    kept = frame[own].drop(columns=["start", "dose_mg"], errors="ignore")
    return kept.join(first, on="USUBJID"), len(frame), set_aside


def _unused(frame: pd.DataFrame) -> ir.Table:
    """Return the columns that a file has besides pseudonym and age: they are looked at for identifiers."""
    return as_expression(frame.drop(columns=["USUBJID", "AGE", "start", "dose_mg"], errors="ignore"))


def _end_reason(treated: pd.DataFrame) -> pd.Series:
    for name in ("DCDECOD", "DCSREAS", "EOSSTT"):
        if name in treated:
            return treated[name].str.upper().map(END_REASON).fillna("other").astype("str")
    return treated["USUBJID"].map(lambda _: "other").astype("str")


def _positive(reasons: dict[str, int]) -> dict[str, int]:
    return {reason: number for reason, number in reasons.items() if number}
