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
        ("dose_groups:", "dose_grups:", r"unknown key 'dose_grups'; did you mean 'dose_groups'\? Allowed here: claims"),
        ("label: 0.5 mg,", "lable: 0.5 mg,", r"unknown key 'lable'; did you mean 'label'\?"),
        ("  short_name: LDN\n", "", r"key 'drug.short_name' is missing"),
        ("{ file: doses.csv }", "{ fil: doses.csv }", r"unknown key 'fil'; did you mean 'file'\?"),
        ("first_day: -10", "frst_day: -10", r"unknown key 'frst_day'; did you mean 'first_day'\?"),
        ("horizon_days: [84, 168]", "horizon_days: [168, 84]", r"side_effects: horizon_days must rise"),
        ("carry_over_days: 7", "carry_over_days: -1", r"side_effects.carry_over_days: .*greater than or equal to 0"),
        ("{ days: 14 }", "{ days: 0 }", r"side_effects.dose_step_up.days: .*greater than or equal to 1"),
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
            r"dose_attribution: grouping by the final dose is refused: .* Use target",
        ),
        ("FM-PAIN-30", "MS-EDSS-CDP", r"'MS-EDSS-CDP' is a worsening or safety event, not a benefit: .* kind: harm"),
        ("    definitions: #", "    kind: harm\n    definitions: #", r"'FM-PAIN-30' is a benefit: it does not belong"),
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
    with pytest.raises(StudyError, match="a study file is lines of 'key: value'"):
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


HARM = """endpoints:
  - id: worsening
    label: Worsening
    kind: harm
    definitions: { multiple_sclerosis: MS-EDSS-CDP }
"""


def test_a_harm_is_an_endpoint_of_its_own(root, tmp_path):
    path = tmp_path / "study.yaml"
    text = (root / "config/ldn.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("endpoints:\n", HARM, 1), encoding="utf-8")
    worsening = load_study(path).endpoints[0]
    # a missing score must not count as no harm
    assert worsening.missing_data == ["observed"]
    path.write_text(text.replace("endpoints:\n", HARM + "    missing_data: [non_responder]\n", 1), encoding="utf-8")
    with pytest.raises(StudyError, match="non_responder would count a missing score as no harm"):
        load_study(path)
    strategies = "    intercurrent_events: { death: composite }\n"
    path.write_text(text.replace("endpoints:\n", HARM + strategies, 1), encoding="utf-8")
    with pytest.raises(StudyError, match="composite would count who stopped as without harm"):
        load_study(path)


OWN = """definitions:
  OWN-1:
    instrument: OWN
    label: Own
    response: "improve >= 3 and c_bleeding >= 1"
    components: { c_bleeding: { instrument: MAYO_RB, measure: improvement } }
    in_words: replaced
instruments:
  OWN: { label: Own scale, units: points, minimum: 0, maximum: 9, direction: lower_better }
"""


def test_a_definition_of_the_study_gets_its_words(root, tmp_path):
    path = tmp_path / "study.yaml"
    text = (root / "config/ldn.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("sjogren: SJ-ESSPRI-1", "sjogren: OWN-1") + OWN, encoding="utf-8")
    effective = yaml.safe_load(effective_yaml(load_study(path)))
    assert effective["definitions"]["OWN-1"]["in_words"].startswith(
        "Responder: Own scale at least 3 points lower than at baseline and rectal bleeding subscore at least 1 point "
        "lower than at baseline, 12 weeks (10 to 14) after the first dose"
    )
    assert effective["instruments"]["MAYO_RB"]["maximum"] == 3
    assert all(definition["in_words"] for definition in effective["definitions"].values())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "MAYO_RB, measure",
            "MAYO_RBB, measure",
            r"definitions: OWN-1: unknown instrument 'MAYO_RBB'; did you mean MAYO",
        ),
        ("MAYO_RB, measure", "TSH, measure", r"definitions: OWN-1: TSH is best within a range"),
        ("measure: improvement", "measure: improvment", r"received 'improvment'; did you mean 'improvement'\?"),
        ("{ instrument: MAYO_RB,", "{ instrumnt: MAYO_RB,", r"unknown key 'instrumnt'; did you mean 'instrument'\?"),
        ('response: "improve', 'response: "improv', r"unknown name 'improv'; did you mean improve\?"),
    ],
)
def test_a_fault_in_a_definition_of_the_study(root, tmp_path, old, new, expected):
    path = tmp_path / "study.yaml"
    assert OWN.count(old) == 1
    path.write_text((root / "config/ldn.yaml").read_text(encoding="utf-8") + OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError, match=expected):
        load_study(path)
