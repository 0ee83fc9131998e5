"""The synthetic cohort as tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from pandas.api.types import is_bool_dtype

from dose_outcomes.simulate.course import draw_course
from dose_outcomes.simulate.medications import draw_medications
from dose_outcomes.simulate.parameters import Parameters
from dose_outcomes.simulate.population import draw_design
from dose_outcomes.simulate.scores import draw_scores
from dose_outcomes.simulate.tables import (
    assessments_table,
    doses_table,
    indications_table,
    medications_table,
    patient_ids,
    patients_table,
    side_effects_table,
)


def simulate(parameters: Parameters, n: int | None = None, ids: pd.Series | None = None) -> dict[str, pd.DataFrame]:
    """Draw a synthetic cohort.

    Parameters
    ----------
    parameters : Parameters
        What to draw from; the seed is one of them.
    n : int or None
        Number of patients; as the parameters say when None.
    ids : Series or None
        Their names, in order; numbered from 1 when None.

    Returns
    -------
    dict of str to DataFrame
        The six cohort tables by name, each sorted by its key. Days are days since first dose, doses mg a day.
    """
    size = parameters.patients if n is None else n
    course = draw_course(parameters, *draw_design(parameters, size))
    ids = patient_ids(size) if ids is None else ids
    return {
        "patients": patients_table(course, ids),
        "indications": indications_table(parameters, course, ids),
        "doses": doses_table(parameters, course, ids),
        "assessments": assessments_table(draw_scores(parameters, course), ids),
        "side_effects": side_effects_table(parameters, course, ids),
        "medications": medications_table(draw_medications(parameters, course), ids),
    }


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV: empty for missing, true and false, line feeds, the same bytes everywhere."""
    text = frame.copy()
    for column in text.columns:
        if is_bool_dtype(text[column]):
            text[column] = text[column].map({True: "true", False: "false"})
    path.write_bytes(text.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode())
