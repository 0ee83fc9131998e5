"""One rule for decimals, one element for every number."""

from dataclasses import dataclass

import pytest

from dose_outcomes.report.numbers import data_element, percent, show


@dataclass
class Row:
    estimate: float | None
    statistic: str
    n: int | None = None
    events: int | None = None
    person_years: float | None = None
    identifier: str = "e1"


@pytest.mark.parametrize(
    ("share", "n", "shown"),
    [
        (0.345678, 99, "35"),
        (0.345678, 100, "34.6"),
        (0.345678, None, "35"),
        (0.0, 500, "0"),
        (1.0, 500, "100"),
        (0.9996, 500, "100.0"),
        (0.0004, 500, "0.0"),
    ],
)
def test_shares_have_a_decimal_from_100_patients_on(share, n, shown):
    assert percent(share, n) == shown


@pytest.mark.parametrize(
    ("statistic", "value", "shown"),
    [
        ("risk_ratio", 1.23456, "1.23"),
        ("number_of_patients", 12345.0, "12,345"),
        ("rate_per_100_person_years", 12.345, "12.3"),
        ("median_days", 84.0, "84"),
        ("median_days", 84.5, "84.5"),
        ("median_days", float("inf"), "not reached"),
    ],
)
def test_each_statistic_has_its_decimals(statistic, value, shown):
    assert show(Row(value, statistic)) == shown


def test_a_number_that_is_not_there_is_never_printed():
    with pytest.raises(ValueError, match="e1 has no estimate to print"):
        show(Row(None, "proportion"))


def test_the_element_names_its_row_and_holds_the_unrounded_value():
    row = Row(1 / 3, "proportion", n=300, events=100)
    assert data_element(row) == '<data value="0.333333333333" data-r="e1">33.3%</data>'
    assert data_element(row, "n") == '<data value="300" data-r="e1" data-c="n">300</data>'
    assert data_element(row, "estimate", unit=False) == '<data value="0.333333333333" data-r="e1">33.3</data>'


def test_the_element_escapes():
    row = Row(0.5, "proportion", identifier='"><script>')
    assert "<script>" not in data_element(row)


def test_an_infinite_ratio_has_a_sign_of_its_own():
    assert show(Row(float("inf"), "rate_ratio")) == "∞"
