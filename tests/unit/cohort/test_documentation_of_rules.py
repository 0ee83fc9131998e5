"""The page of all rules is that of the code."""

from dose_outcomes.cohort.checks.documentation import PATH, STUDY, page
from dose_outcomes.study import load_study


def test_the_page_is_up_to_date(root):
    found = page(load_study(root / STUDY))
    assert (root / PATH).read_text(encoding="utf-8") == found, "run python -m dose_outcomes.cohort.checks.documentation"
    assert "`assessments.score.within_limits` | error" in found
