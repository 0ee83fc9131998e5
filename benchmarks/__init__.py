"""Speed, memory, and how often intervals hold the truth, asserted: `make bench`, or `python -m benchmarks NAME`."""
