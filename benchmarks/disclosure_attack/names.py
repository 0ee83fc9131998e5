"""What a count is called, by those who make a cohort and by those who attack its release."""

from __future__ import annotations

from typing import NamedTuple

from dose_outcomes.results import ALL

#: Days of visits: of documented responses and of stops; treatment of others ends on the day before.
VISITS = (28, 56, 84, 112, 168)
LAST_DOSES = tuple(day - 1 for day in VISITS)
HORIZON = VISITS[-1]
#: Days on which a first side effect, or a stop before it, happens.
EFFECT_DAYS = (20, 60, 100, 150)
RISK_TABLE_DAYS = (0, 28, 84, 168)
SHARE_DAYS = (56, 84, 168)
REASON_DAYS = (84, 168)
EFFECT_HORIZONS = (84, 168)
VISIT = 84

DEFINITION = "GEN-PEG-30"
ENDPOINT = "response"
REASONS = ("cost", "lack_of_efficacy", "side_effect")
LOST = "lost_to_follow_up"
STILL_ON = ""
SUBGROUPS = {
    "sex": ("female", "male", "other"),
    "age_band": ("below 40", "40 to below 65", "65 and over"),
}
#: A side effect: its body system; events of a system are those of its terms, and all events those of all terms.
TERMS = {"term: A": "body_system: S", "term: B": "body_system: S", "term: C": "body_system: T"}
SYSTEMS = tuple(dict.fromkeys(TERMS.values()))
EFFECTS = ("any", *SYSTEMS, *TERMS)
SEVERITIES = ("1", "2", "3 or more", "not recorded")


class Name(NamedTuple):
    """What is counted, of which part, condition and dose, on which day."""

    what: str
    part: str = ""
    condition: str = ALL
    dose: str = ALL
    day: int | None = None

    def at(self, condition: str, dose: str) -> Name:
        """Return the same count of another cell."""
        return self._replace(condition=condition, dose=dose)


#: Inner cells of each kind: what is counted, the parts, the days; made of conditions and doses, or of doses alone.
BY_CONDITION: tuple[tuple[str, tuple[str, ...], tuple[int | None, ...]], ...] = (
    ("analysed", ("",), (None,)),
    ("assessable", ("",), (None,)),
    ("observed", ("",), (None,)),
    ("responders", ("",), (None,)),
    ("carried", ("",), (None,)),
    ("carried responders", ("",), (None,)),
    *(
        (what, tuple(f"{variable}: {level}" for level in levels), (None,))
        for variable, levels in SUBGROUPS.items()
        for what in ("analysed", "assessable", "responders")
    ),
    ("response", ("",), VISITS),
    ("no response", ("",), VISITS),
    ("responded first", ("",), VISITS),
    ("stopped first", ("",), VISITS),
    ("neither", ("",), VISITS),
    ("stopped for", REASONS, VISITS),
    ("ended", (LOST, STILL_ON), LAST_DOSES),
    ("patients with", EFFECTS, (None,)),
    ("events of", EFFECTS, (None,)),
)
BY_DOSE: tuple[tuple[str, tuple[str, ...], tuple[int | None, ...]], ...] = (
    ("first effect", EFFECTS, EFFECT_DAYS),
    ("stopped before effect", EFFECTS, EFFECT_DAYS),
    ("without effect", EFFECTS, (HORIZON,)),
    ("worst", SEVERITIES, (None,)),
    ("serious", EFFECTS, (None,)),
)
