"""Keys of the data: every value that a key does not take is refused with its line; keys do what they say or nothing."""

import pytest
from pydantic import ValidationError

from dose_outcomes.errors import StudyError
from dose_outcomes.study import load_study
from dose_outcomes.study.data import TableSource
from dose_outcomes.study.identifiers import Identifiers

TABLE = "    patients: { file: patients.csv }"


@pytest.fixture
def load(root, tmp_path):
    """Return a function that loads the bundled study with a line of its data replaced."""

    def run(line: str = TABLE, identifiers: str = ""):
        text = (root / "config/ldn.yaml").read_text(encoding="utf-8")
        assert TABLE in text
        before, _, after = text.partition(TABLE)
        head, _, rest = before.partition("  identifiers:")
        if rest:  # the bundled study has its own
            before = head + rest[rest.index("  tables:") :]
        text = (before + line + after).replace("  tables:\n", f"{identifiers}  tables:\n", 1)
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        return load_study(tmp_path / "study.yaml")

    return run


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("encoding: latin1", "encoding: must be 'utf-8'.*received 'latin1'"),
        ("encoding: utf8", "encoding: must be 'utf-8'.*did you mean 'utf-8'"),
        ("delimiter: ';'", "delimiter: must be 'comma', 'semicolon', 'tab' or 'pipe'; received ';'"),
        ("decimal: ','", "decimal: must be 'point' or 'comma'; received ','"),
        ("header_row: 0", "header_row: input should be greater than or equal to 1; received 0"),
        ("header_row: first", "header_row: input should be a valid integer"),
        ("rows: -1", "rows: input should be greater than or equal to 0"),
        ("missing: NA", "missing: input should be a valid list"),
        ("censored: { score: half }", "must be 'at_limit', 'half_limit' or 'missing'; received 'half'"),
        ("sheet: Data", "sheet is for files that end in .xlsx; this one ends in .csv"),
        ("sheets: Data", "unknown key 'sheets'; did you mean 'sheet'"),
    ],
)
def test_a_value_that_a_key_does_not_take(load, keys, sentence):
    with pytest.raises(StudyError, match=rf"study.yaml, line \d+: .*{sentence}"):
        load(TABLE.replace(" }", f", {keys} }}"))


@pytest.mark.parametrize("file", ["a.parquet", "a.xlsx"])
@pytest.mark.parametrize("key", ["encoding", "delimiter", "decimal"])
def test_keys_of_text_files_are_for_text_files(file, key):
    value = {"encoding": "utf-8", "delimiter": "comma", "decimal": "comma"}[key]
    with pytest.raises(ValidationError, match=f"{key} is for files that end in .csv, .tsv, .txt; this one ends in"):
        TableSource(file=file, **{key: value})


def test_keys_of_files_without_a_header():
    with pytest.raises(ValidationError, match=r"header_row is for files that end in .csv, .tsv, .txt, .xlsx"):
        TableSource(file="a.parquet", header_row=2)
    with pytest.raises(ValidationError, match=r"missing is for files that end in .csv, .tsv, .txt, .xlsx"):
        TableSource(file="a.parquet", missing=["NA"])
    assert TableSource(file="a.XLSX", header_row=2, sheet="Data").header_row == 2
    assert TableSource(file="a.doc", sheet="Data").sheet == "Data"  # the reader says that it is not read


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("{ accepted: { patients.site: '' } }", "at least 10 characters"),
        ("{ accepted: { patients.site: because } }", "at least 10 characters"),
        ("{ accepted: { site: agreed with the board } }", "'site' must be a table and a column, as in patients.site"),
        ("{ accepted: { people.site: agreed with the board } }", "'people.site' must be a table and a column"),
        ("{ combinations: [[age, sexx]] }", "combinations: unknown column 'sexx'; did you mean sex?"),
        ("{ combinations: [[weight]] }", "unknown column 'weight'; known: age, sex, site, condition"),
        ("{ combinations: [[age, age]] }", r"age \+ age names a column twice"),
        ("{ combinations: [[]] }", "at least 1 item"),
        ("{ age_bands: [40, 18] }", "age_bands must rise"),
        ("{ age_bands: [18, 18] }", "age_bands must rise"),
        ("{ age_bands: [0] }", "greater than 0"),
        ("{ age_bands: [90] }", "less than 90"),
        ("{ smallest_group: 0 }", "greater than or equal to 1"),
        ("{ smallest_group: few }", "valid integer"),
        ("{ smalest_group: 5 }", "unknown key 'smalest_group'; did you mean 'smallest_group'"),
    ],
)
def test_identifiers_of_the_study_file(load, keys, sentence):
    with pytest.raises(StudyError, match=rf"study.yaml, line \d+: .*{sentence}"):
        load(identifiers=f"  identifiers: {keys}\n")


def test_what_holds_where_the_study_file_says_nothing(load):
    study = load()
    assert study.data.identifiers == Identifiers()
    assert study.data.identifiers.combinations == [["age", "sex"]]
    source = study.data.tables["patients"]
    assert (source.encoding, source.delimiter, source.decimal, source.header_row) == (None, None, "point", 1)
