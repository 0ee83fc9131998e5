"""The mixed model for repeated measures is that of statsmodels, where both can say the same.

`MixedLM` fits rows of patients and has no free covariance of the visits. Of two visits it has: a random intercept is
what they share, a variance component of the later visit what that varies more, and the residual the rest. So with
a later visit that varies more, and a positive correlation, both maximise one function over one set of covariances.
"""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

from dose_outcomes.stats.regression.repeated_measures import repeated_measures

GROUPS, VISITS = 2, 2


def draw(patients=60):
    """Return group, baseline, score and which scores were seen: a third of the later ones are missing."""
    random = np.random.default_rng(7)
    group = np.arange(patients) % GROUPS
    baseline = random.normal(50, 8, patients)
    noise = random.multivariate_normal(np.zeros(VISITS), [[4.0, 3.0], [3.0, 9.0]], patients)
    score = -2 - group[:, None] - 0.3 * (baseline - 50)[:, None] + noise
    seen = np.column_stack([np.ones(patients, bool), random.random(patients) > 0.33])
    seen[::9, 0], seen[::9, 1] = False, True
    return group, baseline, score, seen


def sums(group, baseline, score, seen):
    rows = np.column_stack([np.ones(len(group)), baseline, np.where(seen, score, 0.0)])
    patterns = sorted({(int(place), tuple(map(int, pattern))) for place, pattern in zip(group, seen, strict=True)})
    products = []
    for place, pattern in patterns:
        own = rows[(group == place) & (seen == np.array(pattern)).all(axis=1)]
        products.append(own.T @ own)
    return [place for place, _ in patterns], [pattern for _, pattern in patterns], products


def long(group, baseline, score, seen):
    """Return a row for each score, with the columns of the design."""
    rows = [
        (patient, visit, group[patient], baseline[patient] - baseline.mean(), score[patient, visit])
        for patient, visit in zip(*np.nonzero(seen), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["patient", "visit", "group", "baseline", "score"])
    design = [(frame["visit"] == v) & (frame["group"] == g) for g in range(GROUPS) for v in range(VISITS)]
    design += [frame["baseline"] * (frame["visit"] == v) for v in range(VISITS)]
    return frame, np.column_stack(design).astype(float)


def restricted_log_likelihood(frame, design, coefficients, covariance):
    """The definition, patient by patient: log of the likelihood of the contrasts that are free of the means."""
    total, information = 0.0, 0.0
    for _, own in frame.groupby("patient"):
        x, visits = design[own.index], own["visit"].to_numpy()
        v = covariance[np.ix_(visits, visits)]
        residual = own["score"].to_numpy() - x @ coefficients
        total -= np.linalg.slogdet(v)[1] + residual @ np.linalg.solve(v, residual)
        information = information + x.T @ np.linalg.solve(v, x)
    free = len(frame) - design.shape[1]
    return 0.5 * (total - np.linalg.slogdet(information)[1] - free * np.log(2 * np.pi))


def test_coefficients_errors_and_criterion_are_those_of_statsmodels():
    data = draw()
    frame, design = long(*data)
    later = (frame["visit"] == 1).to_numpy(float)
    columns = [later[own.index][:, None] for _, own in frame.groupby("patient")]
    component = VCSpec(["later"], [[["later"] for _ in columns]], [columns])
    groups = frame["patient"].to_numpy()
    model = MixedLM(frame["score"].to_numpy(), design, groups, exog_re=np.ones((len(frame), 1)), exog_vc=component)
    library = model.fit(reml=True, method=["bfgs", "powell"], gtol=1e-10)
    shared, more = float(library.cov_re[0, 0]), float(library.vcomp[0])
    assert min(shared, more) > 0.1, "inside the set of covariances that both can say"
    of_library = shared + np.diag([library.scale, library.scale + more])

    fit = repeated_measures(*sums(*data), groups=GROUPS)
    coefficients = np.append(fit.means.ravel(), fit.slopes)
    # the searches end where the criterion is flat to their tolerance; the library's is the coarser
    assert library.fe_params == pytest.approx(coefficients, rel=1e-5)
    assert of_library == pytest.approx(fit.covariance, rel=1e-4)
    # standard errors from the library's information of the coefficients, X'V^-1 X, as in R's nlme and mmrm. Its own
    # `bse_fe` inverts the observed information of coefficients and covariance together: 0.6 % wider here
    errors = [fit.contrast(np.eye(GROUPS)[g], v).standard_error for g in range(GROUPS) for v in range(VISITS)]
    information = -model.hessian(library.params_object)[0][: design.shape[1], : design.shape[1]]
    of_information = np.sqrt(np.diag(np.linalg.inv(information)))[: GROUPS * VISITS]
    assert of_information == pytest.approx(errors, rel=1e-4)
    assert library.bse_fe[: GROUPS * VISITS] == pytest.approx(errors, rel=1e-2)

    criterion = restricted_log_likelihood(frame, design, coefficients, fit.covariance)
    of_rows = restricted_log_likelihood(frame, design, library.fe_params, of_library)
    assert library.llf == pytest.approx(of_rows, abs=1e-8)
    assert of_rows == pytest.approx(criterion, abs=1e-7)
    assert criterion >= of_rows - 1e-10, "the maximum is found on sums at least as well as on rows"
