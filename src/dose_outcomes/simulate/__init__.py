"""Synthetic cohorts with known truth: `python -m dose_outcomes.simulate` writes the bundled one again."""

from dose_outcomes.simulate.cohort import simulate
from dose_outcomes.simulate.parameters import Parameters, load_parameters

__all__ = ["Parameters", "load_parameters", "simulate"]
