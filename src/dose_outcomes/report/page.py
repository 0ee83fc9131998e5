"""The report: one page, written from a release."""

from __future__ import annotations

import math
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dose_outcomes.report import methods
from dose_outcomes.report.answer import Printed, cards, title
from dose_outcomes.report.attrition import Flow, flows
from dose_outcomes.report.baseline import baseline
from dose_outcomes.report.build_checks import build_checks
from dose_outcomes.report.checklists import PLACES, checklists
from dose_outcomes.report.compact import compact
from dose_outcomes.report.comparisons import Comparisons
from dose_outcomes.report.conditions import conditions
from dose_outcomes.report.course import course
from dose_outcomes.report.design import windows
from dose_outcomes.report.diagnostics import Diagnostics, strip
from dose_outcomes.report.dose_response import dose_response_tests, dose_responses, drawn_panels
from dose_outcomes.report.drawings import drawing as draw
from dose_outcomes.report.estimands import estimand, views
from dose_outcomes.report.figures.design_diagram import days_in_words
from dose_outcomes.report.figures.incidence_curves import causes, shown_points, undrawn
from dose_outcomes.report.grids import failed, in_heads, words_of
from dose_outcomes.report.harm_course import HarmCourse
from dose_outcomes.report.harm_details import HarmDetails
from dose_outcomes.report.harm_diagnostics import HarmDiagnostics
from dose_outcomes.report.hidden import absence, suppression
from dose_outcomes.report.leads import doses_lead, response_lead, side_effects_lead, time_lead
from dose_outcomes.report.limits import caution, families, limits
from dose_outcomes.report.literature import Literature
from dose_outcomes.report.numbering import Numbering
from dose_outcomes.report.numbers import data_element
from dose_outcomes.report.parts import parts
from dose_outcomes.report.policy import content_security_policy
from dose_outcomes.report.quality import quality
from dose_outcomes.report.references import all_references
from dose_outcomes.report.register import Register
from dose_outcomes.report.release import Release
from dose_outcomes.report.response import responses
from dose_outcomes.report.robustness import Robustness
from dose_outcomes.report.rules import RULES
from dose_outcomes.report.scores import scores
from dose_outcomes.report.side_effects import MOST_TERMS_DRAWN, side_effects, side_effects_by_condition
from dose_outcomes.report.time_details import TimeDetails
from dose_outcomes.report.times import MedianRow, persistence, times
from dose_outcomes.report.trace import Trace
from dose_outcomes.report.wording import MISSING_DATA, Wording, in_sentence, plain, week

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

SECTIONS = (
    ("answer", "Answer"),
    ("included", "Included"),
    ("response", "Response"),
    ("time", "Time"),
    ("change", "Change"),
    ("treatment", "Treatment"),
    ("harms", "Side effects"),
    ("literature", "Literature"),
    ("conditions", "Conditions"),
    ("quality", "Data"),
    ("methods", "Methods"),
    ("verify", "Verify"),
)
ANALYSES = {
    "responder_rate": "Share of responders",
    "time_to_response": "Time to response",
    "time_to_event": "Time to an event",
    "side_effect_incidence": "Side effects",
}


def render(release: Release) -> str:
    """Return the whole HTML page.

    The same release gives the same bytes: no clock, no random name, nothing of the machine.
    """
    from markupsafe import Markup

    wording = Wording(release.study)
    register = Register(release.estimates, release.curves, release.attrition)
    trace = Trace()
    environment = _environment(wording, trace)
    content = _content(release, register, wording)
    # what is said of the page last is checked on what was written before
    body = compact(environment.get_template("body.jinja").render(content))
    last = environment.get_template("last.jinja").render(content, build_checks=build_checks(body, register))
    body += compact(last)
    style, script = _asset("style.css"), _asset("script.js")
    page: str = environment.get_template("page.html.jinja").render(
        content,
        sections=[(id, text) for id, text in SECTIONS if f'<section id="{id}"' in body],
        body=Markup(body),  # written by the templates, which escape
        style=Markup(style),
        script=Markup(script),
        register=Markup(trace.to_json()),
        policy=content_security_policy(style, script),
    )
    return page


