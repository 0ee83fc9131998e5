"""Speed and memory, asserted: `make bench`, or `python -m benchmarks NAME`."""
