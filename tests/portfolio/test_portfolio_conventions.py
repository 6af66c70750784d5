"""Tables as people write them: the columns read what a single cell is read as, and count it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Text
from engine.facts.conventions import Convention, as_stated
from engine.language.literals import parse_value
from engine.language.numbers import MalformedValue
from engine.language.terms import Kind, Type
from engine.portfolio.cells import trimmed
from engine.portfolio.conventions import plain_sql, predicates, stated_sql
from tests.command import audit

duckdb = pytest.importorskip("duckdb")

LABELS = (Text("正向", "Upward"), Text("反向", "Down 'ward"), Text("flat", "flat"))
TYPES = [
    Type(Kind.DATE), Type(Kind.MONEY), Type(Kind.RATIO), Type(Kind.NUMBER), Type(Kind.POINTS), Type(Kind.TEXT),
    Type(Kind.CHOICE, ("up", "down", "flat"), labels=LABELS), Type(Kind.CHOICE, ("up", "down")),
]  # fmt: skip
PARTS = [
    "2024", "０２４", "20240304", "3", "12", "04", "31", "13", "0", "00", "000", "1", "100", "0001", ",", "，", ".", "．",
    "-", "－", "−", "+", "/", "／", "年", "月", "日", " ", "\u3000", "\xa0", "\t", "T", ":", "：", "00:00", " 00:00:00", " 0:00",
    ".000", "元", "万元", "分", "天", "%", "％", "﹪", "¥", "(", ")", "E5", "正向", "Upward", "Down 'ward", "up", "flat",
    "1139.8800000000001", "123456789012345", "0.", "é", "𠮷", "'", "\\", "\n", "?",
]  # fmt: skip
WHOLE = [
    "2024/3/4", "2024.3.4", "2024-3-4", "2024-03-04", "2024年3月4日", "２０２４年３月４日", "2024-03-04 00:00:00", "0000-01-01",
    "2024-02-30", "9999/12/31 0:00", "24,066.41", "２４，０６６．４１", "100 万元", "31，08.53", "0.30000000000000004", "1.000",
    "000123.4500000000000000", "95", "1.01", "-1", "−1.0", "00.5", "1,000%", "",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(WHOLE),
    st.lists(st.sampled_from(PARTS), max_size=8).map("".join),
    st.builds("{}{}{}".format, st.sampled_from(PARTS), st.sampled_from(WHOLE), st.sampled_from(PARTS)),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12),
)


def by_one_cell(text: str, type_: Type) -> tuple[str, set[Convention]]:
    """What the text states, ``?`` where it may not be read, and the conventions by which a value was read."""
    try:
        stated = as_stated(text, type_, "万元")
    except MalformedValue:
        return "?", set()
    try:
        parse_value(stated.text, type_)
    except MalformedValue:
        return stated.text, set()
    return stated.text, set(stated.conventions)


@pytest.mark.parametrize("type_", TYPES, ids=lambda one: f"{one.kind}{len(one.labels)}")
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=60))
def test_a_column_is_read_as_each_cell_alone(type_: Type, texts: list[str]) -> None:
    conditions = list(predicates("x", type_, "万元"))
    asked = ", ".join(
        [stated_sql("x", type_, "万元"), plain_sql("x", type_), *(one for _, one in conditions)]
    )
    given_ = f"SELECT {trimmed('x')} AS x, n FROM (SELECT unnest(?) AS x, generate_subscripts(?, 1) AS n)"
    rows = duckdb.execute(f"SELECT {asked} FROM ({given_}) ORDER BY n", [texts, texts]).fetchall()
    for text, (stated, plain, *met) in zip(texts, rows, strict=True):
        found = {convention for (convention, _), is_met in zip(conditions, met, strict=True) if is_met}
        assert (stated, found) == by_one_cell(text, type_), repr(text)
        assert not plain or (stated == text.strip() and not found), repr(text)


HEADS = "部门,合同编号,合同名称,合同金额,合同签订日期,合同公告日期"
RULESET = Path(__file__).parent / "people_write.yaml"


def score(folder: Path, contracts: list[str], **main: str) -> tuple[int, dict[str, list[str]], str]:
    """The exit code, the tables of the result as lines, and what was said."""
    given_ = folder / "in"
    given_.mkdir()
    (given_ / "main.csv").write_text(
        '部门,调整预算数,支出决算数\n甲局,"1,200.00",1100\n乙局,1200,1100\n', encoding="utf-8"
    )
    (given_ / "contracts.csv").write_text("\n".join([HEADS, *contracts, ""]), encoding="utf-8")
    for name, content in main.items():
        (given_ / f"{name}.csv").write_text(content, encoding="utf-8")
    run = audit("--lang", "en", "portfolio", "score", given_, "-r", RULESET, "-o", folder / "out")
    read = {
        one.stem: one.read_text(encoding="utf-8-sig").splitlines()[1:]
        for one in (folder / "out").glob("*.csv")
    }
    return run.code, read, run.err


READ = [
    "甲局,H1,a,100,2024/3/4,2024/3/5", "甲局,H2,b,100,2024-3-4,2024-3-5", "甲局,H3,c,100,20240304,20240305",
    "甲局,H4,d,100,2024年3月4日,2024年3月5日", "甲局,H6,f,100,2024-03-04 00:00:00,2024-03-05 00:00:00",
    "甲局,H7,g,100,2024.3.4,2024.3.5", "甲局,H9,i,100万元,2024-03-04,　", "甲局,H11,k,１００,2024-03-04,2024-03-11",
]  # fmt: skip


def test_what_people_write_is_read_in_columns_and_counted(tmp_path: Path) -> None:
    """Nine contracts, of which one is announced on the fifth working day after signing: 4, 5 to 8 and 11 March."""
    code, read, said = score(tmp_path, [*READ, "乙局,H1,a,100,2024-03-04,2024-03-05"])
    assert code == 0
    assert read["scores"] == ['乙局,19.17,"",1,columns', '甲局,18.17,"",2,columns']
    assert read["ledger"][-1].startswith("甲局,2,deduction,filing,late,H11,1.00,1.00")
    label = "Contracts."
    days = [
        ("a date with slashes", 2, "2024/3/4"), ("a date with dots", 7, "2024.3.4"),
        ("a date with hyphens, not as yyyy-mm-dd", 3, "2024-3-4"), ("a date in Chinese", 5, "2024年3月4日"),
        ("a date of eight digits", 4, "20240304"), ("a date with the time 00:00", 6, "2024-03-04 00:00:00"),
    ]  # fmt: skip
    told = [
        f"contracts.csv:{line}: F014 {label}Signed: 1 cell holds {form}, such as '{written}', read as '2024-03-04'"
        for form, line, written in days
    ]
    told += [
        f"contracts.csv:9: F014 {label}Amount: 1 cell holds full-width digits or signs, such as '１００', read as '100'",
        f"contracts.csv:8: F014 {label}Amount: 1 cell holds the column's own unit, such as '100万元', read as '100'",
        f"contracts.csv:8: F014 {label}Announced: 1 cell holds blanks alone, taken for empty",
    ]
    for one in told:
        assert f"warning: {one}\n" in said
    assert len(read["notes"]) == said.count("F014") == len(told) + 6


REFUSED = {
    "H5,e,100,45355,45356": ["F007,contracts[H5].announced", "F007,contracts[H5].signed"],
    'H8,h,"1,000,000.00元",2024-03-04,2024-03-05': ["F007,contracts[H8].amount"],
    "H10,j,¥100,2024-03-04,2024-03-05": ["F007,contracts[H10].amount"],
    "H12,l,(100),2024-03-04,2024-03-05": ["F007,contracts[H12].amount"],
    "H13,m,-,2024-03-04,/": ["F007,contracts[H13].amount", "F007,contracts[H13].announced"],
    "H14,n,1139.8800000000001,2024-03-04,2024-03-05": ["F007,contracts[H14].amount"],
    "H15,o,100,03/04/2024,03-05-24": ["F007,contracts[H15].announced", "F007,contracts[H15].signed"],
    "H16,p,100万,2024-03-04,": ["F007,contracts[H16].amount"],
    "H17,q,12345678901234.56,2024-03-04,": ["F007,contracts[H17].amount"],
}


def test_what_may_mean_two_things_is_refused_by_line(tmp_path: Path) -> None:
    lines = [*REFUSED]
    random.Random(5).shuffle(lines)
    rows = [f"甲局,{one}" for one in lines]
    code, read, _ = score(tmp_path, [*READ, *rows, "乙局,H1,a,100,2024-03-04,2024-03-05"])
    assert code == 1
    assert [one.split(",")[0] for one in read["scores"]] == ["乙局"]
    expected = {
        f"甲局,{one},contracts.csv:{line}"
        for line, text in enumerate(lines, 2 + len(READ))
        for one in REFUSED[text]
    }
    assert {",".join(one.split(",")[:4]) for one in read["rejects"]} == expected


def test_labels_titles_and_numbers_beside_the_facts(tmp_path: Path) -> None:
    """The columns take them, and so does the direct evaluation of a department that they cannot vouch for."""
    late = ["{},H1,a,100,2024/3/4,2024/3/11", "{},H2,b,100,2024/3/4,2024/3/11"]
    rows = [one.format(department) for department in ("甲局", "乙局") for one in late]
    rows.append("乙局,H3,c,123456789012345,2024-03-04,")  # larger than the columns take
    waivers = "department,rule,record,reason\n甲局,合同公告,H1,停机\n乙局,合同公告,H1,停机\n"
    claimed = "department,criterion,points\n甲局,execution,９分\n乙局,execution,9.0\n"
    code, read, said = score(tmp_path, rows, waivers=waivers, claimed=claimed)
    assert code == 0, said
    assert read["scores"] == ['乙局,18.17,"",1,direct', '甲局,18.17,"",1,columns']
    assert (
        "claimed.csv:2: F014 claimed scores: 1 cell holds full-width digits or signs, such as '９分', read as '9'"
        in said
    )
    assert (
        "waivers.csv:2: F014 waivers.rule: 2 cells hold a criterion's title for its rule, such as '合同公告', read as 'late'"
        in said
    )


SCRIPTED = {
    "2024-03-04,2024-03-05": "19.17",
    "2024/3/4,2024-03-05": None, "2024-3-4,2024-03-05": None, "20240304,2024-03-05": None, "2024-03-04 00:00:00,": None,
    "2024年3月4日,": None, "45355,": None, "2024-03-04,／": None, "2024-03-04,　": "19.17", "2024-03-04,-": None,
}  # fmt: skip
AMOUNTS = [
    "１００",
    "100万元",
    "¥100",
    "(100)",
    "-",
    "1139.8800000000001",
    "0.30000000000000004",
    "31，08.53",
    "100 ",
]


def test_the_compiled_script_rejects_what_it_does_not_read(tmp_path: Path) -> None:
    """No total, for an optional cell neither: what is not read is not taken for absent."""
    main, contracts = ["部门,调整预算数,支出决算数,rate"], [HEADS]
    wanted: dict[str, str | None] = {}

    def department(contract: str, total: str | None, rate: str = "") -> None:
        one = f"d{len(main)}"
        main.append(f"{one},1200,1100,{rate}")
        contracts.append(f"{one},H1,a,{contract}")
        wanted[one] = total

    for days, total in SCRIPTED.items():
        department(f"100,{days}", total)
    for amount in AMOUNTS:
        department(f"{amount},2024-03-04,", "19.17" if amount == "100 " else None)
    for rate, total in {"95%": "19.17", "0.95": "19.17", "95": None, "1.01": None, "９５%": None}.items():
        department("100,2024-03-04,", total, rate)
    department("100,2024-03-04,", None)
    waivers = ["department,rule,record,reason", f"d{len(main) - 1},合同公告,H1,x", ""]
    names = {
        "部门": "department",
        "调整预算数": "budget",
        "支出决算数": "spent",
        "合同编号": "id",
        "合同名称": "name",
    }
    names |= {"合同金额": "amount", "合同签订日期": "signed", "合同公告日期": "announced"}
    for table, rows in {"main": main, "contracts": contracts, "waivers": waivers}.items():
        head = ",".join(names.get(one, one) for one in rows[0].split(","))
        (tmp_path / f"{table}.csv").write_text("\n".join([head, *rows[1:], ""]), encoding="utf-8")
    script = audit("rules", "compile", RULESET, "--to", "sql")
    assert script.code == 0, script.err
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{tmp_path}'")
    found = {
        one: None if total is None else str(total)
        for one, total, *_ in connection.execute(script.out).fetchall()
    }
    assert found == wanted