def files_of(page: str) -> dict[str, str]:
    """Return the tables and figures of a page as files: path below the folder of the report, and text."""
    return parts(page, _asset("style.css"))


def _asset(name: str) -> str:
    return files("dose_outcomes.report").joinpath("templates", name).read_text(encoding="utf-8")


def _environment(wording: Wording, trace: Trace) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("dose_outcomes.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def number(row: Any, column: str = "estimate", unit: bool = True) -> Markup:
        trace.add(row)
        return data_element(row, column, unit)

    environment.globals.update(
        number=number,
        absence=lambda row: absence(row, wording.minimum),
        suppression=lambda reason: suppression(reason, wording.minimum),
        failed=failed,
        wording=wording,
        numbering=Numbering(),
        drawing=lambda kind, figure, content: draw(kind, figure, content, wording),
        missing_data_words=lambda handling: MISSING_DATA.get(handling, plain(handling)),
        week_name=lambda day: week(day).capitalize(),
        flow_title=lambda flow: _flow_title(flow, wording),
        by=_by,
        days_in_words=days_in_words,
        points_of=shown_points,
        undrawn_doses=lambda panels: undrawn(panels, wording),
        in_heads=in_heads,
        hidden_note=wording.hidden_legend,
    )
    environment.tests["printed"] = lambda part: isinstance(part, Printed)
    environment.tests["finite"] = lambda limit: limit is not None and math.isfinite(limit)
    environment.filters["sentence_case"] = in_sentence
    return environment


def _content(release: Release, register: Register, wording: Wording) -> dict[str, Any]:
    study = release.study
    found_responses = responses(register, wording)
    primary = found_responses[0] if found_responses else None
    effects = side_effects(register, wording, wording.total)
    several = len(wording.conditions) > 1
    details = [TimeDetails(question, register, wording) for question in study.get("time_to_response", [])]
    found_times = times(register, wording)
    synthetic = study["data"]["nature"] == "synthetic"
    harm_diagnostics = HarmDiagnostics(register, wording)
    differences = doses_lead(primary, effects, register, wording)
    return {
        "study_title": plain(study["title"]),
        "nature": "synthetic" if synthetic else "real",
        "badge": _badge(synthetic, wording.minimum),
        "title": title(primary, effects, wording, compared=bool(differences)),
        "doses_lead": differences,
        "cards": cards(register, primary, effects, wording),
        "caution": caution(study, primary, wording),
        "flows": flows(register),
        "patients": _patients(register, wording),
        "responses": found_responses,
        "views": {
            endpoint["id"]: found
            for endpoint in study.get("endpoints", [])
            if (found := views(endpoint, register, wording))
        },
        "times": found_times,
        "response_leads": {one.identifier: response_lead(one, register, wording) for one in found_responses},
        "time_lead": time_lead(found_times, details, wording),
        "harm_lead": side_effects_lead(effects, register, wording),
        "baseline": baseline(register, wording),
        "comparisons": {one.identifier: Comparisons(one, register, wording) for one in found_responses},
        "strips": [("Response", strip(found_responses, register, wording)), ("Side effects", harm_diagnostics.strip)],
        "harm_diagnostics": harm_diagnostics,
        "diagnostics": {one.identifier: Diagnostics(one, register, wording) for one in found_responses},
        "robustness": {one.identifier: Robustness(one, register, wording) for one in found_responses},
        "dose_responses": {
            one.identifier: drawn_panels(dose_responses(one, register, wording)) for one in found_responses
        },
        "dose_response_tests": {one.identifier: dose_response_tests(one, register, wording) for one in found_responses},
        "time_details": [(one, causes(one, register, wording)) for one in details],
        "persistence": persistence(register, wording),
        "course": course(register, wording),
        "scores": scores(register, wording),
        "harms": HarmDetails(effects, register, wording),
        "harm_course": HarmCourse(effects, register, wording),
        "effects": effects,
        "literature": Literature(register, wording),
        "checklists": checklists(),
        "anchors": {**dict(SECTIONS), **PLACES},
        "windows": windows(wording),
        "rules": RULES,
        "deviations": study.get("deviations") or [],
        "conditions": conditions(found_responses, register, wording),
        "effect_methods": register.methods("side_effect_incidence", "proportion"),
        "effects_by_condition": side_effects_by_condition(effects, register, wording) if several else None,
        "many_terms": len(effects.of("term")) > MOST_TERMS_DRAWN,
        "quality": quality(release.data_quality),
        "criteria": methods.criteria(wording),
        "dose_groups": methods.dose_groups(wording),
        "endpoint_texts": [
            {
                "label": plain(endpoint["label"]),
                "missing_data": methods.missing_data_text(endpoint),
                "baseline": methods.baseline_text(endpoint),
                "definitions": methods.definitions(endpoint, wording),
                "estimand": estimand(endpoint),
            }
            for endpoint in study.get("endpoints", [])
        ],
        "estimators": _estimators(register),
        "references": all_references(
            [*(row.method for row in register.all_estimates), *(point.method for point in register.all_points)]
        ),
        "horizons": [
            f"Time to response: visits up to {methods.horizon_text(question)} after the first dose"
            for question in study.get("time_to_response", [])
        ],
        "at_risk": methods.at_risk_text(study),
        "event": methods.event_text(study),
        "limits": limits(study, register, wording),
        "families": families(register),
        "diagnostic_bounds": methods.diagnostic_bounds(study),
        "provenance": release.provenance,
    }


def _badge(synthetic: bool, minimum: int) -> str:
    nature = "Synthetic data: no real patient" if synthetic else "Real data"
    counts = f"counts below {minimum} hidden" if minimum > 1 else "small counts are shown (disclosure minimum 0)"
    return f"{nature} · {counts}"


def _by(methods: list[str]) -> Markup:
    """Return the names of methods in brackets, as labels."""
    from markupsafe import Markup

    names = "; ".join(plain(method) for method in methods)
    return Markup(' (<bdi class="label">{}</bdi>)').format(names) if names else Markup("")


def _patients(register: Register, wording: Wording) -> list[MedianRow]:
    conditions = [*dict.fromkeys([wording.total, *wording.conditions])]
    return [
        MedianRow(
            wording.condition(condition),
            condition == wording.total and len(wording.conditions) > 1,
            {
                dose.identifier: register.find("cohort", "number_of_patients", condition, dose.identifier)
                for dose in wording.columns
            },
        )
        for condition in conditions
    ]


def _estimators(register: Register) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return how each statistic of each analysis was computed, once, in the words of the results themselves."""
    found: dict[str, dict[str, str]] = {}
    for row in register.all_estimates:
        if row.method and row.analysis != "multiplicity":
            method = plain(row.method.partition("; adjusted p:")[0].partition("; threshold:")[0])
            found.setdefault(row.analysis, {}).setdefault(row.statistic, method)
    return [
        (words_of(analysis, ANALYSES), [(words_of(statistic), method) for statistic, method in methods.items()])
        for analysis, methods in found.items()
    ]


def _flow_title(flow: Flow, wording: Wording) -> str:
    """Name a flow such as `responder_rate: primary_response, visit at day 56` in words."""
    kind, _, rest = flow.name.partition(": ")
    names = {"patients": "Patients of the study", "table": "Table", "side_effects": "Records of side effects"}
    words = names.get(kind) or ANALYSES.get(kind) or kind.replace("_", " ")
    for endpoint in wording.study.get("endpoints", []):
        if kind == "responder_rate" and endpoint["id"] == rest.partition(",")[0] and endpoint.get("kind") == "harm":
            words = "Share of patients with the event"
        rest = rest.replace(endpoint["id"], in_sentence(plain(endpoint["label"])))
    return f"{words}: {rest.replace('_', ' ')}" if rest else words
