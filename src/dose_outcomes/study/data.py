"""Where the data come from, and how foreign columns and values map to the cohort tables."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dose_outcomes.study.base import Identifier, Part
from dose_outcomes.study.identifiers import Identifiers

TABLES = ("patients", "indications", "doses", "assessments", "side_effects", "medications", "times_to_event")
REQUIRED_TABLES = ("patients", "indications", "doses", "assessments")

TableName = Literal["patients", "indications", "doses", "assessments", "side_effects", "medications", "times_to_event"]
Value = bool | int | float | str
Encoding = Literal[
    "utf-8", "utf-16", "windows-1250", "windows-1251", "windows-1252", "iso-8859-1", "iso-8859-2", "iso-8859-15"
]
Delimiter = Literal["comma", "semicolon", "tab", "pipe"]
Censored = Literal["at_limit", "half_limit", "missing"]

#: What each key is for; a key that does nothing for a file would be a promise that is not kept.
_TEXT, _EXCEL, _PARQUET = (".csv", ".tsv", ".txt"), (".xlsx",), (".parquet",)
_KINDS = {
    "sheet": _EXCEL,
    "header_row": (*_TEXT, *_EXCEL),
    "encoding": _TEXT,
    "delimiter": _TEXT,
    "decimal": _TEXT,
    "missing": (*_TEXT, *_EXCEL),
}


class TableSource(Part):
    """One cohort table in a file of its own (or a shared one)."""

    file: str
    """File below `folder`: .csv (also .tsv, .txt), .parquet or .xlsx."""
    sheet: str | None = None
    """Sheet of an Excel file; may be empty where only one has anything in it."""
    header_row: Annotated[int, Field(ge=1)] = 1
    """Row that holds the names of the columns, as a spreadsheet counts; rows above it are left out."""
    encoding: Encoding | None = None
    """Of a text file; when empty, what its byte-order mark says, or else UTF-8. Never guessed."""
    delimiter: Delimiter | None = None
    """Between the cells of a text file; when empty, comma for .csv, tab for .tsv and .txt."""
    decimal: Literal["point", "comma"] = "point"
    """Before the decimals of numbers in a text file. Thousands are never divided."""
    missing: list[str] = []
    """Cells of a text or Excel file with one of these texts are empty, in every column."""
    censored: dict[str, Censored] = {}
    """Cohort column: what a number with < or > before it stands for. Without an entry such a cell is an error.
    Below a limit, `half_limit` takes half of it; above one it takes the limit."""
    rows: Annotated[int, Field(ge=0)] | None = None
    """Rows of data that the file must have, by which one that was cut off is found."""
    columns: dict[str, str] = {}
    """Cohort column: column of the file. Columns of the same name need no entry."""
    values: dict[str, dict[Value, Value | None]] = {}
    """Cohort column: (value in the file: cohort value, null for missing)."""
    constants: dict[str, Value | None] = {}
    """Cohort column: one value for every row, for columns that the file does not have."""
    allowed: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    """Cohort column of text: the values that it may have (after `values`), for columns without a list of their own,
    as covariates and centres: a misspelt one is then an error and not a group of its own."""

    @model_validator(mode="after")
    def _keys_of_its_kind(self) -> TableSource:
        ending = PurePath(self.file).suffix.lower()
        known = ending in (*_TEXT, *_EXCEL, *_PARQUET)  # of any other, the reader says that it is not read
        for key, endings in _KINDS.items():
            if known and key in self.model_fields_set and getattr(self, key) is not None and ending not in endings:
                raise ValueError(f"{key} is for files that end in {', '.join(endings)}; this one ends in {ending}")
        return self


class CsvData(Part):
    """Cohort tables in CSV, Parquet or Excel files."""

    source: Literal["csv"]
    nature: Literal["synthetic", "real"]
    """Shown at the top of the report."""
    folder: str | list[str]
    """Folder of the tables, from where Snakemake runs; of several, the first that holds one of them."""
    tables: dict[TableName, TableSource]
    identifiers: Identifiers = Identifiers()


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
    identifiers: Identifiers = Identifiers()


Data = Annotated[CsvData | AdamData, Field(discriminator="source")]
