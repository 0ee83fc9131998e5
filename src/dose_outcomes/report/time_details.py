"""Time to response looked at otherwise: between visits, beside stopping, over a fixed time, by the dose of the day."""

from __future__ import annotations

from typing import Any

from dose_outcomes.report.grids import Cell, Form, Grid, Line, compared, dose_heads, grid
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import codes
from dose_outcomes.report.wording import Wording, of_kind, week
from dose_outcomes.results import ALL

RESPONSE = "time_to_response"
BETWEEN = "time_to_response_interval_censored"
COMPETING = "response_with_stopping"
CURRENT = "time_to_response_by_current_dose"
SPACING = "visit_spacing"
STOPPING = "stopping before "
#: analysis, statistic, form, dose attribution, words
LINES: tuple[tuple[str, str, Form, str, str], ...] = (
    (RESPONSE, "median_days", "days", "target", "Median, days: first visit with a response (Kaplan-Meier)"),
    (BETWEEN, "median_days", "days", "target", "Median, days: the response began between two visits (Turnbull)"),
    (BETWEEN, "median_difference_days", "number", "target", "How much later the first of these is, days"),
    (RESPONSE, "rmst_days", "estimate", "target", "Mean days without response"),
    (RESPONSE, "rmst_difference", "estimate", "target", "Its difference from {reference}, days"),
    ("time_to_sustained_response", "median_days", "days", "target", "Median, days: beginning of a response that lasts"),
    ("duration_of_response", "median_days", "days", "target", "Median days until a response is lost, of responders"),
    (CURRENT, "hazard_ratio", "estimate", "current", "Hazard ratio at the dose taken, against {reference}"),
)
TESTS = (
    (RESPONSE, "logrank_test", "", "Do times to response differ between doses? (log-rank)"),
    (RESPONSE, "logrank_trend_test", "", "Is there a trend over doses? (log-rank)"),
    (BETWEEN, "interval_censored_test", "", "Do they differ, taken as intervals between visits?"),
    (COMPETING, "gray_test", "", "Does the share with a response differ, stopping being the alternative? (Gray)"),
    (COMPETING, "gray_test", STOPPING, "Does the share that stopped before a response differ? (Gray)"),
    (CURRENT, "logrank_test", "", "Do responses differ by the dose taken on the day? (Mantel-Byar)"),
    (CURRENT, "proportional_hazards_test", "", "Does the hazard ratio of the dose taken change with time?"),
)


