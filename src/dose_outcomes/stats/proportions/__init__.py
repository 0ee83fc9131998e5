"""Proportions: one group, two groups, pairs, strata, doses."""
