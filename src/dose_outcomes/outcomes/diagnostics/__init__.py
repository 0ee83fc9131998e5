"""Whether the data can bear a comparison: balance, effective sample size, follow-up, precision, events per variable."""
