"""From raw tables to a checked cohort and its counts. Outputs: data/derived/<study>/, patient level."""


rule cohort:
    """Read and check the input tables."""
    input:
        study=STUDY_FILE,
        tables=INPUTS,
    output:
        tables=collect(
            f"data/derived/{STUDY.id}/cohort/{{table}}.parquet", table=TABLES
        ),
        accounts=f"data/derived/{STUDY.id}/accounts.json",
        checks=f"data/derived/{STUDY.id}/checks.json",
    log:
        f"data/logs/{STUDY.id}/cohort.log",
    params:
        code=CODE,
    run:
        steps.build_cohort(
            input.study, output.tables, output.accounts, output.checks, log[0]
        )


rule counts:
    """Count patients, events and time at risk."""
    input:
        study=STUDY_FILE,
        tables=rules.cohort.output.tables,
        accounts=rules.cohort.output.accounts,
    output:
        collect(f"data/derived/{STUDY.id}/counts/{{name}}.parquet", name=COUNTS),
    log:
        f"data/logs/{STUDY.id}/counts.log",
    params:
        code=CODE,
    run:
        steps.count(input.study, input.tables, input.accounts, output, log[0])


rule check_data:
    """Only read and check: every problem, and an account of all rows, on the console."""
    input:
        study=STUDY_FILE,
        tables=INPUTS,
    log:
        f"data/logs/{STUDY.id}/check_data.log",
    params:
        code=CODE,
        folder=f"data/derived/{STUDY.id}",
    run:
        steps.check_data(input.study, params.folder, log[0])
