"""All rules as a page: ``python -m dose_outcomes.cohort.checks.documentation`` writes docs/rules.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dose_outcomes.cohort.checks.across import across_rules
from dose_outcomes.cohort.checks.rule import Rule
from dose_outcomes.cohort.checks.schemas import rules
from dose_outcomes.cohort.checks.together import together_rules
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.study import Study, load_study

PATH = Path("docs/rules.md")
STUDY = min(Path("config").glob("[!cs]*.yaml"), default=Path("config"))  # the bundled one

INTRODUCTION = """# Rules that the data are asked

With the limits of the bundled study. An *error* stops the run, or has its rows set aside (`quality.on_error` in the
study file); with a row of patients, indications or doses goes the patient. A *warning* leaves the rows as they are and
is counted in the report; `quality.thresholds` says from which share on it is one, and from which it stops the run.
Categories are those of Kahn and colleagues (eGEMs 2016;4:1244); all are verification. Beside these, every cell of a
column of numbers or truth values must be one (`type`, `date`, `censored`, `decimal_mark`).

Written by `python -m dose_outcomes.cohort.checks.documentation`; a test holds it to the code.
"""


def page(study: Study) -> str:
    """Return the page as Markdown text."""
    parts = [INTRODUCTION]
    for name in TABLES:
        parts.append(f"\n## {name}\n\n| rule | | category | what it says |\n|---|---|---|---|")
        parts += [
            f"| `{rule.id}` | {rule.severity} | {rule.category} | {rule.column or 'row'}: {_escaped(rule.sentence)} |"
            for rule in _of_table(name, study)
        ]
    return "\n".join(parts) + "\n"


def _of_table(name: str, study: Study) -> Iterator[Rule]:
    yield from rules(name, study)
    yield from across_rules(name, study, {table: f"{table}.csv" for table in TABLES})
    yield from (one.rule for one in together_rules(study, []) if one.rule.table == name)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PATH.write_text(page(load_study(STUDY)), encoding="utf-8")
