"""Every table of counts, by what it counts. A new one is a line in a module here, and the function that makes it."""
