"""What stands in a cell, as people write it, and the one value it is read as; what may mean two things is refused."""

from __future__ import annotations

import re

import pytest

from engine.errors import Text
from engine.facts.conventions import Convention, as_stated
from engine.facts.refusals import why_not
from engine.language.literals import parse_value
from engine.language.numbers import MalformedValue
from engine.language.terms import Kind, Type

DATE, MONEY, RATIO, DAYS = (Type(one) for one in (Kind.DATE, Kind.MONEY, Kind.RATIO, Kind.DAYS))
COUNT, POINTS = Type(Kind.COUNT), Type(Kind.POINTS)
CHOICE = Type(Kind.CHOICE, ("up", "down"), labels=(Text("正向", "Upward"), Text("反向", "Downward")))
C = Convention


@pytest.mark.parametrize(
    ("text", "type_", "stated", "conventions"),
    [
        ("2024-03-04", DATE, "2024-03-04", ()),
        ("2024/3/4", DATE, "2024-03-04", (C.SLASHES,)),
        ("2024/03/04", DATE, "2024-03-04", (C.SLASHES,)),
        ("2024.3.4", DATE, "2024-03-04", (C.DOTS,)),
        ("2024-9-13", DATE, "2024-09-13", (C.HYPHENS,)),
        ("2024年3月4日", DATE, "2024-03-04", (C.CHINESE,)),
        ("2024 年 3 月 4 日", DATE, "2024-03-04", (C.CHINESE,)),
        ("2024\u00a0/ 3 /4", DATE, "2024-03-04", (C.SLASHES,)),
        ("20240304", DATE, "2024-03-04", (C.EIGHT_DIGITS,)),
        ("2024-03-04 00:00:00", DATE, "2024-03-04", (C.MIDNIGHT,)),
        ("2024-03-04T00:00:00.000", DATE, "2024-03-04", (C.MIDNIGHT,)),
        ("2024/3/4 0:00", DATE, "2024-03-04", (C.SLASHES, C.MIDNIGHT)),
        ("２０２４／３／４", DATE, "2024-03-04", (C.FULL_WIDTH, C.SLASHES)),
        ("２０２４－０３－０４", DATE, "2024-03-04", (C.FULL_WIDTH,)),
        ("24,066.41", MONEY, "24,066.41", ()),
        ("２４，０６６．４１", MONEY, "24,066.41", (C.FULL_WIDTH,)),
        ("−100", MONEY, "-100", (C.FULL_WIDTH,)),
        ("100万元", MONEY, "100", (C.UNIT,)),
        ("1,200.5 万元", MONEY, "1,200.5", (C.UNIT,)),
        ("１００万元", MONEY, "100", (C.FULL_WIDTH, C.UNIT)),
        ("7天", DAYS, "7", (C.UNIT,)),
        ("84.1％", RATIO, "84.1%", (C.FULL_WIDTH,)),
        ("1.000", RATIO, "1.000", ()),
        ("0.95", RATIO, "0.95", ()),
        ("120%", RATIO, "120%", ()),
        ("８４．１％", RATIO, "84.1%", (C.FULL_WIDTH,)),
        ("up", CHOICE, "up", ()),
        ("正向", CHOICE, "up", (C.OPTION_LABEL,)),
        ("Downward", CHOICE, "down", (C.OPTION_LABEL,)),
        ("1,139.880000000000000", MONEY, "1,139.880000000000000", ()),
        ("12345678901234567890", MONEY, "12345678901234567890", ()),
    ],
)
def test_what_is_read(text: str, type_: Type, stated: str, conventions: tuple[Convention, ...]) -> None:
    read = as_stated(f" {text}\u3000", type_, "万元")
    assert (read.text, read.conventions) == (stated, conventions)
    assert parse_value(read.text, type_) == parse_value(stated, type_)


