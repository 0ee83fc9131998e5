"""Reference cases on proportions: which function gives which value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.proportions import (
    association,
    difference,
    evalue,
    intervals,
    number_needed,
    odds,
    paired,
    paired_scores,
    ratio,
    single,
    stratified,
    stratified_tests,
    trend,
    unconditional,
)
from dose_outcomes.stats.result import Estimate

Arguments = dict[str, Any]


def limits(estimate: Estimate) -> list[float | None]:
    return [estimate.low, estimate.high]


def proportion_ci(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    x, n, level = args["x"], args["n"], args["level"]
    correction = min(0.5, abs(x - n / 2))  # that of stats::prop.test
    return {
        "estimate": single.wilson(x, n, level=level).estimate,
        "wilson": limits(single.wilson(x, n, level=level)),
        "wilson_cc": limits(single.wilson_continuity_corrected(x, n, correction=correction, level=level)),
        "clopper_pearson": limits(single.clopper_pearson(x, n, level=level)),
        "midp": limits(intervals.mid_p(x, n, level=level)),
        "jeffreys": limits(intervals.jeffreys(x, n, level=level)),
        "agresti_coull": limits(intervals.agresti_coull(x, n, clipped=False, level=level)),
    }


def binomial_exact_test(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    return {"p_value": single.exact_binomial_test(args["x"], args["n"], args["p0"]).p_value}


def two_proportions(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    table = args["x1"], args["n1"], args["x2"], args["n2"]
    level = args["level"]
    newcombe = difference.risk_difference_newcombe(*table, level=level)
    ratio_score = ratio.risk_ratio_miettinen_nurminen(*table, level=level)
    odds_score = odds.odds_ratio_miettinen_nurminen(*table, level=level)
    conditional = odds.odds_ratio_conditional(*table, level=level)
    chi_square = association.chi_square(*table)
    number_needed_to_treat = number_needed.number_needed_to_treat(newcombe)
    return {
        "rd": newcombe.estimate,
        "rd_wald": limits(difference.risk_difference_wald(*table, level=level)),
        "rd_newcombe": limits(newcombe),
        "rd_mn": limits(difference.risk_difference_miettinen_nurminen(*table, level=level)),
        "rr": ratio_score.estimate,
        "rr_log": limits(ratio.risk_ratio_katz(*table, level=level)),
        "rr_mn": limits(ratio_score),
        "or": odds_score.estimate,
        "or_woolf": limits(odds.odds_ratio_woolf(*table, level=level)),
        "or_mn": limits(odds_score),
        "or_cond": conditional.estimate,
        "or_cond_ci": limits(conditional),
        "fisher_p": association.fisher_exact(*table).p_value,
        "fisher_p_greater": association.fisher_exact(*table, alternative="greater").p_value,
        "fisher_p_less": association.fisher_exact(*table, alternative="less").p_value,
        "fisher_midp": association.fisher_mid_p(*table).p_value,
        "chisq": chi_square.statistic,
        "chisq_p": chi_square.p_value,
        "chisq_yates_p": association.chi_square(*table, continuity_correction=True).p_value,
        "nnt": number_needed_to_treat.estimate,
        "nnt_from_newcombe_limits": [number_needed_to_treat.from_low, number_needed_to_treat.from_high],
    }


def unconditional_exact(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    table = args["x1"], args["n1"], args["x2"], args["n2"]
    return {
        "boschloo_p1_greater": unconditional.boschloo(*table, alternative="greater").p_value,
        "boschloo_p1_less": unconditional.boschloo(*table, alternative="less").p_value,
        "boschloo_two_sided_p": unconditional.boschloo(*table).p_value,
        "barnard_zpooled_p": unconditional.barnard(*table).p_value,
    }


def cochran_armitage(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    table = args["events"], args["n"], args["score"]
    binomial = trend.cochran_armitage(*table)
    hypergeometric = trend.cochran_armitage(*table, variance="hypergeometric")
    return {
        "chisq": None if binomial.statistic is None else binomial.statistic**2,
        "z": binomial.statistic,
        "p_value": binomial.p_value,
        "z_hypergeometric": hypergeometric.statistic,
        "p_hypergeometric": hypergeometric.p_value,
    }


def cmh(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    a, b, c, d = (np.asarray(args[name], dtype=float).reshape(-1) for name in "abcd")
    strata = a, a + b, c, c + d
    odds_ratio = stratified.mantel_haenszel_odds_ratio(*strata)
    risk_ratio = stratified.mantel_haenszel_risk_ratio(*strata)
    risk_difference = stratified.mantel_haenszel_risk_difference(*strata)
    test = stratified_tests.cochran_mantel_haenszel(*strata)
    corrected = stratified_tests.cochran_mantel_haenszel(*strata, continuity_correction=True)
    breslow_day = stratified_tests.breslow_day(*strata, tarone=False)
    tarone = stratified_tests.breslow_day(*strata)
    return {
        "or_mh": odds_ratio.estimate,
        "or_mh_ci": limits(odds_ratio),
        "chisq": test.statistic,
        "p_value": test.p_value,
        "chisq_cc": corrected.statistic,
        "p_cc": corrected.p_value,
        "rr_mh": risk_ratio.estimate,
        "rr_mh_ci": limits(risk_ratio),
        "rd_mh": risk_difference.estimate,
        "rd_mh_se": risk_difference.standard_error,
        "rd_mh_ci": limits(risk_difference),
        "breslow_day": breslow_day.statistic,
        "breslow_day_p": breslow_day.p_value,
        "tarone": tarone.statistic,
        "tarone_p": tarone.p_value,
    }


def paired_binary(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    changed = args["yn"], args["ny"]
    chi_square = paired.mcnemar_chi_square(*changed)
    difference_ = paired.paired_risk_difference(*changed, args["yy"] + args["yn"] + args["ny"] + args["nn"])
    return {
        "mcnemar_chisq": chi_square.statistic,
        "mcnemar_p": chi_square.p_value,
        "mcnemar_cc_p": paired.mcnemar_chi_square(*changed, continuity_correction=True).p_value,
        "mcnemar_exact_p": paired.mcnemar_exact(*changed).p_value,
        "mcnemar_midp": paired.mcnemar_mid_p(*changed).p_value,
        "rd": difference_.estimate,
        "rd_tango": limits(difference_),
    }


def paired_score_tests(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    pairs = data[[args["pre"], args["post"]]].dropna().value_counts().reset_index().to_numpy(dtype=float).T
    changes = paired_scores.score_changes(*pairs)
    mean = paired_scores.mean_change(*pairs)
    t_test = paired_scores.paired_t_test(*pairs)
    wilcoxon = paired_scores.wilcoxon_signed_rank(*pairs)
    return {
        "n": changes.total,
        "mean_diff": mean.estimate,
        "ci": limits(mean),
        "t": t_test.statistic,
        "p_t": t_test.p_value,
        "wilcoxon_V": wilcoxon.statistic,
        "p_wilcoxon": wilcoxon.p_value,
        "p_wilcoxon_cc": paired_scores.wilcoxon_signed_rank(*pairs, continuity_correction=True).p_value,
        "sign_p": paired_scores.sign_test(*pairs).p_value,
        "n_improved": changes.decreased,  # a lower score is better in these sets
        "n_worse": changes.increased,
        "n_same": changes.unchanged,
    }


def e_value(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    result = evalue.e_value(Estimate(args["rr"], args["lo"], args["hi"], 0.95, "risk ratio"))
    return {"point": result.estimate, "limit": result.limit}


STATISTICS = {
    "proportion_ci": proportion_ci,
    "binomial_exact_test": binomial_exact_test,
    "two_proportions": two_proportions,
    "unconditional_exact": unconditional_exact,
    "cochran_armitage": cochran_armitage,
    "cmh": cmh,
    "paired_binary": paired_binary,
    "paired_scores": paired_score_tests,
    "e_value": e_value,
}
DEFINED_BEYOND_REFERENCE = {
    "two_proportions": {
        "??_mn": "ratesci::scoreci stops on some full or empty tables; the score interval is defined on all of them",
    },
    "cmh": {"rr_mh": "metafor::rma.mh gives no ratio when it is 0 or infinite"},
}
