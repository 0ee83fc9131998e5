"""What reaches Snakemake, which prints it: sentences meant for users; of any other error, where it happened."""

import traceback

import pytest

from dose_outcomes.engine import connect
from dose_outcomes.errors import ArgumentError, CohortDataError, UnexpectedError
from dose_outcomes.workflow import step

SECRET = "Ann Smith 1950"


@step
def fails(error: Exception) -> None:
    raise error


@step
def asks_the_engine() -> None:
    connect().raw_sql(f"SELECT CAST('{SECRET}' AS INTEGER)")


@step
def asks_pandera() -> None:
    import pandas as pd
    import pandera.pandas as pandera

    schema = pandera.DataFrameSchema({"patient_id": pandera.Column(str, pandera.Check.isin(["P1"]))})
    schema.validate(pd.DataFrame({"patient_id": [SECRET]}), lazy=True)


@step
def asks_pandas() -> None:
    import pandas as pd

    pd.to_numeric(pd.Series([SECRET]))


@step
def looks_up() -> None:
    raise KeyError(SECRET) from ValueError(SECRET)


@pytest.mark.parametrize("function", [asks_the_engine, asks_pandera, asks_pandas, looks_up])
def test_the_text_of_other_packages_is_kept_back(function):
    with pytest.raises(UnexpectedError, match="is kept back, as it may hold values of patients") as caught:
        function()
    printed = "".join(traceback.format_exception(caught.value))
    assert SECRET not in printed
    assert f"in {function.__name__}" in printed  # the way there is left


def test_own_sentences_pass():
    with pytest.raises(CohortDataError, match="file x: empty"):
        fails(CohortDataError("file x: empty"))
    with pytest.raises(ArgumentError, match="must rise"):
        fails(ArgumentError("bounds must rise"))
