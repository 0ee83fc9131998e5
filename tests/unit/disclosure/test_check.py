"""A small count in any kind of place of a release folder is found, and named without being told."""

import json

import pytest

from dose_outcomes.disclosure.check import differences, problems_of_release

ESTIMATES = "estimate_id,population,statistic,estimate,n,events\n"


def problems(folder, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return problems_of_release(folder, 5)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("estimates.csv", ESTIMATES + "e1,a,proportion,0.1,40,4\n", "line 2, column events"),
        ("estimates.csv", ESTIMATES + "e1,a,proportion,0.9,40,37\n", "line 2, column n less events"),
        ("estimates.csv", ESTIMATES + "e1,a,number_at_risk,3,40,9\n", "line 2, column estimate"),
        ("curves.csv", "curve_id,day,at_risk,events,censored\nc,7,40,6,2\n", "line 2, column censored"),
        ("attrition.csv", "attrition_id,before,excluded,after\na,40,2,38\n", "line 2, column excluded"),
        ("data_quality.json", json.dumps({"tables": [{"rows_set_aside": 3}]}), "/tables/0/rows_set_aside"),
        ("data_quality.json", json.dumps({"reasons": [{"reason": "r", "rows": 1}]}), "/reasons/0/rows"),
        ("report.html", "<p>of them 3 patients stopped</p>", "line 1, text"),
        ("report.html", "<td>3/40</td>", "line 1, text"),
        ("report.html", "<td>38/40</td>", "line 1, text"),
        ("report.html", '<svg><circle data-tip="1.5 mg: 4 of 40 patients"/></svg>', "line 1, circle data-tip, text"),
        ("report.html", '<svg><circle data-tip="1.5 mg: 4 patients"/></svg>', "line 1, circle data-tip, text"),
        ("report.html", '<svg role="img" aria-label="n = 4"></svg>', "line 1, svg aria-label, text"),
        ("report.html", "<svg><title>2 responders</title></svg>", "line 1, text"),
        ("report.html", "<svg><desc>2 responders</desc></svg>", "line 1, text"),
        ("report.html", '<img alt="3 events">', "line 1, img alt, text"),
        ("report.html", '<data value="3" data-c="events">few</data>', "line 1, data value, text"),
        ("report.html", '<script type="application/json">{"n": 2}</script>', "line 1, data /n"),
        ("tables/t.csv", "label,n\nx,2\n", "line 2, column n"),
    ],
)
def test_a_planted_count_is_found(tmp_path, name, text, place):
    found = problems(tmp_path, {name: text})
    assert found == [f"{name}, {place}: a count below 5"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("estimates.csv", ESTIMATES + "e1,a,proportion,0,40,0\ne2,a,proportion,1,40,40\ne3,a,median_days,3,40,20\n"),
        ("estimates.csv", ESTIMATES + "e1,published,proportion,0.5,4,2\n"),
        ("report.html", "<p>0 patients, 3.5 mg, &lt;5 patients, 12 of 40 patients, 1.4 patients a year</p>"),
        ("report.html", "<style>p{n:3}</style><script>let n = 3</script>"),
        ("data_quality.json", json.dumps({"summary": [{"passed": 3}], "tables": [{"rows_read": 5}]})),
        ("report.html", '<svg><path aria-label="Figure 3 of 4"/></svg>'),
    ],
)
def test_what_is_no_small_count_is_left_alone(tmp_path, name, text):
    assert problems(tmp_path, {name: text}) == []


def test_a_published_count_is_no_secret_wherever_it_is_shown(tmp_path):
    files = {
        "estimates.csv": ESTIMATES + "e1,published,proportion,1,3,3\n",
        "report.html": '<circle data-r="e1" data-tip="3 patients"/>',
    }
    assert problems(tmp_path, files) == []


def test_nothing_is_a_problem_where_small_counts_may_be_shown(tmp_path):
    (tmp_path / "estimates.csv").write_text(ESTIMATES + "e1,a,proportion,0.1,40,4\n", encoding="utf-8")
    assert problems_of_release(tmp_path, 0) == []


@pytest.mark.parametrize(("events", "number"), [(20, 0), (21, 1), (24, 1), (16, 1), (25, 0), ("", 0)])
def test_small_differences_to_the_release_before_are_found(tmp_path, events, number):
    now, before = tmp_path / "now", tmp_path / "before"
    for folder, count in ((now, 20), (before, events)):
        folder.mkdir()
        (folder / "estimates.csv").write_text(ESTIMATES + f"e1,a,proportion,0.5,40,{count}\n", encoding="utf-8")
    assert len(differences(now, before, 5)) == number
