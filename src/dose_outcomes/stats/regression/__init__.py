"""Regression for a binary outcome, weighting, standardisation, balance and the bootstrap, from counts by pattern."""
