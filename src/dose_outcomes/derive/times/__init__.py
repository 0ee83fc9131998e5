"""Times to response as intervals between visits, beside stopping, by the dose of the day, and how long it lasts."""
