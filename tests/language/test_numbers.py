"""Numbers are read from text exactly, rounded half up, and written again without loss."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.numbers import (
    MAX_DIGITS,
    MalformedValue,
    Rational,
    format_exact,
    format_fixed,
    parse_date,
    parse_number,
    parse_ratio,
    round_half_up,
    terminating_decimals,
)

FRACTIONS = st.fractions(max_denominator=10**6) | st.fractions(min_value=-2, max_value=2, max_denominator=400)
EXACT = Context(prec=500)


def python(value: Rational) -> Fraction:
    assert isinstance(value, Rational)
    return Fraction(int(value.numerator), int(value.denominator))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("24066.41", "24066.41"), ("24,066.41", "24066.41"), ("1,234,567", "1234567"), ("1,234,567.891", "1234567.891"),
        ("123,456", "123456"), ("-3", "-3"), ("+3", "3"), ("-24,066.41", "-24066.41"), ("0", "0"), ("-0", "0"),
        ("000.50", "0.5"), ("0.10", "0.1"), ("  7\n", "7"), ("\u30007 ", "7"), ("9" * 30, "9" * 30),
        ("0." + "0" * 28 + "1", "1e-29"), ("999,999,999,999,999,999,999,999,999,999", "9" * 30),
    ],
)  # fmt: skip
def test_a_number(text: str, value: str) -> None:
    assert python(parse_number(text)) == Fraction(value)


NOT_NUMBERS = {
    "separators": [
        "31,08.53", "1,23", "12,34,567", ",123", "123,", "1,234,56", "1,,234", "1234,567", "-31,08.53",
    ],
    "is not a number": [
        "", " ", "-", "+", ".", "1.", ".5", "1.5.2", "--1", "1-", "NaN", "nan", "inf", "-inf", "Infinity", ".inf",
        "-.INF", ".nan", "1e5", "1E5", "2.4e4", "1e400", "0x1F", "0b1", "0o7", "1_000", "12 345", "12\u00a0345", "24.066,41",
        "二十", "一", "²", "½", "٣", "24066。41", "￥5", "5万元", "5%", "true", "many", "1/3", "1;2",
        "x" * 500,
    ],
    "full-width characters": ["９０", "９０.５", "24，066"],
    "is too long": ["9" * 31, "9" * 400, "-" + "9" * 400, "0." + "1" * 400, "0" * 31, ",".join(["999"] * 11)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "text"), [(reason, text) for reason, texts in NOT_NUMBERS.items() for text in texts]
)
def test_no_number(reason: str, text: str) -> None:
    with pytest.raises(MalformedValue) as caught:
        parse_number(text)
    assert reason in caught.value.reason.en
    assert caught.value.reason.zh
    assert caught.value.fix.en
    assert caught.value.fix.zh
    assert len(caught.value.reason.en) < 120


def test_separators_that_are_wrong_are_no_invitation_to_guess() -> None:
    with pytest.raises(MalformedValue) as caught:
        parse_number("31,08.53")
    assert caught.value.reason.en == "the separators in '31,08.53' do not stand every three digits"
    assert "do not guess" in caught.value.fix.en


@given(st.text(max_size=12) | st.text("0123456789,.-+% eE", max_size=12))
def test_what_is_read_is_what_python_reads(text: str) -> None:
    try:
        value = parse_number(text)
    except MalformedValue:
        return
    plain = text.strip().replace(",", "")
    assert re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", plain)
    assert python(value) == Fraction(plain)


@given(st.integers(-(10**20), 10**20), st.integers(0, 9), st.booleans())
def test_a_number_written_with_separators_reads_back(digits: int, places: int, grouped: bool) -> None:
    value = Rational(digits, 10**places)
    text = format_fixed(value, places, grouped=grouped)
    assert parse_number(text) == value
    assert (text.count(",") > 0) == (grouped and abs(value) >= 1000)
    whole = text.lstrip("-").partition(".")[0]
    if grouped:
        assert whole == f"{int(whole.replace(',', '')):,}"
    assert len(text.partition(".")[2]) == places


@pytest.mark.parametrize(
    ("text", "value"),
    [("84.1%", "0.841"), ("84.1 %", "0.841"), ("0.841", "0.841"), ("100%", "1"), ("1", "1"),
     ("-5%", "-0.05"), ("1,000%", "10"), ("0.005%", "0.00005")],
)  # fmt: skip
def test_a_ratio(text: str, value: str) -> None:
    assert python(parse_ratio(text)) == Fraction(value)


@pytest.mark.parametrize("text", ["84.1％", "８４．１％", "８４．１%"])
def test_a_ratio_in_full_width_is_told_as_that(text: str) -> None:
    with pytest.raises(MalformedValue, match="full-width") as found:
        parse_ratio(text)
    assert found.value.fix.en == "write 84.1%"


@pytest.mark.parametrize("text", ["", "%", "％", "84.1%%", "%84", "84.1‰", "1/3", "84,1%"])
def test_no_ratio(text: str) -> None:
    with pytest.raises(MalformedValue):
        parse_ratio(text)


def test_a_date() -> None:
    assert parse_date("2024-02-29") == date(2024, 2, 29)
    assert parse_date(" 2024-03-04\n") == date(2024, 3, 4)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023-02-29", "there is no day 2023-02-29"), ("2024-13-01", "there is no day 2024-13-01"),
        ("2024-00-10", "there is no day 2024-00-10"), ("0000-01-01", "there is no day 0000-01-01"),
        ("2024-3-4", "'2024-3-4' is not a date"), ("2024/03/04", "is not a date"), ("20240304", "is not a date"),
        ("2024-03-04T00:00", "is not a date"), ("04-03-2024", "is not a date"), ("2024年3月4日", "is not a date"),
        ("２０２４-03-04", "is not a date"), ("", "is not a date"), ("x" * 3000, "is not a date"),
    ],
)  # fmt: skip
def test_no_date(text: str, reason: str) -> None:
    with pytest.raises(MalformedValue) as caught:
        parse_date(text)
    assert reason in caught.value.reason.en
    assert len(caught.value.reason.zh) < 60


# Rounding and writing


@given(FRACTIONS, st.integers(0, 6))
def test_rounding_is_half_up_as_decimals_round(value: Fraction, places: int) -> None:
    # 500 digits decide even where no decimal writes the value, since it is then no half.
    exact = EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    assert python(round_half_up(Rational(value), places)) == Fraction(rounded)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [("0.5", 0, "1"), ("-0.5", 0, "-1"), ("1.5", 0, "2"), ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("0.005", 2, "0.01"),
     ("-0.005", 2, "-0.01"), ("0.00499", 2, "0"), ("2.675", 2, "2.68"), ("97.405", 2, "97.41"), ("0", 3, "0")],
)  # fmt: skip
def test_halves_go_away_from_zero(value: str, places: int, rounded: str) -> None:
    assert python(round_half_up(Rational(Fraction(value)), places)) == Fraction(rounded)


@given(FRACTIONS)
def test_the_decimals_that_write_a_value(value: Fraction) -> None:
    places = terminating_decimals(Rational(value))
    if places is None:
        assert pow(10, 40, value.denominator) != 0
    else:
        assert (value * 10**places).denominator == 1
        assert places == 0 or (value * 10 ** (places - 1)).denominator > 1


@given(FRACTIONS)
def test_an_exact_text_loses_nothing(value: Fraction) -> None:
    text = format_exact(Rational(value))
    assert Fraction(text) == value
    assert ("/" in text) == (terminating_decimals(Rational(value)) is None)


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("5", "5"), ("-5", "-5"), ("1/8", "0.125"), ("-1/8", "-0.125"), ("1/3", "1/3"), ("-7/6", "-7/6"),
     ("100", "100"), ("12.50", "12.5"), ("0.0001", "0.0001")],
)  # fmt: skip
def test_an_exact_text(value: str, text: str) -> None:
    assert format_exact(Rational(Fraction(value))) == text


@pytest.mark.parametrize(
    ("value", "places", "grouped", "text"),
    [
        ("24066.41", 2, True, "24,066.41"), ("24066.41", 2, False, "24066.41"), ("24066.405", 2, True, "24,066.41"),
        ("999.995", 2, True, "1,000.00"), ("-0.001", 2, False, "0.00"), ("-0.005", 2, False, "-0.01"), ("0.5", 0, False, "1"),
        ("1000000", 0, True, "1,000,000"), ("100000", 0, True, "100,000"), ("100", 0, True, "100"), ("-1234.5", 1, True, "-1,234.5"),
        ("0.05", 3, True, "0.050"), ("12", 2, False, "12.00"),
    ],
)  # fmt: skip
def test_a_fixed_text(value: str, places: int, grouped: bool, text: str) -> None:
    assert format_fixed(Rational(Fraction(value)), places, grouped=grouped) == text


def test_values_of_thousands_of_digits_are_written_too() -> None:
    """Python refuses to write an integer of more than 4300 digits; a sum of many ratios has them."""
    many = Rational(10**6000 + 1, 3)
    assert format_exact(many).endswith("1/3")
    assert len(format_exact(Rational(1, 3) / 10**6000)) > 6000
    assert len(format_fixed(many, 2)) == 6003
    assert len(format_fixed(many, 2, grouped=True)) == 6003 + 1999


def test_values_of_many_decimals_are_rounded_and_written_too() -> None:
    smallest = Rational(1, 2**40)
    assert Fraction(format_exact(smallest)) == Fraction(1, 2**40)
    for places in range(20):
        assert format_fixed(Rational(2, 3), places) == ("0." + "6" * (places - 1) + "7" if places else "1")


def test_more_digits_than_any_amount_has_are_refused() -> None:
    assert parse_number("1" * MAX_DIGITS)
    with pytest.raises(MalformedValue):
        parse_number("1" * (MAX_DIGITS + 1))
