"""Imputation and weights from patterns: against statsmodels, and against what nobody would know of real patients."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from dose_outcomes.outcomes.missing_patterns import VisitPatterns
from dose_outcomes.results import ALL
from dose_outcomes.study import load_study
from dose_outcomes.study.robustness import MissingDataLadder

CONDITIONS, DOSES = ("a", "b"), ("low", "high")


@pytest.fixture
def study(root):
    return load_study(root / "config/ldn.yaml")


def made_up(size: int) -> tuple[pd.DataFrame, pd.Series]:
    """Return patterns in which those who responded before are seen more often, and the true share by condition."""
    generator = np.random.default_rng(7)
    rows = []
    for condition, dose, earlier, stopped, high in product(CONDITIONS, DOSES, (0, 1), (0, 1), (0, 1)):
        n = int(generator.integers(size, 2 * size))
        log_odds = -1.2 + 2.4 * earlier + 0.5 * (condition == "b") + 0.3 * (dose == "high") - 0.8 * stopped - 0.2 * high
        seen = 0.35 + 0.5 * earlier - 0.2 * stopped + 0.1 * high
        observed = int(generator.binomial(n, seen))
        share = 1 / (1 + np.exp(-log_odds))
        responders = int(generator.binomial(observed, share))
        rows.append((condition, dose, earlier, stopped, high, n, observed, responders, n * share))
    columns = ["condition", "dose", "earlier", "stopped", "high_baseline", "n", "observed", "observed_responders", "t"]
    table = pd.DataFrame(rows, columns=columns)
    sums = table.groupby("condition")[["t", "n"]].sum()
    return table.drop(columns="t"), sums["t"] / sums["n"]


def visit(table: pd.DataFrame, study, **settings) -> VisitPatterns:
    return VisitPatterns(table, {}, MissingDataLadder(**settings), study)


def test_imputed_responders_are_those_that_a_logistic_model_of_statsmodels_expects(study):
    table, _ = made_up(60)
    found = visit(table, study, imputations=4000).imputation
    indicators = pd.DataFrame(
        {
            "one": 1.0,
            "b": table["condition"] == "b",
            "low": table["dose"] == "low",
            **{name: table[name] for name in ("earlier", "stopped", "high_baseline")},
        }
    ).astype(float)
    seen = table["observed"] > 0
    outcome = np.column_stack([table["observed_responders"], table["observed"] - table["observed_responders"]])[seen]
    fitted = GLM(outcome, indicators[seen], family=Binomial()).fit()
    expected = fitted.predict(indicators) * (table["n"] - table["observed"])
    assert found.imputed.mean(axis=0) == pytest.approx(expected.to_numpy(), abs=1.0)
    assert found.imputed.sum(axis=1).mean() == pytest.approx(expected.sum(), rel=0.01)
    assert "given last response, stopping and its reason, condition" in found.method


def test_both_find_the_truth_where_seeing_depends_on_what_was_seen_before(study):
    table, truth = made_up(3000)
    whole = visit(table, study, imputations=50)
    for condition in CONDITIONS:
        cell = whole.cell(condition, ALL)
        imputed, n = whole.imputation.imputed[:, cell.kept].sum(axis=1).mean(), cell.n
        assert (cell.responders + imputed) / n == pytest.approx(truth[condition], abs=0.015)
        assert cell.weighted().estimate == pytest.approx(truth[condition], abs=0.015)
        # those seen respond far more often than all would
        assert cell.responders / cell.observed > truth[condition] + 0.05


def test_a_predictor_that_the_observed_cannot_tell_is_left_out(study):
    table, _ = made_up(60)
    table.loc[table["stopped"] == 1, ["observed", "observed_responders"]] = 0
    found = visit(table, study).imputation
    assert len(found.imputed) == 100
    assert "stopping" not in found.method
    # a condition of which nobody was seen cannot be left out
    table.loc[table["condition"] == "b", ["observed", "observed_responders"]] = 0
    nothing = visit(table, study)
    assert len(nothing.imputation.imputed) == 0
    assert "differ from all observed" in nothing.imputation.note
    assert nothing.cell("b", ALL).weighted().note.startswith("positivity fails")
    assert nothing.cell("a", ALL).weighted().estimate is not None
