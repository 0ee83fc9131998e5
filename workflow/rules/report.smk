"""The report, and the manifest of everything. Outputs: reports/<study>/report.html, manifest.json."""


rule report:
    """Write the HTML report from the released files."""
    input:
        study=STUDY_FILE,
        tables=INPUTS,
        released=RELEASED.values(),
    output:
        f"reports/{STUDY.id}/report.html",
    log:
        f"data/logs/{STUDY.id}/report.log",
    params:
        code=CODE,
    run:
        steps.report(input.study, input.tables, input.released, output[0], log[0])


rule manifest:
    """Write digests of inputs, study, code, environment and outputs."""
    input:
        study=STUDY_FILE,
        tables=INPUTS,
        outputs=[*RELEASED.values(), rules.report.output[0]],
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
        released={**RELEASED, "report": f"reports/{STUDY.id}/report.html"},
    run:
        verification.verify(
            input.study, input.tables, TABLES, COUNTS, params.released, log[0]
        )
