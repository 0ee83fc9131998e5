"""Faults of a study file: line, key, what is allowed, the nearest legal name; all at once."""

import re

import pytest
import yaml

from dose_outcomes.errors import StudyError
from dose_outcomes.study import load_study
from dose_outcomes.study.loading import effective_yaml
from dose_outcomes.study.schema import schema_text


@pytest.fixture
def spoiled(root, tmp_path):
    """Return a function: the bundled study with one text replaced -> what loading it says."""
    text = (root / "config/ldn.yaml").read_text(encoding="utf-8")

    def load(old: str, new: str) -> str:
        assert text.count(old) >= 1
        path = tmp_path / "study.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(StudyError) as error:
            load_study(path)
        return str(error.value).replace(str(path), "study.yaml")

    return load


def line_of(root, text: str) -> int:
    lines = (root / "config/ldn.yaml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dose_groups:", "dose_grups:", r"unknown key 'dose_grups'; did you mean 'dose_groups'\? Allowed here: condi"),
        ("label: 0.5 mg,", "lable: 0.5 mg,", r"unknown key 'lable'; did you mean 'label'\?"),
        ("  short_name: LDN\n", "", r"key 'drug.short_name' is missing"),
        ("{ file: doses.csv }", "{ fil: doses.csv }", r"unknown key 'fil'; did you mean 'file'\?"),
        ("first_day: -10", "frst_day: -10", r"unknown key 'frst_day'; did you mean 'first_day'\?"),
        ("[non_responder, observed]", "[non_reponder]", r"received 'non_reponder'; did you mean 'non_responder'\?"),
        ("FM-PAIN-30", "FM-PAIN-3", r"unknown definition 'FM-PAIN-3'; did you mean FM-PAIN-30\?"),
        (
            "  fibromyalgia: Fib",
            "  fibromyalgie: Fib",
            r"unknown condition 'fibromyalgia'; did you mean fibromyalgie\?",
        ),
        ("endpoint: primary_response", "endpoint: primary", r"unknown endpoint 'primary'; did you mean primary_resp"),
        ("source: csv", "source: cvs", r"data: .*'cvs'"),
        ("below_mg: 1.5", "below_mg: much", r"dose_groups.0.below_mg: .*received 'much'"),
        ("from_mg: 1.5", "from_mg: 1.0", r"'1.5 mg' must begin where '0.5 mg' ends"),
        ("below_mg: 1.5", "below_mg: 0.5", r"'0.5 mg': from_mg must be below below_mg"),
        ("label: 1.5 mg", "label: 0.5 mg", r"two groups have the same label"),
        ("label: 1.5 mg", "label: all", r"'all' stands for the total"),
        ("  fibromyalgia: Fib", "  all: Fib", r"'all' stands for the total"),
        ("maximum_dose_mg: 10", "maximum_dose_mg: 4", r"maximum_dose_mg must be at least 4.5"),
        ("level: 0.95", "level: 95", r"level: input should be less than 1; received 95"),
        ("level: 0.95", "level: 0.95\nlevel: 0.9", r"key 'level' is given twice"),
        ("minimum_count: 5", "minimum_count: -1", r"disclosure.minimum_count: .*received -1"),
        ("[0, 28, 56, 84", "[0, 280, 56, 84", r"risk_table_days go beyond horizon_days"),
        (
            "dose_attribution: target",
            "dose_attribution: final",
            r"dose_attribution: must be 'target'; received 'final'",
        ),
        ("id: ldn", "id: ../ldn", r"id: "),
        ("drug:", "drug: [", r"not valid YAML"),
    ],
)
def test_a_fault_names_its_line_and_what_is_allowed(spoiled, old, new, expected):
    message = spoiled(old, new)
    assert re.search(expected, message), message
    assert all(re.match(r"study\.yaml, line \d+: ", line) for line in message.splitlines())


def test_the_line_is_that_of_the_fault(spoiled, root):
    line = line_of(root, "dose_groups:")
    assert f"line {line}: unknown key 'dose_grups'" in spoiled("dose_groups:", "dose_grups:")


def test_all_faults_are_reported_at_once(spoiled):
    message = spoiled("level: 0.95", "level: 95\nlevell: 1\ndisclosur: {}")
    assert len(message.splitlines()) == 3


def test_a_missing_file_says_where_study_files_are(tmp_path):
    with pytest.raises(StudyError, match="no such study file"):
        load_study(tmp_path / "none.yaml")


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "just text"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, content):
    (tmp_path / "s.yaml").write_text(content)
    with pytest.raises(StudyError, match="list of 'key: value' lines"):
        load_study(tmp_path / "s.yaml")


def test_the_committed_schema_is_the_one_of_the_types(root):
    """Written again by: python -m dose_outcomes.study.schema."""
    assert (root / "config/study.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("name", ["ldn", "cdisc_pilot"])
def test_the_effective_study_is_a_study_with_the_same_meaning(root, tmp_path, name):
    study = load_study(root / f"config/{name}.yaml")
    (tmp_path / "effective.yaml").write_text(effective_yaml(study), encoding="utf-8")
    again = load_study(tmp_path / "effective.yaml")
    assert effective_yaml(again) == effective_yaml(study)
    content = yaml.safe_load(effective_yaml(study))
    used = {code for endpoint in content["endpoints"] for code in endpoint["definitions"].values()}
    assert used <= set(content["definitions"])
    assert content["level"] == 0.95
