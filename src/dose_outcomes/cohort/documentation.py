"""The cohort tables as a page: ``python -m dose_outcomes.cohort.documentation`` writes docs/tables.md."""

from __future__ import annotations

from pathlib import Path

from dose_outcomes.cohort.tables import TABLES, Column
from dose_outcomes.study.data import REQUIRED_TABLES

PATH = Path("docs/tables.md")

INTRODUCTION = """# Cohort tables

One file a table: CSV (UTF-8), Parquet or Excel. Days are whole numbers relative to the first dose, which is day 0.
No dates, no names, no free text. Columns of other names and values of other spellings can be mapped in the study file.

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