class TimeDetails:
    """The tables of one question about time to response, each None where nothing was released for it."""

    def __init__(self, question: dict[str, Any], register: Register, wording: Wording) -> None:
        self._register, self._wording = register, wording
        endpoints = {endpoint["id"]: endpoint for endpoint in wording.study.get("endpoints", [])}
        self._endpoint = endpoints[question["endpoint"]]
        rows = register.select(RESPONSE, statistic="rmst_difference")
        self.reference, self.doses = compared(wording, rows)
        self.incidence_days: list[int] = question.get("incidence_days", [])
        self.overview = self._overview(question)
        self.tests = self._tests()
        self.incidence = self._incidence(question)
        self.by_condition = self._by_condition(question)
        self.spacing = self._spacing()

    @property
    def direction(self) -> str:
        """Which heights of the cumulative incidences are better, as a sentence."""
        return (
            "Lower is better in both."
            if self._endpoint.get("kind") == "harm"
            else "Higher is better in the upper panel, lower in the one below it."
        )

    def words(self, text: str) -> str:
        """Return words about the endpoint's responses, or events where it is a harm."""
        return of_kind(text, self._endpoint)

    def _find(
        self, analysis: str, statistic: str, condition: str, dose: str, prefix: str = "", **key: Any
    ) -> Estimate | None:
        for name in codes(self._endpoint, condition):
            row = self._register.one(analysis, statistic, condition, dose, endpoint=f"{prefix}{name}", **key)
            if row:
                return row
        return None

    def _overview(self, question: dict[str, Any]) -> Grid | None:
        lines = []
        for analysis, statistic, form, attribution, words in LINES:
            cells = [
                Cell(
                    form,
                    self._find(analysis, statistic, self._wording.total, dose.identifier, dose_attribution=attribution),
                )
                for dose in self._wording.columns
            ]
            cells = [
                Cell("words", text="reference" if dose.label == self.reference else "–")
                if cell.row is None and statistic in ("rmst_difference", "hazard_ratio")
                else cell
                for cell, dose in zip(cells, self._wording.columns, strict=True)
            ]
            lines.append(Line(self.words(words).format(reference=self.reference), cells))
        restricted = question.get("restricted_mean_days")
        mean = f" The mean counts the first {restricted} days." if restricted else ""
        return grid(
            self.words("Time to response in other ways"),
            "What is counted",
            dose_heads(self._wording.columns),
            lines,
            f"All conditions, {self._wording.interval}.{mean} A hazard ratio above one: sooner.",
        )

    def _tests(self) -> Grid | None:
        lines = []
        for analysis, statistic, prefix, words in TESTS:
            row = self._find(analysis, statistic, self._wording.total, ALL, prefix)
            lines.append(Line(self.words(words), [Cell("number", row), Cell("test", row)]))
        title = self.words("Times to response: tests over doses")
        return grid(title, "Question", ["Statistic", "p"], lines, "All conditions.")

    def incidence_row(self, prefix: str, dose: str, day: int) -> Estimate | None:
        """Return the cumulative incidence of response, or of stopping before it, by a day."""
        return self._find(COMPETING, "cumulative_incidence", self._wording.total, dose, prefix, day=day)

    @property
    def names(self) -> list[str]:
        """Names under which the results of all conditions stand."""
        return codes(self._endpoint, self._wording.total)

    def _incidence(self, question: dict[str, Any]) -> Grid | None:
        lines = [
            Line(
                f"{self.words(words)} by {week(day)}",
                [Cell("share", self.incidence_row(prefix, dose.identifier, day)) for dose in self._wording.columns],
            )
            for prefix, words in (("", "Response"), (STOPPING, "Stopped before a response"))
            for day in question.get("incidence_days", [])
        ]
        return grid(
            self.words("What comes first: a response, or stopping"),
            "What came first",
            dose_heads(self._wording.columns),
            lines,
            f"All conditions. Cumulative incidence, {self._wording.interval}, patients with it/patients."
            + self._wording.hidden_legend,
        )

    def _by_condition(self, question: dict[str, Any]) -> Grid | None:
        days = question.get("incidence_days", [])[-1:]
        lines = [
            Line(
                self._wording.condition(condition),
                [
                    Cell("days", self._find(RESPONSE, "median_days", condition, ALL)),
                    Cell("days", self._find(BETWEEN, "median_days", condition, ALL)),
                    Cell("estimate", self._find(RESPONSE, "rmst_days", condition, ALL)),
                    *(
                        Cell("share", self._find(COMPETING, "cumulative_incidence", condition, ALL, prefix, day=day))
                        for day in days
                        for prefix in ("", STOPPING)
                    ),
                    Cell("test", self._find(RESPONSE, "logrank_test", condition, ALL)),
                ],
            )
            for condition in self._endpoint["definitions"]
        ]
        shares = [f"{self.words(words)} by {week(day)}" for day in days for words in ("Response", "Stopped before")]
        return grid(
            self.words("Time to response in each condition, all doses"),
            "Condition",
            ["Median, first visit", "Median, between visits", "Mean days without", *shares, "Doses differ"],
            lines,
            f"{self._wording.interval}; the last column is the p value of the log-rank test."
            + self._wording.hidden_legend,
        )

    def _spacing(self) -> Grid | None:
        found = [
            (
                condition,
                [
                    self._find(SPACING, f"{name}_days", condition, ALL)
                    for name in ("median", "lower_quartile", "upper_quartile")
                ],
            )
            for condition in dict.fromkeys([self._wording.total, *self._endpoint["definitions"]])
        ]
        lines = [
            Line(
                self._wording.condition(condition),
                [Cell("median", rows[0], (rows[1], rows[2]))],
                total=condition == ALL,
            )
            for condition, rows in found
        ]
        return grid(
            "Days between assessed visits", "Condition", ["Median, quartiles"], lines,
            self.words("A response is found only at a visit: who is seen more often seems to respond sooner."),
        )  # fmt: skip
