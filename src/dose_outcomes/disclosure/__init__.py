"""The only door from data/ to reports/: hides small counts and what would reveal them, and writes what is left.

`declared` says what every number is made of; `quantities` and `relations` turn the tidy table into counts and the
sums that hold between them; `secondary` and `days` choose what else to hide so that no hidden count follows from
those shown; `estimates`, `curves` and `attrition` write the outcome into the tables.
"""

from dose_outcomes.disclosure.attrition import release_attrition
from dose_outcomes.disclosure.curves import release_curves
from dose_outcomes.disclosure.estimates import Released, release_estimates, release_tables, share_released
from dose_outcomes.disclosure.nested import body_systems
from dose_outcomes.disclosure.wording import RISK_TABLE, reason
from dose_outcomes.disclosure.writing import write_release

__all__ = [
    "RISK_TABLE",
    "Released",
    "body_systems",
    "reason",
    "release_attrition",
    "release_curves",
    "release_estimates",
    "release_tables",
    "share_released",
    "write_release",
]
