"""De-identified, checked: identifiers are found where they are; codes, scores and days are none; no value is told."""

import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.cohort.conversion import convert
from dose_outcomes.cohort.identifiers import check_identifiers, identifier_notes
from dose_outcomes.cohort.identifiers.names import held_by_name
from dose_outcomes.cohort.raw import RawTable, as_expression
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.engine import connect
from dose_outcomes.study import Study

PATIENTS = {
    "patient_id": [f"P{number:04d}" for number in range(1, 7)],
    "age": ["40", "41", "42", "43", "44", "45"],
    "sex": ["female"] * 6,
    "site": ["S1", "S1", "S2", "S2", "S3", "S3"],
    "observed_until": ["100"] * 6,
    "end_reason": ["ongoing"] * 6,
}
INDICATIONS = {"patient_id": PATIENTS["patient_id"], "condition": ["fibromyalgia"] * 6, "primary": ["true"] * 6}


def study(nature="synthetic", covariates=(), **identifiers) -> Study:
    return Study.model_validate(
        {
            "id": "small",
            "title": "Small",
            "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
            "data": {
                "source": "csv",
                "nature": nature,
                "folder": "",
                "tables": {name: {"file": f"{name}.csv"} for name in ("patients", "indications")},
                "identifiers": identifiers,
            },
            "conditions": {"fibromyalgia": "Fibromyalgia", "chronic_pain": "Pain"},
            "dose_groups": [{"label": "1 mg", "from_mg": 1, "below_mg": 2}],
            "covariates": list(covariates),
        }
    )


@pytest.fixture(scope="module")
def connection():
    return connect()


def table(name: str, columns: dict, unused: dict | None = None, **how) -> RawTable:
    rows = pd.RangeIndex(2, 2 + len(next(iter(columns.values()))))
    frame = pd.DataFrame(columns, index=rows)
    more = as_expression(pd.DataFrame(unused, index=rows)) if unused else None
    return RawTable(name, f"{name}.csv", as_expression(frame), len(frame), unused=more, **how)


@pytest.fixture(scope="module")
def check(connection):
    """Return a function that checks tables: (column, last word of the check) to the rows, and all sentences."""

    def run(*tables: RawTable, settings: Study | None = None):
        given_ones = {one.name for one in tables}
        raw = [
            *tables,
            *(t for t in (table("patients", PATIENTS), table("indications", INDICATIONS)) if t.name not in given_ones),
        ]
        typed = {one.name: convert(one) for one in raw}
        faults = check_identifiers(connection, raw, typed, typed, settings or study(), given_ones)
        return {(fault.column, fault.check.rsplit(".", 1)[1]): fault.rows for fault in faults}, [*map(str, faults)]

    return run


FOUND = [
    ("email", "write to ann.b@clinic.example.org"),
    ("phone", "+49 30 1234567"),
    ("phone", "call +1 (212) 555-0175 2"),
    ("phone", "(030) 123 4567"),
    ("phone", "030/1234567"),
    ("phone", "212-555-0175"),
    ("phone", "Tel. 555 01 75"),
    ("national_number", "078-05-1120"),
    ("national_number", "QQ 12 34 56 C".replace("QQ", "AB")),
    ("national_number", "401 023 2137"),
    ("national_number", "756.1234.5678.97"),
    ("national_number", "070761-4285"),
    ("national_number", "19811218-9876"),
    ("national_number", "RSSMRA85T10A562S"),
    ("national_number", "seen as MRN 0012345"),
    ("date", "2021-03-04"),
    ("date", "seen on 2021/3/4"),
    ("date", "04.03.2021"),
    ("date", "3/4/2021 10:15"),
    ("date", "04/03/21"),
    ("date", "4 March 2021"),
    ("date", "4. Mai 1999"),
    ("date", "Dec 24, 1999"),
    ("date", "2021-03-04T10:15:00Z"),
    ("postcode", "SW1A 1AA"),
    ("postcode", "M1 1AE"),
    ("postcode", "K1A 0B1"),
    ("postcode", "1012 AB"),
    ("postcode", "12345-6789"),
    ("postcode", "D-10115"),
    ("address", "221b Baker Street"),
    ("address", "Hauptstraße 5"),
    ("web", "https://example.org/x"),
    ("web", "192.168.10.12"),
    ("position", "52.5200, 13.4050"),
    ("position", "52° 31' N"),
    ("title", "Dr. Müller"),
    ("title", "seen by Mrs Smith"),
    ("free_text", "first line\nsecond line"),
    ("free_text", "Patient came late. Said the pain is worse"),
    ("free_text", "a b c d e f g h i j k l m n o p"),
    ("free_text", "x" * 101),
]


