"""Times to an event: which, up to when, and on which days they are reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from dose_outcomes.errors import nearest
from dose_outcomes.study.base import Identifier, Label, Part

if TYPE_CHECKING:
    from dose_outcomes.study.model import Study

DAYS_PER_WEEK = 7
SURVIVAL_WEEKS = (4, 8, 12, 16, 24)
INCIDENCE_DAYS = (84, 168)
RESTRICTED_MEAN_DAYS = 168

Day = Annotated[int, Field(ge=1)]


def _usual_weeks(content: dict[str, Any]) -> list[int]:
    return [week for week in SURVIVAL_WEEKS if week * DAYS_PER_WEEK <= content.get("horizon_days", 0)]


def _usual_incidence_days(content: dict[str, Any]) -> list[int]:
    return [day for day in INCIDENCE_DAYS if day <= content.get("horizon_days", 0)]


def _usual_restricted_mean(content: dict[str, Any]) -> int:
    return min(RESTRICTED_MEAN_DAYS, int(content.get("horizon_days", RESTRICTED_MEAN_DAYS)))


class TimeToResponse(Part):
    """Days from first dose to the first visit at which the response is documented, and what is made of them."""

    endpoint: Identifier
    horizon_days: Day
    """Visits after it are not used."""
    risk_table_days: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
    survival_weeks: Annotated[list[Annotated[int, Field(ge=1)]], Field(default_factory=_usual_weeks)]
    """Weeks at which the share without a response, and without a sustained response, is given. When absent: those of
    4, 8, 12, 16 and 24 that lie within the horizon."""
    restricted_mean_days: Annotated[Day, Field(default_factory=_usual_restricted_mean)]
    """Days over which the mean time without a response is taken. When absent: 168, or the horizon when shorter."""
    incidence_days: Annotated[list[Day], Field(default_factory=_usual_incidence_days)]
    """Days at which the shares that responded first, and that stopped first, are given. When absent: those of 84 and
    168 that lie within the horizon."""
    stop_gap_days: Annotated[int, Field(ge=0)] = 30
    """A patient observed for more days than this after the last dose has stopped, even when no reason is recorded."""
    current_dose_from_day: Annotated[int, Field(ge=0)] = 0
    """Day from which the curves by dose taken begin (with `dose_attributions.current`). Early on few take the higher
    doses, and one of a few who responds would take a curve down for good."""


class TimeToEvent(Part):
    """Time to an event that the data give as such (table `times_to_event`)."""

    event: str
    """Name of the event in the table."""
    label: Label
    risk_table_days: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]


def check_times(study: Study) -> Iterator[str]:
    """Time-to-response analyses name an endpoint of the study, each once, and days within the horizon."""
    endpoints = {endpoint.id for endpoint in study.endpoints}
    seen: set[str] = set()
    for analysis in study.time_to_response:
        where = f"time_to_response: {analysis.endpoint}"
        if analysis.endpoint not in endpoints:
            close = nearest(analysis.endpoint, sorted(endpoints))
            hint = f"did you mean {close}?" if close else f"known: {', '.join(sorted(endpoints))}"
            yield f"time_to_response: unknown endpoint '{analysis.endpoint}'; {hint}"
        if analysis.endpoint in seen:
            yield f"{where}: used twice"
        seen.add(analysis.endpoint)
        single = {
            "restricted_mean_days": analysis.restricted_mean_days,
            "current_dose_from_day": analysis.current_dose_from_day,
        }
        several = {
            "risk_table_days": analysis.risk_table_days,
            "survival_weeks": [week * DAYS_PER_WEEK for week in analysis.survival_weeks],
            "incidence_days": analysis.incidence_days,
        }
        for key, day in single.items():
            if day > analysis.horizon_days:
                yield f"{where}: {key} goes beyond horizon_days"
        for key, days in several.items():
            if max(days, default=0) > analysis.horizon_days:
                yield f"{where}: {key} go beyond horizon_days"
            if len(set(days)) < len(days):
                yield f"{where}: {key} name the same day twice"
