"""Outcomes of a drug at several doses for several conditions. A bare `snakemake` runs the bundled study.

Another study: snakemake --configfile config/<study>.yaml
"""

from snakemake.utils import min_version

min_version("9.20")


include: "workflow/rules/common.smk"
include: "workflow/rules/cohort.smk"
include: "workflow/rules/outcomes.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        RELEASED.values(),
        rules.report.output,
        rules.manifest.output,