@pytest.mark.parametrize("place", ["term", "unused"])
def test_each_kind_is_found_in_its_row_and_not_told(check, place):
    cells = [cell for _, cell in FOUND]
    events = {
        "patient_id": [f"P{number % 6 + 1:04d}" for number in range(len(FOUND))],
        "term": ["Headache"] * len(FOUND),
    }
    found, sentences = check(
        table("side_effects", {**events, "term": cells})
        if place == "term"
        else table("side_effects", events, {place: cells})
    )
    rows: dict[tuple[str, str], tuple[int, ...]] = {}
    for row, (kind, _) in enumerate(FOUND, 2):
        rows[place, kind] = (*rows.get((place, kind), ()), row)
    assert found == rows
    assert not [cell for cell in cells for sentence in sentences if cell in sentence]


def test_the_sentence_says_what_where_and_what_to_do(check):
    _, sentences = check(table("patients", {**PATIENTS, "site": ["S1", "S1", "S2", "a.b@c.org", "S3", "S3"]}))
    assert sentences == [
        "patients.csv: column site: 1 row (5): looks like an e-mail address, and the data must be de-identified. "
        "Take it out of the file or replace it by codes; if it identifies nobody, say so with the reason: "
        "data.identifiers.accepted: {patients.site: ...} in the study file"
    ]


NOT_FOUND = """P0001 S1 01-701-1015 1015 ABC-12-345 CDAI PAIN_NRS DAS28-CRP PASI75 EQ-5D-5L FACIT-F 36.6 4.5 -12.25
1e-05 120/80 101 2021 20210 19999999 20211345 123456789012 A1 B12.3 K50.0 ICD-10:K50 10.9.8 1.2.3.4.5 v2.1 0.9% 12:30
Headache|Abdominal pain|Upper respiratory tract infection|Blood creatine phosphokinase increased|Crohn's disease
Drug reaction with eosinophilia and systemic symptoms|Respiratory, thoracic and mediastinal disorders|Insomnia (severe)
St. John's wort|Vitamin B 12|5-ASA|Co-trimoxazole 800/160|Insulin glargine 100 IU/ml|NaCl 0.9 %|Peg-interferon alfa-2a
Neoplasms benign, malignant and unspecified (incl cysts and polyps)|microcrystalline_cellulose|Week 12|Day -7|female
Injury, poisoning and procedural complications|SARS-CoV-2 test positive|T-cell lymphoma|Visit 3.1|North|Berlin|50-59
INV-004|USUBJID-0007|10:15-11:30|2.5 mg twice daily|Grade 3/4|HLA-B*27:05|G6PD|CYP2D6*4|N/A|mg/dL|10^9/L|<0.01|>=500
1.5 - 2.5|100 mg / 5 ml|Class II|Mayo 2/3|Arm A, cohort 2|Q4W|BMI 25 to 30|Region 12|EU-CTR|10/12"""


