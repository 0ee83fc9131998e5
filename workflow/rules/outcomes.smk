"""From counts to estimates, and through disclosure control to reports/<study>/."""


rule estimates:
    """Compute all estimates and curves."""
    input:
        study=STUDY_FILE,
        counts=rules.counts.output,
    output:
        estimates=f"data/derived/{STUDY.id}/estimates.parquet",
        curves=f"data/derived/{STUDY.id}/curves.parquet",
    log:
        f"data/logs/{STUDY.id}/estimates.log",
    params:
        code=CODE,
    run:
        steps.estimate(
            input.study, input.counts, output.estimates, output.curves, log[0]
        )


rule release:
    """Hide what must not leave the site, and write what may."""
    input:
        study=STUDY_FILE,
        cohort=rules.cohort.output.tables,
        counts=rules.counts.output,
        estimates=rules.estimates.output.estimates,
        curves=rules.estimates.output.curves,
        accounts=rules.cohort.output.accounts,
        checks=rules.cohort.output.checks,
    output:
        estimates=report(
            RELEASED["estimates"],
            caption="../report/estimates.rst",
            category="Released tables",
        ),
        curves=report(
            RELEASED["curves"],
            caption="../report/curves.rst",
            category="Released tables",
        ),
        attrition=report(
            RELEASED["attrition"],
            caption="../report/attrition.rst",
            category="Released tables",
        ),
        data_quality=RELEASED["data_quality"],
        study=RELEASED["study"],
    log:
        f"data/logs/{STUDY.id}/release.log",
    params:
        code=CODE,
    run:
        steps.release(**input, released=dict(output.items()), log=log[0])
