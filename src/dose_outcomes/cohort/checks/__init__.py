"""The rules that the cohort tables must obey: what each says, how it is asked, what broke it."""