def test_codes_terms_scores_and_days_are_none(check):
    words = [word for line in NOT_FOUND.splitlines() for word in (line.split("|") if "|" in line else line.split())]
    cells = {"patient_id": [f"P{number:04d}" for number in range(len(words))], "term": words}
    events = table("side_effects", cells, {"AETERM": words, "code": list(reversed(words))})
    patients = {**PATIENTS, "patient_id": [f"P{number:04d}" for number in range(6)]}
    found, sentences = check(table("patients", patients), events)
    assert not found, sentences


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        (["Ann Bee", "P2", "P3", "P4", "P5", "P6"], "name"),
        (["P1", "Bee, Ann", "P3", "P4", "P5", "P6"], "name"),
        # NHS numbers: 943476591? with the check digit 9, and five made in the same way
        (["9434765919", "4010232137", "1111111111", "2222222222", "3333333333", "4444444444"], "national_number"),
        (["111222333", "123456782", "111111110", "222222220", "333333330", "444444440"], "national_number"),
        ([f"1980010{number}" for number in range(1, 7)], "date"),
    ],
)
def test_pseudonyms_that_are_none(check, ids, kind):
    found, _ = check(
        table("patients", {**PATIENTS, "patient_id": ids}), table("indications", {**INDICATIONS, "patient_id": ids})
    )
    assert [key for key in found if key[1] != "leading_zeros"] == [("patient_id", kind)]


@pytest.mark.parametrize(
    "ids",
    [
        [f"{number}" for number in range(1000000001, 1000000007)],  # ten digits, of which not all pass the check
        [f"{number}" for number in range(100000001, 100000007)],
        ["9434765919", "4010232137", "5", "6", "7", "8"],  # two by chance
        [f"01-701-{number}" for number in range(1015, 1021)],
        [f"CDISC01.{number}" for number in range(100008, 100014)],
        ["a", "b", "c", "d", "ann", "bob"],
    ],
)
def test_pseudonyms_that_are_some(check, ids):
    found, sentences = check(
        table("patients", {**PATIENTS, "patient_id": ids}), table("indications", {**INDICATIONS, "patient_id": ids})
    )
    assert not found, sentences


def test_the_check_digits_are_those_of_the_rules():
    """NHS number 943 476 5919: 9*10+4*9+3*8+4*7+7*6+6*5+5*4+9*3+1*2+9 = 308 = 28 * 11."""
    assert sum(int(d) * w for d, w in zip("9434765919", (10, 9, 8, 7, 6, 5, 4, 3, 2, 1), strict=True)) == 28 * 11
    # citizen service number 111222333: 9+8+7+12+10+8+9+6-3 = 66 = 6 * 11
    assert sum(int(d) * w for d, w in zip("111222333", (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) == 6 * 11


def test_a_column_of_names_is_found_and_one_of_terms_is_not(check):
    names = ["Ann Bee", "Carl Dee", "Eve F. Gee", "Hal O'Hara", "Ida Jones-Kay", "Leo Moe"]
    terms = ["Abdominal Pain", "Headache", "Dry Mouth", "Headache", "Abdominal Pain", "Headache"]
    found, _ = check(table("patients", PATIENTS, {"who": names, "what": terms}))
    assert found == {("who", "name"): (2, 3, 4, 5, 6, 7)}


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ("PatientName", "names of persons"),
        ("last_name", "names of persons"),
        ("Nachname", "names of persons"),
        ("Prénom", "names of persons"),
        ("name", "names of persons"),
        ("DOB", "dates of birth"),
        ("BRTHDTC", "dates of birth"),
        ("Geburtsdatum", "dates of birth"),
        ("e-mail", "e-mail addresses"),
        ("Contact Phone Number", "telephone numbers"),
        ("zip code", "postcodes"),
        ("PLZ", "postcodes"),
        ("home_address", "addresses"),
        ("fake_city", "addresses"),
        ("MRN", "record or national numbers"),
        ("nhs_number", "record or national numbers"),
        ("ipAddress", "network addresses"),
        ("gps", "geographic positions"),
        *[(name, "") for name in (
                "drug_name", "patient_id", "patient", "SITEID", "sitename", "mobility", "zipper", "capacity",
                "cityscape", "iptg", "phonetic", "TRT01P", "AEDECOD", "visit_name", "name_of_drug", "telmisartan",
        )],
    ],
)  # fmt: skip
def test_names_of_columns(check, column, what):
    assert held_by_name(column) == what
    found, sentences = check(table("patients", PATIENTS, {column: ["x"] * 6}))
    assert found == ({(column, "name"): ()} if what else {})
    if what:
        assert f"column {column}: by its name holds {what}" in sentences[0]


