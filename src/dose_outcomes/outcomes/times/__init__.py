"""How soon, said with care: between visits, beside stopping, over a fixed time, by the dose of the day, for how long.

Beside the Kaplan-Meier curves of the first documented response (`outcomes.time_to_event`). All descriptive.
"""
