"""From the cohort to counts: expressions of the engine, one pass each. Only counts leave this layer."""