def test_names_in_the_file_of_columns_that_are_used(check):
    used = table("patients", PATIENTS, named={"patient_id": "MRN", "site": "site"})
    assert list(check(used)[0]) == [("patient_id", "name")]
    assert list(check(table("patients", PATIENTS, named={"patient_id": "Name"}))[0]) == [("patient_id", "name")]
    drugs = {
        "patient_id": ["P0001"],
        "drug": ["codeine"],
        "start_day": ["0"],
        "drug_class": ["opioid"],
        "end_day": ["1"],
    }
    assert not check(table("medications", drugs, named={"drug": "name", "drug_class": "Class"}))[0]


def test_dates_that_the_file_says_are_dates_or_that_are_kept_as_numbers(check):
    dates = [datetime.date(2021, 1, day) for day in range(1, 7)]
    assert check(table("patients", PATIENTS, {"visit": dates}))[0] == {("visit", "date"): ()}
    # 44197 is 2021-01-01 in a spreadsheet; 19999 days are 54.8 years
    days = table("patients", {**PATIENTS, "observed_until": ["100", "44197", "19999", "20210101", "99999999", "7"]})
    assert check(days)[0] == {("observed_until", "date"): (3, 5)}
    trial = table("patients", PATIENTS, {"RFSTDT": dates, "RFSTDTC": ["2021-01-01"] * 6}, has_dates=True)
    assert not check(trial)[0]  # a form that has dates, from which days are counted
    born = table("patients", PATIENTS, {"BRTHDTC": ["1950-01-01"] * 6}, has_dates=True)
    assert check(born)[0] == {("BRTHDTC", "name"): ()}


def test_ages_that_few_reach(check):
    found, sentences = check(table("patients", PATIENTS, {"Age": [88, 89, 90, 91, 104, None]}))
    assert found == {("Age", "age"): (5, 6)}
    assert "holds ages above 90, and 90 stands for all of them" in sentences[0]


def test_a_column_is_accepted_by_name_with_a_reason(check):
    cells = table("patients", {**PATIENTS, "site": ["SW1A 1AA"] * 6}, {"mrn": ["x"] * 6})
    accepted = {"patients.site": "districts of more than 20,000 people", "patients.mrn": "made new for this study"}
    settings = study(accepted=accepted)
    assert not check(cells, settings=settings)[0]
    assert identifier_notes("patients", settings) == [
        "mrn accepted as no identifier: made new for this study",
        "site accepted as no identifier: districts of more than 20,000 people",
    ]
    misspelt = study(accepted={"patients.sight": "districts of more than 20,000 people"})
    found, sentences = check(cells, settings=misspelt)
    assert {("site", "postcode"), ("sight", "accepted")} <= set(found)
    assert "column sight: is accepted in the study file, and the data have no such column" in " ".join(sentences)


def test_rare_combinations(check):
    """Ages in bands from 18, 40, 65: the rows have 40-64 f, f, f, 18-39 f, 40-64 m, and one without an age."""
    rows = {**PATIENTS, "age": ["40", "64", "50.5", "39", "41", None], "sex": ["female"] * 4 + ["male", "female"]}
    patients = table("patients", rows)
    assert check(patients)[0] == {}  # synthetic: nobody to protect
    assert check(patients, settings=study(smallest_group=1, nature="real"))[0] == {}
    found, sentences = check(patients, settings=study(smallest_group=3))
    assert found == {("", "age+sex"): (5, 6)}
    assert "fewer than 3 patients share this combination of age (in bands from 18, 40, 65), sex" in sentences[0]
    assert check(patients, settings=study(smallest_group=4))[0] == {("", "age+sex"): (2, 3, 4, 5, 6)}
    # real data: five, when the study file says nothing
    assert check(patients, settings=study(nature="real"))[0] == {("", "age+sex"): (2, 3, 4, 5, 6)}
    by_site = study(smallest_group=2, combinations=[["site"], ["sex", "condition"]], age_bands=[])
    assert check(patients, settings=by_site)[0] == {("", "sex+condition"): (6,)}
    in_years = study(smallest_group=2, combinations=[["age"]], age_bands=[])
    found, sentences = check(patients, settings=in_years)
    assert found == {("", "age"): (2, 3, 4, 5, 6)}
    assert "age (in years)" in sentences[0]
    assert identifier_notes("patients", by_site) == [
        "at least 2 patients share each combination of site; sex, condition"
    ]
    assert identifier_notes("doses", by_site) == []


