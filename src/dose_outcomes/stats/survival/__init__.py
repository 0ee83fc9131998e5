"""Time to event, from counts by day: curves, tests, competing events, interval censoring, regression."""
