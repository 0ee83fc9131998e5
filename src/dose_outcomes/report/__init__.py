"""The report: released results in, one self-contained HTML page out. No statistic is computed here."""
