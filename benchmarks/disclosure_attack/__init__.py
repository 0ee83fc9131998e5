"""Attack on released files: can a hidden count be had from what is shown, over 500 random cohorts?

The attacker reads the released files (estimates, curves, attrition, data quality, the report) and knows the rules.
He writes down all of it as one system: what is shown, the sums that hold between counts, which counts are part of
others, what a mark says. Of every hidden count he asks for the smallest and the largest value that fits; no count may
be left with fewer than three. In a second test hidden counts are changed within what the system leaves open: no byte
of the release may change (`changes`); in a third other tables are sought in which every number is the one released
(`numbers`). The share of rows released is printed beside, because hiding everything would pass as well.
Nothing here is imported from `dose_outcomes.disclosure` but the release itself.

    python -m benchmarks disclosure_attack --cohorts=500 --first-seed=0
"""

from benchmarks.disclosure_attack.main import main

__all__ = ["main"]
