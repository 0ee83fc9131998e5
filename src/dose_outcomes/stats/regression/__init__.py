"""Regression for a binary outcome, weighting, standardisation, balance, and the bootstrap, all from counts by pattern."""