def test_a_covariate_is_part_of_a_combination_and_is_looked_at(check):
    cells = ["a", "a", "a", "b", "b", "b"]
    settings = study(covariates=["group"], smallest_group=3, combinations=[["group"]])
    assert not check(table("patients", {**PATIENTS, "group": cells}), settings=settings)[0]
    cells = ["a", "a", "a", "b", "b", "x@y.org"]
    assert check(table("patients", {**PATIENTS, "group": cells}), settings=settings)[0] == {
        ("group", "email"): (7,),
        ("", "group"): (5, 6, 7),
    }


def test_pseudonyms_that_lost_their_zeros(check):
    ids = ["001", "002", "010", "100", "0a", "b"]
    lost = ["1", "2", "10", "100", "0a", "c"]  # the last is a stranger, of whom other rules tell
    patients = table("patients", {**PATIENTS, "patient_id": ids})
    found, sentences = check(patients, table("indications", {**INDICATIONS, "patient_id": lost}))
    assert found == {("patient_id", "leading_zeros"): (2, 3, 4)}
    assert "the patient is in patients.csv with another number of leading zeros" in sentences[0]
    assert not check(patients, table("indications", {**INDICATIONS, "patient_id": ids}))[0]
    found, _ = check(
        table("patients", {**PATIENTS, "patient_id": lost}), table("indications", {**INDICATIONS, "patient_id": ids})
    )
    assert found == {("patient_id", "leading_zeros"): (2, 3, 4)}


def test_a_file_of_two_tables_is_reported_once(check):
    columns = {"DOB": ["x"] * 6}
    both = [table("patients", PATIENTS, columns), table("indications", INDICATIONS, columns)]
    both = [RawTable(t.name, "both.csv", t.content, t.rows_read, unused=t.unused) for t in both]
    assert len(check(*both)[1]) == 1


TERMS = ["Headache", "Abdominal pain", "Dry mouth", "Vivid dreams", "Rash maculo-papular"]


@settings(derandomize=True, deadline=None, max_examples=12)
@given(data=st.data())
def test_random_clean_cohorts_are_not_flagged(connection, data):
    """Pseudonyms of a prefix and a number, codes and terms, whole and decimal numbers: never an identifier."""
    number = data.draw(st.integers(1, 12))
    prefix = data.draw(st.sampled_from(["P", "SUBJ-", "01-701-", "CT.", "", "x_"]))
    width = data.draw(st.integers(1, 7))
    first = data.draw(st.integers(0, 10**6))
    ids = [f"{prefix}{first + one:0{width}d}" for one in range(number)]
    some = {
        "score": st.decimals(-200, 200, places=2).map(str),
        "day": st.integers(-400, 4000).map(str),
        "code": st.from_regex(r"[A-Z]{2,6}[0-9]{0,3}", fullmatch=True),
        "term": st.sampled_from(TERMS),
        "visit": st.from_regex(r"V[0-9]{1,2}(\.[0-9])?", fullmatch=True),
    }
    columns = {name: data.draw(st.lists(cell, min_size=number, max_size=number)) for name, cell in some.items()}
    patients = {name: (cells * 12)[:number] for name, cells in PATIENTS.items()} | {"patient_id": ids}
    events = {"patient_id": ids, "term": columns["term"]}
    raw = [
        table("patients", patients, columns),
        table(
            "indications", {**{name: (cells * 12)[:number] for name, cells in INDICATIONS.items()}, "patient_id": ids}
        ),
        table("side_effects", events, {"AELLT": columns["code"]}),
    ]
    typed = {one.name: convert(one) for one in raw}
    assert [str(fault) for fault in check_identifiers(connection, raw, typed, typed, study())] == []


