"""Outcomes research on a drug given at several doses for several conditions."""

__version__ = "0.1.0"
