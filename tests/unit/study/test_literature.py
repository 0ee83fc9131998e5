"""Faults of published results and claims."""

import copy
import re

import pytest
import yaml

from dose_outcomes.errors import StudyError
from dose_outcomes.study import load_study

RESULT = {
    "id": "one",
    "label": "One 2000",
    "citation": "Journal 1:1",
    "design": "open label",
    "condition": "fibromyalgia",
    "outcome": "30 % less pain",
    "arm": "4.5 mg",
    "responders": 3,
    "patients": 10,
    "definition": "FM-PAIN-30",
}
ANSWER = {"analysis": "responder_rate", "statistic": "proportion"}
CLAIM = {"id": "helps", "text": "It helps", "source": "somebody", "answer": ANSWER, "above": 0.5}
UNANSWERED = {"id": "helps", "text": "It helps", "source": "somebody", "not_answered": "nobody counted"}


@pytest.fixture(scope="module")
def content(root):
    return yaml.safe_load((root / "config/ldn.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def written(content, tmp_path):
    def write(**changes):
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**copy.deepcopy(content), **changes}), encoding="utf-8")
        return path

    return write


def changed(entry, **changes):
    return {name: value for name, value in {**entry, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (changed(RESULT, condition="fibromialgia"), r"unknown condition 'fibromialgia'; did you mean fibromyalgia\?"),
        (changed(RESULT, dose_group="3mg"), r"one: unknown dose_group '3mg'; did you mean 3 mg\?"),
        (changed(RESULT, responders=11), r"one: responders must be at most patients \(10\); received 11"),
        (changed(RESULT, patients=None), r"one: responders without patients"),
        (changed(RESULT, responders=-1), r"literature.0.responders: .*greater than or equal to 0; received -1"),
        (changed(RESULT, patients=0), r"literature.0.patients: .*greater than or equal to 1; received 0"),
        (changed(RESULT, definition="FM-PAIN-3"), r"one: definition 'FM-PAIN-3' is that of no endpoint for fibromya"),
        (changed(RESULT, definition="CD-CDAI-70"), r"one: definition 'CD-CDAI-70' is that of no endpoint for fibro"),
        (changed(RESULT, definition=None, remission=True), r"one: remission needs the definition that it belongs to"),
        (changed(RESULT, doi="doi.org/10.1/x"), r"literature.0.doi: .*received 'doi.org/10.1/x'"),
        (changed(RESULT, design=None), r"key 'literature.0.design' is missing"),
        (changed(RESULT, events=3), r"unknown key 'events'"),
    ],
)
def test_a_fault_of_a_published_result_is_named(written, result, expected):
    with pytest.raises(StudyError) as error:
        load_study(written(literature=[result]))
    assert re.search(expected, str(error.value))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (changed(CLAIM, above=None), r"needs exactly one of above, below, about; received none"),
        (changed(CLAIM, below=0.1), r"needs exactly one of above, below, about; received above, below"),
        (changed(CLAIM, not_answered="why"), r"needs either answer or not_answered, not both"),
        (changed(CLAIM, answer=None, above=None), r"needs either answer or not_answered"),
        (changed(UNANSWERED, own_bound=True), r"own_bound needs one of above, below, about"),
        (changed(CLAIM, own_bound="perhaps"), r"own_bound"),
        (changed(UNANSWERED, about=1), r"about needs an answer to compare it with"),
        (changed(CLAIM, answer={**ANSWER, "condition": "psoriasi"}), r"helps: answer: unknown condition 'psoriasi'"),
        (changed(CLAIM, answer={**ANSWER, "dose": "3 g"}), r"helps: answer: unknown dose '3 g'"),
        (changed(CLAIM, answer={"analysis": "responder_rate"}), r"key 'claims.0.answer.statistic' is missing"),
        (changed(CLAIM, text=""), r"claims.0.text: "),
    ],
)
def test_a_fault_of_a_claim_is_named(written, claim, expected):
    with pytest.raises(StudyError) as error:
        load_study(written(claims=[claim]))
    assert re.search(expected, str(error.value))


@pytest.mark.parametrize("key", ["literature", "claims"])
def test_no_identifier_is_used_twice(written, key):
    with pytest.raises(StudyError, match=f"{key}: (one|helps): used twice"):
        load_study(written(**{key: [RESULT, RESULT] if key == "literature" else [CLAIM, CLAIM]}))


def test_both_may_be_absent_or_complete(written, content):
    assert load_study(written(literature=[], claims=[])).claims == []
    study = load_study(written(literature=[RESULT], claims=[CLAIM, {**UNANSWERED, "id": "other"}]))
    assert study.literature[0].dose_group == "all"
    assert study.claims[0].answer is not None
    assert study.claims[0].answer.dose_attribution == "target"
    assert len(content["literature"]) > 10
