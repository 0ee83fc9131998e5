"""De-identified, checked: what looks like an identifier in the data stops the run, unless the study says otherwise."""

from __future__ import annotations

from dose_outcomes.cohort.identifiers.check import check_identifiers, identifier_notes

__all__ = ["check_identifiers", "identifier_notes"]