@pytest.mark.parametrize(
    ("text", "type_", "said"),
    [
        ("03/04/2024", DATE, "does not begin with a year of four digits"),
        ("03-05-24", DATE, "does not begin with a year of four digits"),
        ("24-3-4", DATE, "does not begin with a year of four digits"),
        ("3月4日", DATE, "does not begin with a year of four digits"),
        ("45355", DATE, "a spreadsheet's own number of a day"),
        ("45355.0", DATE, "a spreadsheet's own number of a day"),
        ("2024-03-04 09:30", DATE, "has a time of day"),
        ("2024-03-04T00:00:00Z", DATE, "has a time of day"),
        ("2024/2/30", DATE, "there is no day 2024-02-30"),
        ("2024/3-4", DATE, "is not a date"),
        ("2024年3月", DATE, "is not a date"),
        ("20240304 5", DATE, "is not a date"),
        ("/", DATE, "is not a date"),
        ("1,000,000.00元", MONEY, "is in 元; the unit here is 万元"),
        ("100万", MONEY, "is in 万; the unit here is 万元"),
        ("1亿元", MONEY, "is in 亿元; the unit here is 万元"),
        ("¥100", MONEY, "a sign of currency"),
        ("￥100万元", MONEY, "a sign of currency"),
        ("(100)", MONEY, "in brackets"),
        ("（１００）", MONEY, "in brackets"),
        ("-", MONEY, "does not say how much"),
        ("——", MONEY, "does not say how much"),
        ("无", MONEY, "does not say how much"),
        ("1.2E+05", MONEY, "has an exponent"),
        ("1139.8800000000001", MONEY, "more than 15 significant digits"),
        ("１１３９．８８００００００００００１", MONEY, "more than 15 significant digits"),
        ("79.99999999999999%", RATIO, "more than 15 significant digits"),
        ("95", RATIO, "the ratio '95' has no percent sign: 95% or 9500%"),
        ("1.01", RATIO, "the ratio '1.01' has no percent sign: 1.01% or 101%"),
        ("－１，０００", RATIO, "the ratio '－１，０００' has no percent sign: -1000% or -100000%"),
        ("31，08.53", MONEY, "do not stand every three digits"),
        ("85%", MONEY, "is a percentage"),
        ("1 200", MONEY, "is not a number"),
        ("万元", MONEY, "is not a number"),
        ("57人", COUNT, "'57人' has '人' behind the number"),
        ("upward", CHOICE, "is not one of the options"),
    ],
)
def test_what_is_refused(text: str, type_: Type, said: str) -> None:
    with pytest.raises(MalformedValue) as refused:
        parse_value(as_stated(text, type_, "万元").text, type_)
    assert said in (why_not(text, type_, "万元") or refused.value).reason.en


