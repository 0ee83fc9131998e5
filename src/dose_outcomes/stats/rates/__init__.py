"""Events per person time: one rate, two rates, regression on counts, recurrent events."""
