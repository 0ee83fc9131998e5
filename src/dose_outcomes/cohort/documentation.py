"""The cohort tables as a page: ``python -m dose_outcomes.cohort.documentation`` writes docs/tables.md."""

from __future__ import annotations

from pathlib import Path

from dose_outcomes.cohort.tables import TABLES, Column
from dose_outcomes.study.data import REQUIRED_TABLES

PATH = Path("docs/tables.md")

INTRODUCTION = """# Cohort tables

One file a table, or several tables in one: CSV, Parquet or Excel. Days are whole numbers relative to the first dose,
which is day 0. No dates, no names, no free text. Columns of other names and values of other spellings can be mapped in
the study file.

## How files are read

Nothing is guessed. What the study file does not say has a default, and what a file proves by itself (a byte-order mark)
is stated in `data_quality.json` with all that was left out; anything else is refused with a sentence.

| key of a table | of | default |
|---|---|---|
| `encoding` | text files | the byte-order mark, else UTF-8 |
| `delimiter` | text files | comma for .csv, tab for .tsv and .txt |
| `decimal` | text files | point |
| `sheet` | Excel | the only one with anything in it |
| `header_row` | text files, Excel | 1 |
| `missing` | text files, Excel | empty cells only |
| `censored` | all | `<0.01` is an error |
| `allowed` | all | columns of text without a list below take any value |
| `rows` | all | as many as there are; name their number and a file that was cut off is found |

Rows are numbered as a spreadsheet numbers them, in all messages: the names of the columns are in row 1 (or
`header_row`), an empty row counts, and a cell with line breaks does not make two rows of one. Where text cannot be read
at all, the line is given as an editor counts.

## What must not be in them

All columns of all files are looked at, those that the study does not use too: names of columns that tell of a person,
and cells that look like an e-mail address, a telephone, national or record number, a date, a postcode, an address, a
web address, a position on the map, a person with a title, or free text; pseudonyms that are names or have the check
digit of a national number; days that are dates kept as numbers; ages over 90. Any of them stops the run until the
column is gone, or accepted with a reason under `data.identifiers.accepted`, which is released with the results. Each
combination under `data.identifiers.combinations` must be shared by `smallest_group` patients. That finds what has a
form; it does not prove that nobody can be recognised.

Written by `python -m dose_outcomes.cohort.documentation`; a test holds it to the code.
"""


def page() -> str:
    """Return the page as Markdown text."""
    parts = [INTRODUCTION]
    for name, table in TABLES.items():
        need = "required" if name in REQUIRED_TABLES else "optional: without it the analyses that need it are left out"
        parts.append(f"\n## {name}\n\n{need[0].upper()}{need[1:]}. One row per {' + '.join(table.key)}.\n")
        parts.append("| column | what | values |\n|---|---|---|")
        parts += [f"| `{key}` | {column.meaning} | {_values(column)} |" for key, column in table.columns.items()]
        parts += [f"\n`{first}` must not be after `{last}`." for first, last in table.ordered_days]
    return "\n".join(parts) + "\n"


def _values(column: Column) -> str:
    words: list[str] = [column.kind]
    if column.allowed:
        words = [", ".join(column.allowed)]
    if column.at_least is not None:
        words.append(f"at least {column.at_least:g}")
    if column.at_most is not None:
        words.append(f"at most {column.at_most:g}")
    if column.optional:
        words.append("column may be absent")
    elif column.nullable:
        words.append("may be empty")
    return "; ".join(words)


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
