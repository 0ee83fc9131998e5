"""Source `adam`: a clinical trial in CDISC ADaM form (SAS transport or CSV files).

ADaM study days have no day 0: day 1 is the day of the first dose. Here days are counted from the dates, the first
dose being day 0; where only a study day is given, day 1 becomes day 0.
Durations of ADTTE (AVAL) stay as given: they count the first day as 1, and published numbers at risk do too.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.raw import RawTable, as_expression
from dose_outcomes.cohort.sources.adam_terms import ACTION, ARM_COLUMNS, END_REASON, NOT_RELATED, RELATED, SEVERITY, SEX
from dose_outcomes.cohort.sources.files import read_file
from dose_outcomes.cohort.sources.form import Form
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
    adsl = _read(folder / data.files.adsl, ["USUBJID", "AGE", "SEX", "TRTSDT", "TRTEDT", ARM_COLUMNS[data.arm]])
    patients, treated = _patients(data, adsl, str(folder / data.files.adsl), covariates)
    tables = [patients, _indications(data, patients.file, treated), _doses(data, folder, treated)]
    tables.append(_assessments(data, folder, treated))
    if data.files.adae:
        tables.append(_side_effects(folder / data.files.adae, treated))
    if data.files.adtte:
        tables.append(_times_to_event(folder / data.files.adtte, treated))
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
        start=_dates(adsl.loc[kept, "TRTSDT"]),
        end=_dates(adsl.loc[kept, "TRTEDT"]),
    )
    last_seen = next((name for name in ("EOSDT", "RFENDT", "TRTEDT") if name in adsl), "TRTEDT")
    seen = _dates(treated[last_seen])
    # a last dose without a date: taken until the patient left; an end of study before the last dose: the dose is right
    treated["end"] = treated["end"].fillna(seen)
    last_dose = _days(treated["end"], treated["start"])
    observed_until = _days(seen, treated["start"]).fillna(last_dose)
    frame = pd.DataFrame(
        {
            "patient_id": treated["USUBJID"],
            "age": treated["AGE"].astype("float64").clip(upper=OLDEST_AGE),
            "sex": treated["SEX"].map(SEX),
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
        unused=_unused(adsl.drop(columns=covariates)),
        has_dates=True,
    )
    return table, treated


def _indications(data: AdamData, file: str, treated: pd.DataFrame) -> RawTable:
    import pandas as pd

    frame = pd.DataFrame({"patient_id": treated["USUBJID"], "condition": data.condition, "primary": True})
    return RawTable("indications", file, as_expression(frame), len(frame))


def _doses(data: AdamData, folder: Path, treated: pd.DataFrame) -> RawTable:
    """Return dose episodes: of EX where given, else one from first to last dose at the dose of the arm."""
    import pandas as pd

    if data.files.ex is None:
        frame = pd.DataFrame(
            {
                "patient_id": treated["USUBJID"],
                "start_day": 0,
                "end_day": _days(treated["end"], treated["start"]),
                "dose_mg": treated["dose_mg"],
                "target_dose_mg": treated["dose_mg"],
            }
        )
        return RawTable("doses", str(folder / data.files.adsl), as_expression(frame), len(frame))
    path = folder / data.files.ex
    exposure, rows_read, set_aside = _of_patients(_read(path, ["USUBJID", "EXDOSE", "EXSTDTC", "EXENDTC"]), treated)
    start = _days(_dates(exposure["EXSTDTC"]), exposure["start"])
    frame = pd.DataFrame(
        {
            "patient_id": exposure["USUBJID"],
            "start_day": start,
            "end_day": _days(_dates(exposure["EXENDTC"]), exposure["start"]),
            "dose_mg": exposure["EXDOSE"].astype("float64"),
            "target_dose_mg": exposure["dose_mg"],
        }
    )
    return RawTable("doses", str(path), as_expression(frame), rows_read, set_aside)


def _assessments(data: AdamData, folder: Path, treated: pd.DataFrame) -> RawTable:
    """Return the observed scores; rows that the trial derived (carried forward) are set aside: see `DTYPE`."""
    import pandas as pd

    parts, unused, files, rows_read = [], [], [], 0
    set_aside: dict[str, int] = {}
    for name in data.files.adqs:
        scores, read, reasons = _of_patients(_read(folder / name, ["USUBJID", "PARAMCD", "AVAL", "ADT"]), treated)
        derived = scores["DTYPE"].fillna("") != "" if "DTYPE" in scores else pd.Series(False, index=scores.index)
        empty = ~derived & (scores["AVAL"].isna() | scores["ADT"].isna())
        for reason, mask in (("derived by the source (DTYPE)", derived), ("no score or no date", empty)):
            reasons[reason] = reasons.get(reason, 0) + int(mask.sum())
        kept = scores[~derived & ~empty]
        parts.append(
            pd.DataFrame(
                {
                    "patient_id": kept["USUBJID"],
                    "day": _days(_dates(kept["ADT"]), kept["start"]),
                    "instrument": kept["PARAMCD"],
                    "score": kept["AVAL"].astype("float64"),
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


def _side_effects(path: Path, treated: pd.DataFrame) -> RawTable:
    import pandas as pd

    events, rows_read, set_aside = _of_patients(
        _read(path, ["USUBJID", "AEDECOD", "AESEQ", "ASTDT", "TRTEMFL"]), treated
    )
    system = next((name for name in ("AEBODSYS", "AESOC") if name in events), None)
    severity = next((name for name in ("ASEV", "AESEV") if name in events), None)
    optional = {
        "body_system": events[system] if system else None,
        "severity": events[severity].str.upper().map(SEVERITY).astype("Int64") if severity else None,
        "serious": _flag(events["AESER"]) if "AESER" in events else None,
        "related": events["AEREL"].map({**RELATED, **NOT_RELATED}).astype("boolean") if "AEREL" in events else None,
        "action": events["AEACN"].map(ACTION).astype("str") if "AEACN" in events else None,
        "resolved_day": _days(_dates(events["AENDT"]), events["start"]) if "AENDT" in events else None,
    }
    onset = _days(_dates(events["ASTDT"]), events["start"])
    if optional["resolved_day"] is not None:
        # partial dates are completed by the trial: an end before the onset says no more than "not known"
        optional["resolved_day"] = optional["resolved_day"].mask((optional["resolved_day"] < onset).fillna(False))
    frame = pd.DataFrame(
        {
            "patient_id": events["USUBJID"],
            "term": events["AEDECOD"],
            "onset_day": onset,
            "record": events["AESEQ"].astype("float64"),
            "treatment_emergent": _flag(events["TRTEMFL"]),
            **{name: column for name, column in optional.items() if column is not None},
        }
    )
    return RawTable(
        "side_effects",
        str(path),
        as_expression(frame),
        rows_read,
        set_aside,
        unused=_unused(events),
        has_dates=True,
    )


def _times_to_event(path: Path, treated: pd.DataFrame) -> RawTable:
    import pandas as pd

    times, rows_read, set_aside = _of_patients(_read(path, ["USUBJID", "PARAMCD", "AVAL", "CNSR"]), treated)
    frame = pd.DataFrame(
        {
            "patient_id": times["USUBJID"],
            "event": times["PARAMCD"],
            "day": times["AVAL"].astype("float64"),
            "observed": times["CNSR"].astype("float64") == 0,
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


def _read(path: Path, needed: list[str]) -> pd.DataFrame:
    frame = read_file(path, Form(missing=("NA",)))
    missing = [name for name in needed if name not in frame]
    if missing:
        raise CohortDataError(f"{path}: no column {', '.join(missing)}; this is not the ADaM data set that is expected")
    return frame


def _of_patients(frame: pd.DataFrame, treated: pd.DataFrame) -> tuple[pd.DataFrame, int, dict[str, int]]:
    """Return the rows of patients in the cohort with their `start` and `dose_mg`, rows read, rows set aside."""
    own = frame["USUBJID"].isin(treated["USUBJID"])
    set_aside = _positive({"patient is not in the cohort": int((~own).sum())})
    first = treated.set_index("USUBJID")[["start", "dose_mg"]]
    kept = frame[own].drop(columns=["start", "dose_mg"], errors="ignore")
    return kept.join(first, on="USUBJID"), len(frame), set_aside


def _unused(frame: pd.DataFrame) -> ir.Table:
    """Return the columns that a file has besides pseudonym and age: they are looked at for identifiers."""
    return as_expression(frame.drop(columns=["USUBJID", "AGE", "start", "dose_mg"], errors="ignore"))


def _dates(series: pd.Series) -> pd.Series:
    """Return dates; an incomplete one (``2013-05``) is missing, not the first of the month."""
    import pandas as pd

    text = series.astype("str").str.slice(0, 10)
    complete = text.str.fullmatch(r"\d{4}-\d{2}-\d{2}").fillna(False)
    return pd.to_datetime(text.where(complete), format="%Y-%m-%d", errors="coerce")


def _days(date: pd.Series, start: pd.Series) -> pd.Series:
    """Return days after the first dose (day 0)."""
    return (date - start).dt.days.astype("Int64")


def _flag(series: pd.Series) -> pd.Series:
    return (series.fillna("") == "Y").astype("boolean")


def _end_reason(treated: pd.DataFrame) -> pd.Series:
    for name in ("DCDECOD", "DCSREAS", "EOSSTT"):
        if name in treated:
            return treated[name].str.upper().map(END_REASON).fillna("other").astype("str")
    return treated["USUBJID"].map(lambda _: "other").astype("str")


def _positive(reasons: dict[str, int]) -> dict[str, int]:
    return {reason: number for reason, number in reasons.items() if number}
