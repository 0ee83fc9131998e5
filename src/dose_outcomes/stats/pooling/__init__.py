"""Pooling: over studies or conditions, over imputations, and over the tests of a family."""
