"""The only door from data/ to reports/: hides small counts and what would reveal them, and writes what is left.

`declared` says what every number is made of; `rows` turns the tidy table into counts (`quantities`), and `relations`,
`inner`, `nested` and `days` note the sums that hold between them; `secondary` chooses what else to hide so that no
hidden count follows from those shown: by `splits`, then by `structure`, then by `opening`, which ask `programs`, and
keeps the state in `suppression`; `estimates`, `curves` and `attrition` write the outcome into the tables, and withhold
what is made of hidden cells (`spans`). Heights of curves are made of the counts shown (`heights`); what is made of
counts not shown keeps few digits (`rounding`), or is not shown where it would tell of one (`medians`); `notes` says in
words no more than that.
"""

from dose_outcomes.disclosure.attrition import exclusions_of, release_attrition
from dose_outcomes.disclosure.curves import release_curves
from dose_outcomes.disclosure.estimates import Released, release_estimates, release_tables, share_released
from dose_outcomes.disclosure.inner import inner_counts
from dose_outcomes.disclosure.nested import body_systems
from dose_outcomes.disclosure.wording import RISK_TABLE, reason
from dose_outcomes.disclosure.writing import write_release

__all__ = [
    "RISK_TABLE",
    "Released",
    "body_systems",
    "exclusions_of",
    "inner_counts",
    "reason",
    "release_attrition",
    "release_curves",
    "release_estimates",
    "release_tables",
    "share_released",
    "write_release",
]
