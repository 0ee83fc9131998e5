"""References of methods: read from the docstrings of the functions that compute them, which are their one source."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1]
#: What the words of a method say, and the function that does it; more special words before those they contain.
FUNCTIONS: tuple[tuple[str, str, str], ...] = (
    ("Wilson score interval", "stats/proportions/single.py", "wilson"),
    ("Clopper-Pearson exact interval", "stats/proportions/single.py", "clopper_pearson"),
    ("risk difference with Miettinen-Nurminen",
     "stats/proportions/difference.py", "risk_difference_miettinen_nurminen"),
    ("risk ratio with Miettinen-Nurminen", "stats/proportions/ratio.py", "risk_ratio_miettinen_nurminen"),
    ("odds ratio with Miettinen-Nurminen", "stats/proportions/odds.py", "odds_ratio_miettinen_nurminen"),
    ("Newcombe hybrid score interval", "stats/proportions/difference.py", "risk_difference_newcombe"),
    ("of each proportion (Zou and Donner)", "stats/proportions/difference.py", "difference_of_estimates"),
    ("number needed to treat", "stats/proportions/number_needed.py", "number_needed_to_treat"),
    ("Mantel-Haenszel risk difference with Sato", "stats/proportions/stratified.py", "mantel_haenszel_risk_difference"),
    ("Greenland-Robins interval", "stats/proportions/stratified.py", "mantel_haenszel_risk_ratio"),
    ("Robins-Breslow-Greenland interval", "stats/proportions/stratified.py", "mantel_haenszel_odds_ratio"),
    ("Cochran-Mantel-Haenszel test", "stats/proportions/stratified_tests.py", "cochran_mantel_haenszel"),
    ("Breslow-Day test", "stats/proportions/stratified_tests.py", "breslow_day"),
    ("heterogeneity of Mantel-Haenszel odds ratios",
     "stats/proportions/subgroup_odds.py", "heterogeneity_of_odds_ratios"),
    ("N - 1 chi-square test", "stats/proportions/association.py", "n_minus_one_test"),
    ("Fisher's exact test", "stats/proportions/association.py", "fisher_exact"),
    ("chi-square test of homogeneity", "stats/proportions/association.py", "homogeneity_chi_square"),
    ("Cochran-Armitage trend test", "stats/proportions/trend.py", "cochran_armitage"),
    ("Mantel's trend test", "stats/proportions/trend.py", "mantel_trend"),
    ("mean change with paired t interval", "stats/proportions/paired_scores.py", "mean_change"),
    ("regression to the mean", "stats/proportions/regression_to_the_mean.py", ""),
    ("least-squares line of the score before", "stats/proportions/regression_to_the_mean.py", ""),
    ("cut at the bound", "stats/proportions/usual_score.py", "usual_score"),
    ("among the missing", "stats/proportions/tipping_point.py", ""),
    ("weighted by the inverse share observed",
     "stats/proportions/inverse_probability_of_observation.py", "weighted_by_observation"),
    ("multiple imputation by logistic regression", "stats/pooling/imputation.py", "impute_endpoint"),
    ("Rubin's rules", "stats/pooling/rubin.py", "rubin_rules"),
    ("after imputation", "stats/pooling/imputation.py", "imputed_proportion"),
    ("beta-binomial", "stats/pooling/beta_binomial.py", "beta_binomial_shrinkage"),
    ("weight of the mean over conditions", "stats/pooling/beta_binomial.py", "beta_binomial_shrinkage"),
    ("likelihood ratio, half of chi-square", "stats/pooling/beta_binomial.py", "beta_binomial_shrinkage"),
    ("Benjamini-Hochberg", "stats/pooling/multiplicity.py", "adjust_p_values"),
    ("Hochberg", "stats/pooling/multiplicity.py", "adjust_p_values"),
    ("Holm", "stats/pooling/multiplicity.py", "adjust_p_values"),
    ("Hommel", "stats/pooling/multiplicity.py", "adjust_p_values"),
    ("Bonferroni", "stats/pooling/multiplicity.py", "adjust_p_values"),
    ("Garwood exact interval", "stats/rates/rate.py", "garwood"),
    ("conditional exact interval", "stats/rates/ratio.py", "rate_ratio_exact"),
    ("rate difference with Miettinen-Nurminen", "stats/rates/difference.py", "rate_difference_score"),
    ("mean cumulative count", "stats/rates/recurrent_counts.py", "mean_cumulative_count_of_counts"),
    ("reverse Kaplan-Meier", "outcomes/diagnostics/follow_up.py", "median_days"),
    ("Kaplan-Meier", "stats/survival/kaplan_meier.py", "kaplan_meier"),
    ("beta-product", "stats/survival/beta_product.py", "beta_product_limits"),
    ("Brookmeyer-Crowley limits", "stats/survival/quantile.py", "quantile"),
    ("Aalen-Johansen", "stats/survival/competing.py", "aalen_johansen"),
    ("Gray's test", "stats/survival/gray.py", "gray_test"),
    ("difference of restricted means", "stats/survival/restricted_mean.py", "restricted_mean_difference"),
    ("restricted mean to day", "stats/survival/restricted_mean.py", "restricted_mean"),
    ("Mantel-Byar test", "stats/survival/simon_makuch.py", "simon_makuch"),
    ("trend of log-rank test", "stats/survival/logrank.py", "logrank_trend"),
    ("log-rank test", "stats/survival/logrank.py", "logrank"),
    ("Turnbull estimate", "stats/survival/turnbull_curve.py", "turnbull_curve"),
    ("test of interval-censored times", "stats/survival/interval_censored_tests.py", "interval_censored_test"),
    ("Cox regression", "stats/survival/cox.py", "cox_regression"),
    ("test of proportional hazards", "stats/survival/proportional_hazards.py", "proportional_hazards_test"),
    ("multiple contrast test", "stats/dose_response/contrast_test.py", "contrast_test"),
    ("generalised least squares", "stats/dose_response/fit.py", "fit_dose_response"),
    ("generalised MCP-Mod", "stats/dose_response/mcp_mod.py", "mcp_mod"),
    ("mixed model for repeated measures", "stats/regression/repeated_measures.py", "repeated_measures"),
    ("standardised difference of categories", "stats/regression/balance.py", "difference_of_categories"),
    ("standardised difference", "stats/regression/balance.py", "difference_of_means"),
    ("effective sample size of Kish", "stats/regression/propensity.py", "effective_sample_size"),
    ("inverse of the empirical distribution", "stats/description.py", "quantile"),
)  # fmt: skip
_REFERENCES = re.compile(r"^References\n-+\n(.*?)(?=\n\n|\Z)", re.DOTALL | re.MULTILINE)


class Reference(NamedTuple):
    """What a method is called, what was published on it, and where its formula is written down and computed."""

    words: str
    text: str
    place: str


@cache
def references_of(method: str) -> tuple[Reference, ...]:
    """Return the references of the parts of a method, each once, in the order of `FUNCTIONS`.

    Parameters
    ----------
    method : str
        How a number was computed, as its row says.

    Examples
    --------
    >>> [one.words for one in references_of("proportion with Wilson score interval; patients with a score")]
    ['Wilson score interval']
    >>> references_of("count")
    ()
    """
    found: list[Reference] = []
    rest = method
    for words, module, function in FUNCTIONS:
        if words not in rest:
            continue
        rest = rest.replace(words, "")  # what it contains is not a method of its own
        reference = Reference(words, *_documented(module, function))
        if all(reference.text != other.text for other in found):
            found.append(reference)
    return tuple(found)


def all_references(methods: Iterable[str]) -> list[Reference]:
    """Return what any of several methods rests on, each publication once, by what it was published on.

    Examples
    --------
    >>> [one.words for one in all_references(["rate with Garwood exact interval", "count", "Gray's test"])]
    ['Garwood exact interval', "Gray's test"]
    """
    order = {words: place for place, (words, *_) in enumerate(FUNCTIONS)}
    found = {reference.text: reference for method in dict.fromkeys(methods) for reference in references_of(method)}
    return sorted(found.values(), key=lambda reference: order[reference.words])


@cache
def _documented(module: str, function: str) -> tuple[str, str]:
    """Return the references of a function's docstring, or of the module's, and its file and line.

    Raises
    ------
    LookupError
        When there is no such function or its docstring has no references.
    """
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function]
    node = tree if not function else next(iter(nodes), None)
    text = ast.get_docstring(node, clean=False) if isinstance(node, ast.FunctionDef | ast.Module) else None
    section = _REFERENCES.search(inspect.cleandoc(text or ""))
    if section is None:
        raise LookupError(f"{module}: {function or 'the module'} has no references in its docstring")
    line = node.lineno if isinstance(node, ast.FunctionDef) else 1
    return " ".join(section[1].split()), f"src/dose_outcomes/{module}, line {line}"
