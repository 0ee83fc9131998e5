"""A small release made by hand: three conditions, two doses, and every reason for an empty cell.

Shown, a true zero, hidden for a small count, hidden for another cell, no patients, not estimable.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from dose_outcomes.results import CURVE_COLUMNS, Result, identifier, shown_by_analysis, to_csv, to_frame


def _details() -> ModuleType:
    specification = importlib.util.spec_from_file_location("made_details", Path(__file__).with_name("made_details.py"))
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


details = _details()
DOSES = ("1 mg", "4 mg")
CONDITIONS = {"aches": "Aches", "itch": "Itch, chronic", "fatigue": "Fatigue"}
CODES = {"all": "response", "aches": "ACHE-30", "itch": "ITCH-4", "fatigue": "TIRED-2"}
PROVENANCE = {
    "code": "0123456789abcdef",
    "study_sha256": "ab" * 32,
    "lock_sha256": "cd" * 32,
    "inputs": [{"file": "patients.csv", "sha256": "ef" * 32, "bytes": 1024}],
    "versions": {"altair": "6.3.0", "pandas": "3.0.0"},
    "python": "3.11",
}

#: condition, dose: patients, responders, or what stands instead of a number
RESPONSES: dict[tuple[str, str], tuple[int | None, int | None, str, str]] = {
    ("all", "all"): (240, 84, "", ""),
    ("all", "1 mg"): (100, 25, "", ""),
    ("all", "4 mg"): (140, 59, "", ""),
    ("aches", "all"): (120, 40, "", ""),
    ("aches", "1 mg"): (50, 12, "", ""),
    ("aches", "4 mg"): (70, 28, "", ""),
    ("itch", "all"): (60, 20, "", ""),
    ("itch", "1 mg"): (25, None, "", "count below 5"),
    ("itch", "4 mg"): (None, None, "", "would give back another hidden count"),
    ("fatigue", "all"): (60, 24, "", ""),
    ("fatigue", "1 mg"): (0, 0, "no patients", ""),
    ("fatigue", "4 mg"): (60, 0, "", ""),
}
SIDE_EFFECTS = {"any": 0.5, "body_system: NERVOUS SYSTEM": 0.25, "term: Headache": 0.2, "term: Rash": 0.0}


def study(**changes: Any) -> dict[str, Any]:
    """Return an effective study."""
    definition = {
        "instrument": "SCALE",
        "label": "Response",
        "response": "pct_improve >= 30 or (improve > 1.5 and c_other <= 2)",
        "components": {"c_other": "SCALE"},
        "baseline_bound": 4,
        "week": 12,
        "window_weeks": 2,
        "validation": "pragmatic",
        "source": "made up",
    }
    return {
        "id": "made",
        "title": "A made study",
        "drug": {"name": "substance", "short_name": "SUB", "maximum_dose_mg": 10},
        "data": {"source": "csv", "nature": "synthetic"},
        "conditions": dict(CONDITIONS),
        "dose_groups": [
            {"label": "1 mg", "from_mg": 1, "below_mg": 2},
            {"label": "4 mg", "from_mg": 4, "below_mg": 5},
        ],
        "eligibility": [
            {"id": "age", "label": "Younger than 18 years", "column": "age", "at_least": 18},
            {"id": "free", "label": "Opioid", "without_drug_class": "opioid", "first_day": -10, "last_day": 0},
        ],
        "definitions": {code: definition for code in CODES.values() if code != "response"},
        "instruments": {"SCALE": {"label": "Scale of ten", "direction": "lower_better"}},
        "endpoints": [
            {
                "id": "response",
                "label": "Response at week 12",
                "definitions": {condition: CODES[condition] for condition in CONDITIONS},
                "visits": [],
                "baseline": {"first_day": -28, "last_day": 0, "choose": "last"},
                "missing_data": ["non_responder", "observed"],
                "dose_attribution": "target",
            }
        ],
        "time_to_response": [
            {"endpoint": "response", "horizon_days": 84, "risk_table_days": [0, 28, 56, 84], "incidence_days": [84]}
        ],
        "time_to_event": [],
        "side_effects": {"days_after_last_dose": 30, "count": "episodes", "resolved_within_days": [7]},
        "level": 0.95,
        "disclosure": {"minimum_count": 5},
        **details.STUDY,
        **changes,
    }


def around(share: float) -> dict[str, float]:
    """Return a share with an interval around it (no statistic is tested here)."""
    return {"estimate": share, "low": max(0.0, share - 0.1), "high": min(1.0, share + 0.12), "level": 0.95}


def responses() -> list[Result]:
    """Return the responder rates."""
    rows = []
    for (condition, dose), (n, events, note, suppressed) in RESPONSES.items():
        for handling in ("non_responder", "observed"):
            shown = around(events / n) if n and events is not None else {}
            rows.append(
                Result(
                    analysis="responder_rate",
                    endpoint=CODES[condition],
                    condition=condition,
                    dose=dose,
                    statistic="proportion",
                    missing_data=handling,
                    day=None if condition == "all" else 84,
                    n=n,
                    events=events,
                    method="Wilson score interval",
                    note=note or ("hidden" if suppressed else ""),
                    suppressed=suppressed,
                    **shown,
                )
            )
    return rows


def times() -> tuple[list[Result], list[dict[str, Any]]]:
    """Return medians, risk tables and curves."""
    rows, points = [], []
    for condition in ("all", *CONDITIONS):
        for dose in ("all", *DOSES):
            key = {"analysis": "time_to_response", "endpoint": CODES[condition], "condition": condition, "dose": dose}
            median = {"note": "not reached: 0.4 had the event by day 84"}
            if dose != "1 mg":
                median = {"estimate": 63.0, "low": 42.0, "note": "upper limit not reached"}
            rows.append(Result(**key, statistic="median_days", day=84, n=100, events=45, level=0.95, **median))
            for day, at_risk, events, censored in ((0, 100, 0, 0), (28, 80, 15, 5), (56, 60, 30, 10), (84, 8, 45, 47)):
                for statistic, value in (
                    ("number_at_risk", at_risk),
                    ("cumulative_events", events),
                    ("cumulative_censored", censored),
                ):
                    rows.append(Result(**key, statistic=statistic, day=day, estimate=float(value), n=100))
            curve = identifier((*key.values(), "target", "assessable"))
            for day, at_risk, share in ((28, 100, 0.85), (56, 80, 0.68), (70, 60, 0.55), (84, 8, 0.4)):
                points.append(
                    {
                        **dict.fromkeys(CURVE_COLUMNS, ""),
                        **key,
                        "curve_id": curve,
                        "day": day,
                        "at_risk": at_risk,
                        "events": 15,
                        "censored": 5,
                        **around(share),
                        "method": "Kaplan-Meier",
                    }
                )
    return rows, points


def side_effects(conditions: tuple[str, ...]) -> list[Result]:
    """Return incidences: shares and rates."""
    rows = []
    for condition in conditions:
        for dose, n in (("all", 200), ("1 mg", 80), ("4 mg", 120)):
            for endpoint, share in SIDE_EFFECTS.items():
                key = {
                    "analysis": "side_effect_incidence",
                    "endpoint": endpoint,
                    "condition": condition,
                    "dose": dose,
                    "n": n,
                }
                if endpoint == "term: Headache" and dose == "1 mg":
                    hidden = {"suppressed": "count below 5", "note": "hidden"}
                    rows.append(Result(**key, statistic="proportion", **hidden))
                    rows.append(Result(**key, statistic="rate_per_100_person_years", **hidden))
                    continue
                low = 0.0 if share == 0 else share - 0.05
                rows.append(
                    Result(
                        **key,
                        statistic="proportion",
                        estimate=share,
                        low=low,
                        high=share + 0.08,
                        level=0.95,
                        events=round(share * n),
                        method="Clopper-Pearson exact interval",
                    )
                )
                rows.append(
                    Result(
                        **key,
                        statistic="rate_per_100_person_years",
                        estimate=200 * share,
                        low=200 * low,
                        high=200 * share + 9,
                        level=0.95,
                        events=round(share * n),
                        person_years=n * 0.5,
                        method="Garwood exact interval",
                    )
                )
    return rows


def attrition() -> str:
    """Return attrition.csv."""
    lines = [
        "attrition_id,flow,unit,step,reason,before,excluded,after,suppressed",
        "a1,patients,patients,1,Younger than 18 years,300,40,260,",
        "a2,patients,patients,2,Opioid,260,0,260,",
        "a3,patients,patients,3,No target dose recorded,260,20,240,",
        '"a4","responder_rate: response, visit at day 84",patients,1,No score,240,,,count below 5',
        "a5,table: doses,rows,1,Patient is not analysed,5000,100,4900,",
    ]
    return "\n".join(lines) + "\n"


def write(folder: Path, content: dict[str, Any]) -> Path:
    """Write the release folder of a study and return it."""
    import pandas as pd

    conditions = ("all", *CONDITIONS)
    cohort = [
        Result(
            analysis="cohort",
            endpoint="",
            condition=condition,
            dose=dose,
            statistic="number_of_patients",
            n=RESPONSES[condition, dose][0],
            estimate=RESPONSES[condition, dose][0],
            note="" if RESPONSES[condition, dose][0] is not None else "hidden",
            suppressed="" if RESPONSES[condition, dose][0] is not None else "count below 5",
        )
        for condition in conditions
        for dose in ("all", *DOSES)
    ]
    time_rows, points = times()
    frame = to_frame([*cohort, *responses(), *time_rows, *side_effects(conditions), *details.results()])
    curves = pd.DataFrame([*points, *details.curves()], columns=list(CURVE_COLUMNS))
    folder.mkdir(parents=True, exist_ok=True)
    quality = {
        "tables": [
            {
                "table": "doses",
                "file": "doses.csv",
                "rows_read": 5100,
                "rows_set_aside": 100,
                "rows_used": 5000,
                "notes": ["comma between the cells"],
            }
        ],
        "released": {"minimum_count": 5, **shown_by_analysis(frame)},
        "summary": [
            {
                "category": category,
                "context": "verification",
                **{"passed": 11, "warned": 2, "failed": 0, "nothing to check": 1},
            }
            for category in ("conformance", "completeness", "plausibility")
        ],
        "checks": [
            {
                "id": identifier,
                "table": "doses",
                "column": "dose_mg",
                "status": status,
                "category": "plausibility",
                "failing": failing,
                "checked": 4800,
                "unit": "rows",
                "sentence": "must be between 0 and 10",
                "remedy": "Correct these rows",
                "effect": effect,
            }
            for identifier, status, failing, effect in (
                ("doses.dose_mg.few", "warned", "<5", "used as they stand"),
                ("doses.dose_mg.many", "warned", 7, "used as they stand"),
                ("doses.dose_mg.fine", "passed", 0, ""),
                ("doses.dose_mg.unasked", "nothing to check", 0, ""),
            )
        ],
    }
    for name, text in {
        "estimates.csv": to_csv(frame),
        "curves.csv": to_csv(curves),
        "attrition.csv": attrition(),
        "study.yaml": yaml.safe_dump(content, sort_keys=False, allow_unicode=True),
        "data_quality.json": json.dumps(quality),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
