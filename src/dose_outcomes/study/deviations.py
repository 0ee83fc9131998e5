"""What was done otherwise than the protocol said."""

from __future__ import annotations

from dose_outcomes.study.base import Label, Part


class Deviation(Part):
    """A deviation from the protocol, listed in the report."""

    what: Label
    why: Label
