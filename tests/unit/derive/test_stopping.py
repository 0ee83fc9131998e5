"""One list of reasons: each end reason is a stop of one kind, a death, or no stop."""

from dose_outcomes.cohort.tables import END_REASONS
from dose_outcomes.derive.course.dosing import ENDED_REASONS
from dose_outcomes.derive.intercurrent import STOP_REASONS
from dose_outcomes.derive.stopping import LOST, NO_STOP


def test_every_end_reason_is_sorted_once():
    sorted_reasons = [*(reason for reasons in STOP_REASONS.values() for reason in reasons), "death", *NO_STOP]
    assert sorted(sorted_reasons) == sorted(END_REASONS)


def test_lost_is_no_stop_and_no_planned_end():
    assert set(NO_STOP) == {*ENDED_REASONS, LOST}
