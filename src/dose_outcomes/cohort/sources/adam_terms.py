"""Terms of CDISC data sets, and what the cohort tables call them."""

from __future__ import annotations

ARM_COLUMNS = {"planned": "TRT01P", "actual": "TRT01A"}
SEX = {"F": "female", "M": "male", "U": "unknown"}
SEVERITY = {"MILD": 1, "MODERATE": 2, "SEVERE": 3, "LIFE THREATENING": 4, "FATAL": 5, "DEATH": 5}
ACTION = {
    "DOSE NOT CHANGED": "none",
    "DOSE REDUCED": "dose_reduced",
    "DRUG INTERRUPTED": "interrupted",
    "DRUG WITHDRAWN": "stopped",
}
RELATED = {"RELATED": True, "PROBABLE": True, "POSSIBLE": True, "Y": True}
NOT_RELATED = {
    "NONE": False,
    "NOT RELATED": False,
    "UNLIKELY": False,
    "REMOTE": False,
    "UNLIKELY RELATED": False,
    "N": False,
}
END_REASON = {
    "COMPLETED": "completed",
    "ADVERSE EVENT": "side_effect",
    "LACK OF EFFICACY": "lack_of_efficacy",
    "LOST TO FOLLOW-UP": "lost_to_follow_up",
    "DEATH": "death",
    "PREGNANCY": "pregnancy",
}
