"""The course and subgroups of a study file: faults, names of bands."""

import re

import pytest
import yaml

from dose_outcomes.errors import StudyError
from dose_outcomes.study import load_study
from dose_outcomes.study.course import Subgroup

AGE = {"id": "age", "label": "Age", "column": "age", "bands": [50]}


@pytest.fixture
def changed(root, tmp_path):
    """Return a function: changes to the bundled study -> the study, or what loading it says."""

    def load(**changes):
        content = yaml.safe_load((root / "config/ldn.yaml").read_text(encoding="utf-8"))
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**content, **changes}, sort_keys=False), encoding="utf-8")
        return load_study(path)

    return load


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"course": {"score_chang": {}}}, "unknown key 'score_chang'; did you mean 'score_change'"),
        ({"course": {"score_change": {"visit_weeks": [8, 4]}}}, "course: score_change: visit_weeks must rise"),
        ({"course": {"score_change": {"visit_weeks": [4, 4]}}}, "course: score_change: visit_weeks must rise"),
        ({"course": {"score_change": {"visit_weeks": []}}}, "at least 1 item"),
        ({"course": {"score_change": {"window_days": 0}}}, "greater than or equal to 1"),
        ({"course": {"dose_over_time": {"weeks": [2, 0]}}}, "course: dose_over_time: weeks must rise"),
        ({"course": {"dose_over_time": {"weeks": [-1]}}}, "greater than or equal to 0"),
        ({"course": {"persistence": {"reason_days": [0]}}}, "greater than or equal to 1"),
        ({"course": {"persistence": {"gap_days": -1}}}, "greater than or equal to 0"),
        ({"subgroups": [AGE, AGE]}, "subgroups: age: used twice"),
        ({"subgroups": [{**AGE, "column": "sexe"}]}, "unknown column 'sexe'; did you mean sex?"),
        ({"subgroups": [{**AGE, "bands": [50, 40]}]}, "subgroups: age: bands must rise"),
        ({"subgroups": [{**AGE, "bands": []}]}, "subgroups: age: age needs bands"),
    ],
)
def test_faults(changed, changes, expected):
    with pytest.raises(StudyError, match=re.escape(expected)):
        changed(**changes)


def test_a_column_that_is_a_covariate_may_make_subgroups(changed):
    study = changed(covariates=["smoker"], subgroups=[{"id": "smoker", "label": "Smoker", "column": "smoker"}])
    assert study.subgroups[0].level_names() == []


def test_names_of_bands():
    def names(*bands):
        return Subgroup(id="a", label="A", column="age", bands=list(bands)).level_names()

    assert names(50) == ["below 50", "50 and over"]
    assert names(18, 49.5) == ["below 18", "18 to below 49.5", "49.5 and over"]
