"""The counts of side effects against a walk through every patient and every day of a drawn cohort."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

PATIENTS = 80
CARRY_OVER, AFTER_LAST_DOSE = 4, 30
GROUPS = {0.5: "low", 1.5: "low", 4.5: "high", 9.0: "other dose", 0.0: "off drug"}
STOPPED = ("lack_of_efficacy", "side_effect", "death")


def draw():
    """Patients with several dose episodes and gaps between them, and side effects anywhere."""
    random = np.random.default_rng(20240501)
    patients, doses, events = [], [], []
    for number in range(PATIENTS):
        name, day = f"p{number:02d}", 0
        for _ in range(random.integers(1, 6)):
            last = day + int(random.integers(0, 25))
            mg, time = random.choice(list(GROUPS)), random.choice(["bedtime", "morning"])
            doses.append((name, day, last, float(mg), 4.5, time))
            day = last + 1 + int(random.integers(0, 9) * random.integers(0, 2))
        reason = random.choice(["ongoing", "completed", "lost_to_follow_up", *STOPPED])
        patients.append((name, last + int(random.integers(0, 50)), reason))
        for onset in sorted(set(random.integers(0, 150, size=random.integers(0, 6)).tolist())):
            events.append((name, random.choice(["nausea", "rash"]), onset))
    columns = ["patient_id", "start_day", "end_day", "dose_mg", "target_dose_mg", "time_of_day"]
    return (
        pd.DataFrame(patients, columns=["patient_id", "observed_until", "end_reason"]),
        pd.DataFrame(doses, columns=columns),
        pd.DataFrame(events, columns=["patient_id", "term", "onset_day"]),
    )


@pytest.fixture
def walked():
    """What one sees walking through the days."""
    patients, doses, events = draw()
    days, current, first, pairs = Counter(), Counter(), Counter(), Counter()
    for name, observed, reason in patients.itertuples(index=False):
        own = doses[doses["patient_id"] == name]
        onsets = events[events["patient_id"] == name].sort_values("onset_day")
        last = int(own["end_day"].max())
        until = min(observed, last + AFTER_LAST_DOSE)
        state = {}
        for day in range(until + 1):
            begun = own[own["start_day"] <= day].iloc[-1]
            held = day <= begun["end_day"] + CARRY_OVER
            state[day] = GROUPS[begun["dose_mg"]] if held else "off drug"
            days[state[day]] += 1
        placed = [(term, day) for _, term, day in onsets.itertuples(index=False) if day <= until]
        for term, day in placed:
            current[state[day], "any"] += 1
            current[state[day], f"term: {term}"] += 1
            for other_term, other in placed:
                pairs["any", day, other] += 1
                pairs[f"term: {term}", day, other] += term == other_term
        leaves = last + 1 if reason in STOPPED else until
        for endpoint in ("any", "term: nausea", "term: rash"):
            mine = [day for term, day in placed if endpoint in ("any", f"term: {term}") and day <= leaves]
            status = "events" if mine else "stopped" if reason in STOPPED else "censored"
            first[endpoint, min(mine, default=leaves), status] += 1
    return days, current, first, +pairs


def test_counts_agree_with_a_walk_through_the_days(spec, walked):
    days, current, first, pairs = walked
    patients, doses, events = (table.astype("str").to_string(index=False) for table in draw())
    outcome = spec(
        {"side_effects": {"carry_over_days": CARRY_OVER, "days_after_last_dose": AFTER_LAST_DOSE}},
        patients=patients,
        doses=doses,
        side_effects=events,
    )
    counts = {name: table for name, table in outcome.counts.items() if not table.empty}
    exposure = counts["exposure_current"].query("split == 'dose'")
    assert exposure.groupby("level")["days"].sum().to_dict() == days
    placed = counts["side_effects_current"].query("split == 'dose'")
    assert placed.groupby(["level", "endpoint"])["events"].sum().to_dict() == current
    long = counts["side_effects_first"].melt(["endpoint", "dose", "day"], var_name="status").query("value > 0")
    assert long.groupby(["endpoint", "day", "status"])["value"].sum().to_dict() == first
    pair = counts["side_effects_recurrence"].query("kind == 'pair'")
    assert pair.groupby(["endpoint", "day", "other_day"])["number"].sum().to_dict() == pairs
    # each event once with the last day of its patient
    event = counts["side_effects_recurrence"].query("kind == 'event' and endpoint == 'any'")
    assert event["number"].sum() == sum(number for (_, endpoint), number in current.items() if endpoint == "any")
