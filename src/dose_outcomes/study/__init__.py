"""The study definition: typed, cross-checked, the one source of the JSON schema and of the effective study."""

from dose_outcomes.study.loading import load_study
from dose_outcomes.study.model import Study

__all__ = ["Study", "load_study"]
