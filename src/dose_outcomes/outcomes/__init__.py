"""One module a question: counts and statistics meet here, and only here, to become results."""
