"""Where the data come from, and how foreign columns and values map to the cohort tables."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dose_outcomes.study.base import Identifier, Part

TABLES = ("patients", "indications", "doses", "assessments", "side_effects", "medications", "times_to_event")
REQUIRED_TABLES = ("patients", "indications", "doses", "assessments")

TableName = Literal["patients", "indications", "doses", "assessments", "side_effects", "medications", "times_to_event"]
Value = bool | int | float | str


class TableSource(Part):
    """One cohort table in a file of its own (or a shared one)."""

    file: str
    """File below `folder`: .csv (also .tsv, .txt), .parquet or .xlsx."""
    sheet: str | None = None
    """Sheet of an Excel file; the first when empty."""
    columns: dict[str, str] = {}
    """Cohort column: column of the file. Columns of the same name need no entry."""
    values: dict[str, dict[Value, Value | None]] = {}
    """Cohort column: (value in the file: cohort value, null for missing)."""
    constants: dict[str, Value | None] = {}
    """Cohort column: one value for every row, for columns that the file does not have."""


class CsvData(Part):
    """Cohort tables in CSV, Parquet or Excel files."""

    source: Literal["csv"]
    nature: Literal["synthetic", "real"]
    """Shown at the top of the report."""
    folder: str | list[str]
    """Folder of the tables, from where Snakemake runs; of several, the first that holds one of them."""
    tables: dict[TableName, TableSource]


class AdamFiles(Part):
    """File names of the analysis data sets; .xpt (SAS transport) or .csv."""

    adsl: str = "adsl.xpt"
    adae: str | None = None
    adtte: str | None = None
    adqs: list[str] = []
    ex: str | None = None


class AdamData(Part):
    """A clinical trial in CDISC ADaM form."""

    source: Literal["adam"]
    nature: Literal["synthetic", "real"]
    """Shown at the top of the report."""
    folder: str | list[str]
    """Folder of the files, from where Snakemake runs; of several, the first that holds one of them."""
    files: AdamFiles
    condition: Identifier
    """The condition that all patients of the trial have."""
    arm: Literal["planned", "actual"] = "planned"
    """Which treatment groups patients: TRT01P or TRT01A."""
    arm_doses_mg: dict[str, Annotated[float, Field(ge=0)]]
    """Dose in mg a day of every arm; patients of other arms are set aside."""
    population_flag: str = "SAFFL"
    """Flag of ADSL that makes a patient part of the cohort; others are set aside."""


Data = Annotated[CsvData | AdamData, Field(discriminator="source")]
