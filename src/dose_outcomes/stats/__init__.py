"""Mathematics on counts: arrays in, small frozen results out. Nothing here knows a patient or a column."""
