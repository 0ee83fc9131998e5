"""The rules of the workflow, as the report tells of them; a test compares them with workflow/rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it does, what goes in, what comes out, and where its code is."""

    name: str
    does: str
    after: str
    """Rule whose outputs it reads; empty for the first."""
    reads: str
    writes: str
    code: str


RULES = (
    Rule(
        "cohort",
        "reads and checks the input tables",
        "",
        "input tables, study file",
        "cohort tables, accounts of rows (patient level)",
        "steps.build_cohort, cohort/",
    ),
    Rule(
        "counts",
        "counts patients, events and days at risk",
        "cohort",
        "cohort tables",
        "tables of counts (stay at the site)",
        "steps.count, derive/",
    ),
    Rule(
        "estimates",
        "computes all estimates and curves",
        "counts",
        "tables of counts",
        "estimates and curves before disclosure control",
        "steps.estimate, outcomes/, stats/",
    ),
    Rule(
        "release",
        "hides what must not leave the site",
        "estimates",
        "estimates, curves, attrition, accounts",
        "estimates.csv, curves.csv, attrition.csv, data_quality.json, study.yaml",
        "steps.release, disclosure/",
    ),
    Rule(
        "report",
        "writes this page from the released files",
        "release",
        "released files, digests of inputs",
        "report.html, tables/, figures/",
        "steps.report, report/",
    ),
    Rule(
        "manifest",
        "writes digests of all that went in and came out",
        "report",
        "released files, report.html",
        "manifest.json",
        "steps.manifest, provenance.py",
    ),
)
#: Rules that are asked for by name and write no result.
ON_REQUEST = ("check_data", "verify", "release_check")
