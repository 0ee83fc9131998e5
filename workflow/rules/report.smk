"""The report, and the manifest of everything. Outputs: reports/<study>/report.html, tables/, figures/, manifest.json."""


rule report:
    """Write the HTML report from the released files."""
    input:
        study=STUDY_FILE,
        tables=INPUTS,
        released=RELEASED.values(),
    output:
        page=report(
            f"reports/{STUDY.id}/report.html",
            caption="../report/report.rst",
            category="Report",
        ),
        tables=directory(f"reports/{STUDY.id}/tables"),
        figures=report(
            directory(f"reports/{STUDY.id}/figures"),
            patterns=["{figure}.svg"],
            caption="../report/figures.rst",
            category="Figures",
        ),
    log:
        f"data/logs/{STUDY.id}/report.log",
    params:
        code=CODE,
    run:
        steps.report(input.study, input.tables, input.released, output.page, log[0])


rule manifest:
    """Write digests of inputs, study, code, environment and outputs."""
    input:
        study=STUDY_FILE,
        tables=INPUTS,
        outputs=[*RELEASED.values(), *rules.report.output],
    output:
        f"reports/{STUDY.id}/manifest.json",
    log:
        f"data/logs/{STUDY.id}/manifest.log",
    params:
        code=CODE,
    run:
        steps.manifest(input.study, input.tables, input.outputs, output[0], log[0])


rule verify:
    """Run everything again from the raw data and compare with what was published."""
    input:
        study=STUDY_FILE,
        tables=INPUTS,
    log:
        f"data/logs/{STUDY.id}/verify.log",
    params:
        code=CODE,
        released={
            **RELEASED,
            "report": rules.report.output.page,
            "tables": rules.report.output.tables,
            "figures": rules.report.output.figures,
        },
    run:
        verification.verify(
            input.study, input.tables, TABLES, COUNTS, params.released, log[0]
        )


rule release_check:
    """Read every released file again and look for small counts; compare with the release before."""
    input:
        study=STUDY_FILE,
        manifest=rules.manifest.output,
    log:
        f"data/logs/{STUDY.id}/release_check.log",
    params:
        code=CODE,
    run:
        verification.release_check(input.study, input.manifest[0], log[0])
