"""Published results and claims: three fixed wordings, each said only where the interval allows it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.report.literature import AGREES, DIFFERS, UNTOLD, Literature, _bound, position
from dose_outcomes.report.register import Register
from dose_outcomes.report.release import Release
from dose_outcomes.report.wording import Wording

CAUSAL = re.compile(r"\b(cause[sd]?|because of the drug|leads? to|works|effective|proves)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def literature(register, wording) -> Literature:
    return Literature(register, wording)


@pytest.fixture(scope="module")
def row(register):
    """Return 40 of 120, interval 0.23 to 0.45."""
    found = register.find("responder_rate", "proportion", "aches", "all", "ACHE-30", "non_responder", 84)
    return replace(found, low=0.23, high=0.45)


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [
        ({"above": 0.2}, AGREES),
        ({"above": 0.23}, UNTOLD),  # the limit itself is not above
        ({"above": 0.3}, UNTOLD),
        ({"above": 0.46}, DIFFERS),
        ({"below": 0.46}, AGREES),
        ({"below": 0.3}, UNTOLD),
        ({"below": 0.2}, DIFFERS),
        ({"about": 0.33}, AGREES),
        ({"about": 0.45}, AGREES),
        ({"about": 0.46}, DIFFERS),
        ({"above": 0.0}, AGREES),
    ],
)
def test_a_claim_is_judged_by_the_whole_interval(row, claimed, verdict):
    found, why = position(row, 5, **claimed)
    assert found == verdict
    assert bool(why) is (verdict == UNTOLD)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"estimate": None, "low": None, "high": None, "suppressed": "count below 5"}, "hidden: a count .* below 5"),
        ({"estimate": None, "low": None, "high": None, "suppressed": "would give back"}, "hidden: would give back"),
        ({"estimate": None, "low": None, "high": None, "n": 0, "note": "no patients"}, "nobody to count"),
        ({"estimate": None, "low": None, "high": None, "note": "did not converge"}, "did not converge"),
        ({"low": None}, "no interval"),
    ],
)
def test_without_an_interval_nothing_can_be_told_and_why(row, changes, why):
    verdict, found = position(replace(row, **changes), 5, above=0.1)
    assert verdict == UNTOLD
    assert re.search(why, found)


def test_what_was_not_asked_cannot_be_told():
    assert position(None, 5, above=0) == (UNTOLD, "the study does not ask for it")


def test_a_position_needs_a_number(row):
    with pytest.raises(ValueError, match="one of above, below, about"):
        position(row, 5)


@given(low=st.floats(-10, 10), width=st.floats(0, 10), bound=st.floats(-10, 20))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_a_claim_and_its_opposite_never_both_agree(row, low, width, bound):
    one = replace(row, low=low, high=low + width)
    above, below = position(one, 5, above=bound)[0], position(one, 5, below=bound)[0]
    assert (above, below) in {(AGREES, DIFFERS), (DIFFERS, AGREES), (UNTOLD, UNTOLD)}
    assert (position(one, 5, about=bound)[0] == AGREES) is (low <= bound <= low + width)


def test_publications_stand_beside_our_share_where_the_rule_is_the_same(literature):
    trial, series, percentage = literature.published
    assert (trial.verdict, trial.own.events, trial.own.n) == (AGREES, 40, 120)
    assert trial.published.events == 9
    assert (series.verdict, series.own) == (UNTOLD, None)
    assert series.why == "no response of this study has the same rule"
    assert (percentage.verdict, percentage.why) == (UNTOLD, "no count was published")
    assert [one.label for one in literature.drawn] == ["Trial A 2001", "Series B 2002"]


def test_every_claim_has_its_reading(literature):
    assert [one.verdict for one in literature.claims] == [DIFFERS, AGREES, AGREES, UNTOLD, UNTOLD, UNTOLD]
    assert [one.claimed for one in literature.claims] == [
        "above 50%", "below 90%", "about 33%", "above 50%", "above 50%", "",
    ]  # fmt: skip
    hidden, never, talk = literature.claims[3:]
    assert "below 5" in hidden.why
    assert never.row is None
    assert talk.why == "talk is not recorded"
    assert literature.claims[0].where.endswith("Aches; day 84")


def test_the_section_says_nothing_causal_of_its_own(page):
    section = page[page.index('<section id="literature"') :]
    section = re.sub(r'<bdi class="label">.*?</bdi>', "", section[: section.index("</section>")], flags=re.DOTALL)
    assert "agrees within the interval" in section
    assert set(CAUSAL.findall(section)) <= {"proves"}  # "agreement with them proves nothing"
    assert 'href="https://doi.org/10.1000/a.1" rel="noreferrer"' in section


def test_a_study_without_publications_says_so(release, made):
    content = made.study(literature=[], claims=[])
    empty = Literature(Register(release.estimates, release.curves, release.attrition), Wording(content))
    assert (empty.published, empty.claims, empty.drawn) == ([], [], [])


def test_a_bound_of_our_own_is_marked_in_its_row(made, tmp_path):
    from dose_outcomes.report.page import render

    study = made.study()
    study["claims"] = [{**one, "own_bound": one["id"] == "most"} for one in study["claims"]]
    page = render(Release.read(made.write(tmp_path / "own", study), made.PROVENANCE))
    assert page.count("bound chosen for this study") == 1
    row = page[page.index("Most with aches respond") :]
    assert "bound chosen for this study" in row[: row.index("</tr>")]


@pytest.mark.parametrize(
    ("bound", "statistic", "words"),
    [(0.7, "proportion", "70%"), (0, "risk_difference", "0"), (-0.05, "risk_difference", "-5"), (1, "rate_ratio", "1")],
)
def test_a_claimed_number_is_printed_as_the_estimate_beside_it(bound, statistic, words):
    assert _bound(bound, statistic) == words
