"""An endpoint that is a harm: who has its event is no responder, in no word of the results."""

import re

import pytest

HARM = {
    "id": "worse",
    "label": "Pain, worse",
    "kind": "harm",
    "definitions": {"fibromyalgia": "PAIN-WORSE"},
}
BENEFIT = {"id": "pain", "label": "Pain", "definitions": {"fibromyalgia": "FM-PAIN-30"}}
STUDY = {
    "definitions": {
        "PAIN-WORSE": {
            "instrument": "PAIN_NRS",
            "label": "Pain, worse",
            "type": "worsening",
            "response": "worsen >= 2",
            "week": 12,
            "window_weeks": 2,
            "source": "made",
        }
    },
    "dose_attributions": {"landmark_day": 28, "current": True, "show_biased_last_dose": True},
    "subgroups": [{"id": "sex", "label": "Sex", "column": "sex"}],
    "diagnostics": {"minimum_patients": 2, "minimum_events": 0},
}
TIMES = {
    "horizon_days": 84,
    "risk_table_days": [0],
    "restricted_mean_days": 84,
    "incidence_days": [84],
    "stop_gap_days": 200,
}


def words(spec, endpoint: dict) -> set[str]:
    """Return all words of the results that are no name: methods, notes, populations."""
    patients, doses = ["patient_id"], ["patient_id start_day end_day dose_mg target_dose_mg"]
    scores = ["patient_id day instrument score"]
    for number in range(12):
        name, mg = f"p{number:02d}", 4.5 if number % 2 else 1.5
        patients.append(name)
        doses.append(f"{name} 0 120 {mg} {mg}")
        # of every dose two are worse and two better at week 6, two each at week 12, the others stay
        at_6, at_12 = {0: (8, 8), 1: (2, 2), 2: (5, 8), 3: (5, 2)}.get(number // 2, (5, 5))
        scores += [f"{name} {day} PAIN_NRS {score}" for day, score in ((0, 5), (42, at_6), (84, at_12))]
    tables = {"patients": patients, "doses": doses, "assessments": scores}
    study = {**STUDY, "endpoints": [endpoint], "time_to_response": [{"endpoint": endpoint["id"], **TIMES}]}
    outcome = spec(study, **{name: "\n".join(lines) for name, lines in tables.items()})
    table = outcome.estimates
    assert {"responder_contrast", "time_to_response", "response_with_stopping"} <= set(table["analysis"])
    assert table["estimate"].notna().sum() > 50
    return set(table["method"]) | set(table["note"]) | set(table["population"])


@pytest.mark.parametrize(("endpoint", "event"), [(HARM, "event"), (BENEFIT, "response")])
def test_words_of_the_results(spec, endpoint, event):
    found = words(spec, endpoint)
    article = "an" if event == "event" else "a"
    wanted = (
        f"assessable, on the drug and without {article} {event} on the landmark day",
        f"first {event}s for each fitted hazard ratio",
    )
    assert all(text in found for text in wanted)
    for part in (
        f"competing: {event}",
        f"first documented {event}s per time at risk",
        f"or with {article} {event} before it",
        f"visit at which the {event} was documented",
    ):
        assert any(part in text for text in found), part
    responding = [text for text in found if re.search(r"(?<!dose[ -])respon", text)]
    assert bool(responding) is (event == "response"), responding