def test_every_cohort_table_is_looked_at():
    """A table that is added must be named in the study file's tables, by which columns are accepted."""
    from dose_outcomes.study.data import TABLES as NAMES

    assert set(NAMES) == set(TABLES)


#: Known to be missed: words in any case, numbers that many codes are, and forms whose column must hold nothing else.
MISSED = {
    "names-lower", "names-upper", "ssn-col", "steuer-id-de", "kvnr-de", "date-de-short", "date-month-year",
    "date-iso-basic-one", "date-epoch-col", "postcode-uk-nospace", "postcode-uk-lower", "postcode-ca-nospace",
    "postcode-nl-nospace", "postcode-de-city", "postcode-fr-city", "postcode-pl", "postcode-pt", "postcode-jp",
    "postcode-br", "postcode-se", "address-de2", "gps-one-col", "plate",
}  # fmt: skip


def test_disguised_identifiers_of_many_countries_are_found(check):
    """Each a cell among codes, or a column of six: 119 of 142 are found, and those that are not are known."""
    text = (Path(__file__).parent / "disguised.tsv").read_text(encoding="utf-8")
    cases = {name: cells for name, *cells in (line.split("\t") for line in text.splitlines())}
    columns = {
        f"c{list(cases).index(name)}": [
            cell.replace("\\n", "\n") for cell in (cells if len(cells) == 6 else [*["CODE A"] * 5, cells[0]])
        ]
        for name, cells in cases.items()
    }
    found, _ = check(table("patients", PATIENTS, columns))
    names = dict(zip(columns, cases, strict=True))
    assert {names[column] for column in set(columns) - {column for column, _ in found}} == MISSED
    assert (len(cases), len(MISSED)) == (142, 23)


def test_whole_columns_of_postcodes_are_found(check):
    columns = {
        "district": ["SW1A1AA", "M11AE", "CR26XH", "DN551PT", "W1A1HQ", "EC1A1BB"],
        "code": ["1012AB", "3011CD", "5611EF", "9711GH", "2511JK", "3511LM"],
        "where": ["10115 Berlin", "80331 Ulm", "04109 Leipzig", "20095 Hamburg", "50667 Bonn", "01067 Jena"],
        "day": ["4.3.21", "5.3.21", "6.3.21", "7.3.21", "8.3.21", "9.3.21"],
    }
    found, _ = check(table("patients", PATIENTS, columns))
    kinds = {"district": "postcode", "code": "postcode", "where": "postcode", "day": "date"}
    assert found == dict.fromkeys(kinds.items(), (2, 3, 4, 5, 6, 7))


MORE_THAT_IS_NONE = """Bundle of His|HE grade 2|Application Site Pruritus|Via nasogastric tube 10|Mother to child
Place of residence unknown|1000 Units|500 mg tablets|DE 12|A1B2C3|GB12|01:01:01:01|DRB1*04:01|10:15:20|1:2:3|12-MAR
101-0001|01-701-1015|1000-205|06-12345|Patient 0012|hospital|fall down stairs 2|Insurance type 3|Day 4.3|21.3.4
4-Mar|Mar-21|Visit 3/4|1/2|12 345 678|4111|1 2 3 4 5 6|Set 3 2021|Gen 2|dec|Out 4|20 mg at bedtime|dose at visit dot"""


def test_more_codes_and_terms_are_none(check):
    words = [word for line in MORE_THAT_IS_NONE.splitlines() for word in line.split("|")]
    patients = {name: (cells * 12)[: len(words)] for name, cells in PATIENTS.items()}
    patients["patient_id"] = [f"P{number}" for number in range(len(words))]
    indications = {name: (cells * 12)[: len(words)] for name, cells in INDICATIONS.items()}
    indications["patient_id"] = patients["patient_id"]
    cells = {"patient_id": patients["patient_id"], "term": words}
    found, sentences = check(
        table("patients", patients),
        table("indications", indications),
        table("side_effects", cells, {"AETERM": words}),
    )
    assert not found, sentences
