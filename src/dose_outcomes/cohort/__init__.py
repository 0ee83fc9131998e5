"""The cohort: its tables, where they come from, what they must satisfy."""
