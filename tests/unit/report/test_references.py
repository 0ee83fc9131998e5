"""What a method rests on is read from the docstring of the function that computes it, and from nowhere else."""

import ast
import json
import re

import pytest

from dose_outcomes.report import references
from dose_outcomes.report.references import FUNCTIONS, PACKAGE, all_references, references_of
from dose_outcomes.report.trace import Trace


@pytest.mark.parametrize(("words", "module", "function"), FUNCTIONS, ids=[words for words, *_ in FUNCTIONS])
def test_every_method_leads_to_the_docstring_of_its_function(words, module, function):
    (found,) = [one for one in references_of(words) if one.words == words]
    assert re.search(r"\b1[89]\d\d\b|\b20\d\d\b", found.text), "a publication has a year"
    file, line = re.fullmatch(r"src/dose_outcomes/(\S+), line (\d+)", found.place).groups()
    assert file == module
    if function:
        code = (PACKAGE / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert code.strip().startswith(f"def {function}(")
    source = (PACKAGE / module).read_text(encoding="utf-8")
    assert found.text in " ".join(source.split())


def test_parts_of_a_method_are_found_each_once_and_the_special_before_the_general():
    found = references_of("Mantel-Byar test (log-rank test of time-updated doses); 3 degrees of freedom")
    assert [one.words for one in found] == ["Mantel-Byar test", "log-rank test"]
    found = references_of("trend of log-rank test, scores = doses")
    assert [one.words for one in found] == ["trend of log-rank test"]
    found = references_of("N - 1 chi-square test; adjusted p: Holm, 3 tests of 'Doses' (Bonferroni)")
    assert [one.words for one in found] == ["N - 1 chi-square test", "Holm"]


def test_what_counts_without_a_formula_has_no_reference():
    assert references_of("patients without a value") == ()


def test_a_function_without_references_is_a_mistake_of_the_code(monkeypatch):
    monkeypatch.setattr(references, "FUNCTIONS", (("pooled", "stats/result.py", "absent"),))
    references_of.cache_clear()
    with pytest.raises(LookupError, match=r"stats/result\.py: absent has no references in its docstring"):
        references_of("pooled")
    references_of.cache_clear()


def test_no_reference_is_written_down_a_second_time():
    tree = ast.parse((PACKAGE / "report/references.py").read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if re.search(r"\b(19|20)\d\d\b", text)]


def test_a_number_is_traced_to_the_references_of_its_method(register):
    trace = Trace()
    row = next(row for row in register.all_estimates if row.method)
    trace.add(type(row)(**{**{name: getattr(row, name) for name in row.__slots__}, "method": "Gray's test; count"}))
    content = json.loads(trace.to_json())
    method = content["words"].index("Gray's test; count")
    (place,) = content["cited"][str(method)]
    assert content["references"][place] == list(references_of("Gray's test")[0])


def test_the_methods_name_every_reference_once(page, release):
    methods = [*release.estimates["method"], *release.curves["method"]]
    section = page[page.index('<section id="methods"') : page.index('<section id="verify"')]
    expected = all_references(methods)
    assert len(expected) > 2
    for one in expected:
        assert section.count(one.text.replace("'", "&#39;").replace("&", "&amp;").replace("&amp;#39;", "&#39;")) == 1
