"""Proportions: one group, two groups, pairs, strata, doses.

One group: `single`, `intervals`. Two groups: `difference`, `ratio`, `odds`, `number_needed`, and the tests in
`association` and `unconditional`. The same patients twice: `paired`, `paired_scores`. Over doses: `trend`. Over
strata: `stratified`, `stratified_tests`. Sensitivity to confounding: `evalue`. Below them: `counts`, `discrete`,
`score`.
"""