REMARK = "has the remark '{}' behind the number"
CONVERT = "state it in 万元, in digits alone"
ONE = "write one exact number"
DIGITS = "write digits, a point and thousands commas, such as 24,066.41"
AS_PERCENTAGE = "write it as a percentage such as 95%"
BEHIND: list[tuple[str, Type, str, str]] = [
    ("900.00（决算）", MONEY, REMARK.format("决算"), "write 900.00 alone, and the remark beside it"),
    ("900.00(决算)", MONEY, REMARK.format("决算"), "write 900.00 alone, and the remark beside it"),
    ("1,200[1]", MONEY, REMARK.format("1"), "write 1,200 alone, and the remark beside it"),
    ("100万元（含税）", MONEY, REMARK.format("含税"), "write 100 alone, and the remark beside it"),
    ("3（含借调）", COUNT, REMARK.format("含借调"), "write 3 alone, and the remark beside it"),
    ("95%（自评）", RATIO, REMARK.format("自评"), "write 95% alone, and the remark beside it"),
    ("7天（工作日）", DAYS, REMARK.format("工作日"), "write 7 alone, and the remark beside it"),
    ("9分（满分10分）", POINTS, REMARK.format("满分10分"), "write 9 alone, and the remark beside it"),
    ("100（元）", MONEY, "is in 元; the unit here is 万元", CONVERT),
    ("100元（含税）", MONEY, "is in 元; the unit here is 万元", CONVERT),
    ("100元整", MONEY, "is in 元整; the unit here is 万元", CONVERT),
    ("100万美元", MONEY, "is in 万美元; the unit here is 万元", CONVERT),
    ("100 million yuan", MONEY, "is in million yuan; the unit here is 万元", CONVERT),
    ("2个月", DAYS, "is in 个月; the unit here is 天", "state it in 天, in digits alone"),
    ("950‰", RATIO, "is in ‰; the unit here is %", AS_PERCENTAGE),
    ("3万人", COUNT, "has the unit '万人'", "write the whole number out, in digits alone"),
    ("100（万元）", MONEY, "has '（万元）' behind the number", "write 100 alone"),
    ("100 万元整", MONEY, "has '万元整' behind the number", "write 100 alone"),
    ("100.0 万 元", MONEY, "has '万 元' behind the number", "write 100.0 alone"),
    ("7个工作日", DAYS, "has '个工作日' behind the number", "write 7 alone"),
    ("人民币100万元", MONEY, "has a sign of currency", "write 100 alone"),
    ("RMB 100", MONEY, "has a sign of currency: its unit is not certain", CONVERT),
    ("7天半", DAYS, "has '天半' behind the number", "write digits alone, and the remark beside it"),
    ("100①", MONEY, "has '①' behind the number", "write digits alone, and the remark beside it"),
    ("100（负）", MONEY, "whether it is negative", "write -100 if it is negative"),
    ("约100", MONEY, "is not an exact number", ONE),
    ("100左右", MONEY, "is not an exact number", ONE),
    ("100多万元", MONEY, "is not an exact number", ONE),
    ("100+", MONEY, "is not an exact number", ONE),
    (">=100", MONEY, "is not an exact number", ONE),
    ("95%以上", RATIO, "is not an exact number", AS_PERCENTAGE),
    ("100～200", MONEY, "holds more than one number", ONE),
    ("100/200", MONEY, "holds more than one number", ONE),
    ("50+50", MONEY, "holds more than one number", ONE),
    ("1.234.567,89", MONEY, "is not a number", DIGITS),
    ("1 234,5", MONEY, "is not a number", DIGITS),
    ("1'234", MONEY, "is not a number", DIGITS),
    ("95个百分点", RATIO, "is not a number", DIGITS),
    ("'100", MONEY, "has quotation marks in it", "write 100, without them"),
    ("壹佰", MONEY, "is not a number", DIGITS),
    ("100" * 100 + "（决算）", MONEY, "is not a number", DIGITS),
]  # fmt: skip
"""Numbers with something beside them; what is said of each, and what is to be done."""


@pytest.mark.parametrize(("text", "type_", "said", "fix"), BEHIND)
def test_what_stands_beside_a_number_is_called_what_it_is(
    text: str, type_: Type, said: str, fix: str
) -> None:
    with pytest.raises(MalformedValue) as refused:
        parse_value(as_stated(text, type_, "万元").text, type_)
    error = why_not(text, type_, "万元") or refused.value
    assert said in error.reason.en
    assert error.fix.en == fix


@pytest.mark.parametrize(("text", "type_", "said", "fix"), BEHIND)
def test_what_is_to_be_written_alone_is_read(text: str, type_: Type, said: str, fix: str) -> None:
    match = re.fullmatch(r"write ([-0-9.,%]+) (?:alone.*|if it is negative)", fix)
    if match is not None:
        assert as_stated(match[1], type_, "万元").conventions == ()
        parse_value(match[1], type_)


def test_a_remark_is_called_so_in_chinese() -> None:
    error = why_not("900.00（决算）", MONEY, "万元")
    assert error is not None
    assert error.reason.zh == "“900.00（决算）”的数字后面写有说明“决算”"
    assert error.fix.zh == "只写 900.00，说明写在旁边"


def test_a_unit_is_the_columns_own() -> None:
    assert as_stated("100元", MONEY, "元").text == "100"
    assert as_stated("100万元", MONEY, "元").text == "100万元"
    assert as_stated("100 k(EUR)", MONEY, "k(EUR)").text == "100"
