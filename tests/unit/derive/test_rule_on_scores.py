"""A rule on scores that nobody has means what it means in the engine."""

import ibis
import numpy as np
import pandas as pd
import pytest

from dose_outcomes.catalogue import built_in
from dose_outcomes.catalogue.expression import COMPONENT, names_in, parse_rule
from dose_outcomes.derive.rule import response, response_to_scores, score_column

ALONE = sorted(
    code
    for code, definition in built_in().definitions.items()
    if definition.response and not any(COMPONENT.match(name) for name in names_in(parse_rule(definition.response)))
)


@pytest.mark.parametrize("code", ALONE)
def test_same_as_in_the_engine(code):
    definition = built_in().definitions[code]
    instruments = {one: built_in().instruments[one] for one in definition.instruments}
    instrument = instruments[definition.instrument]
    step = instrument.step or (instrument.maximum - instrument.minimum) / 100
    width = min(instrument.maximum, instrument.minimum + 400 * step)
    scores = np.round(np.arange(instrument.minimum, width + step / 2, max(step, (width - instrument.minimum) / 40)), 6)
    grid = pd.DataFrame([(base, value) for base in scores for value in scores], columns=["base", "value"])
    # remission may look at another score; the response does not
    others = {score_column(one): 0.0 for one in definition.instruments}
    table = ibis.memtable(grid.assign(row=range(len(grid)), **others))
    engine = table.mutate(holds=response(table, definition, instruments)).order_by("row").execute()["holds"]
    found = response_to_scores(scores[:, None], scores[None, :], definition, instrument)
    # unknown in the engine (a percentage of nothing) is no response here
    assert found.ravel().tolist() == engine.fillna(False).astype(bool).tolist()
    assert found.any()


def test_most_rules_are_among_them():
    assert len(ALONE) > 40
