"""Events per person time.

One rate: `rate`. Two rates: `ratio`, `difference`. Regression on counts: `poisson`, `piecewise_exponential`. Several
events a patient: `recurrent`.
"""
