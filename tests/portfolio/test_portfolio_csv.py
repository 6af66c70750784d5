"""CSV as editors and exports really write it: read rightly, or refused with file and line; never a row lost."""

from __future__ import annotations

import contextlib
import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import FactsError
from engine.portfolio.layout import Layout, layout_of
from engine.portfolio.reading import load as read
from engine.portfolio.reporting import silent
from engine.portfolio.scoring import Portfolio
from engine.portfolio.workspace import workspace
from tests.command import audit
from tests.portfolio.test_differential import drawn, load
from tests.portfolio.test_script import write_tables

pytest.importorskip("duckdb")
RULESET = "shapes/19-bonus-per-case"
BOM = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty departments in tables with LF at the end of every line."""
    folder = tmp_path_factory.mktemp("tables")
    assert audit("--rulesets", "tests", "portfolio", "template", RULESET, "-o", folder).code == 0
    write_tables(load(RULESET), drawn(load(RULESET), 20), folder)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().removeprefix(BOM).replace(b"\r\n", b"\n"))
    return folder


def altered(tables: Path, folder: Path, change: Callable[[bytes], bytes]) -> Path:
    for path in tables.iterdir():
        (folder / path.name).write_bytes(change(path.read_bytes()))
    return folder


def results(folder: Path) -> tuple[int, int, list[tuple[object, ...]]]:
    """How many were read, how many of them rejected, and every scored row."""
    with workspace(reading=folder) as work:
        connection = work.connection
        portfolio = Portfolio(connection, load(RULESET))
        portfolio.read(work, folder)
        counts = portfolio.score()
        assert counts.read == counts.scored + counts.rejected
        return counts.read, counts.rejected, connection.execute("FROM scored ORDER BY ALL").fetchall()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: BOM + text,
        lambda text: BOM + b'"department"' + text.removeprefix(b"department").replace(b"\n", b"\r\n"),
        lambda text: text.removesuffix(b"\n"),
        lambda text: text + b"\n\n",
        lambda text: text.replace(b"department", "部门".encode(), 1),
        lambda text: text + (b"," * text.partition(b"\n")[0].count(b",") + b"\n") * 3,
        lambda text: text.replace(b"\n", b",,\n"),
        lambda text: text.replace(b",", b" ,\t", 1).replace(b"\n", b"\xe3\x80\x80\n", 1),
    ],
    ids=[
        "CRLF",
        "mark",
        "mark, quotes and CRLF",
        "no last line end",
        "blank lines",
        "the key in Chinese",
        "empty rows",
        "columns that hold nothing",
        "blanks around headings",
    ],
)
def test_the_same_table_however_its_lines_end(
    tables: Path, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    assert results(altered(tables, tmp_path, change)) == results(tables)


def test_a_line_end_within_quotes_belongs_to_the_cell(tables: Path, tmp_path: Path) -> None:
    """A department whose name has two lines is one row, which is rejected for its name."""
    altered(tables, tmp_path, lambda text: text.replace(b"\nd0,", b'\n"d0\r\nbureau",'))
    assert b"bureau" in (tmp_path / "main.csv").read_bytes()
    read_, rejected, scored_ = results(tmp_path)
    wanted = results(tables)
    assert (read_, len(scored_)) == (wanted[0], wanted[0] - rejected)
    assert rejected == wanted[1] + 1  # its name is on two lines


BROKEN = [
    (b"department,a\r\nx,1\r\ny,2\nz,3\r\n", "S120", 3, "ends in LF"),
    (b"department,a\nx,1\ny,2\r\nz,3\n", "S120", 3, "ends in CRLF"),
    (b'department,a\r\nx,"1\n2"\r\ny,2\n', "S120", 4, "ends in LF"),
    (b"department,a\nx,1\ry,2\n", "S120", 2, "ends in CR,"),
    (b'department,a\n"x\n",1\ny\nz,1\n', "S120", 4, "1 cells"),
    (b"department,a\nx,1\ny,2,3\n", "S120", 3, "3 cells"),
    (b"department,a\nx,1\ny,2,\n", "S120", 3, "3 cells"),
    (b"department,a,b\nx,1,2\ny,1,234,\n", "S120", 3, "4 cells"),
    (b'department,a\r\n"x,\r\n",1\r\n"y, ""z""",2,\r\n', "S120", 4, "3 cells"),
    (b"department,a\nx," + b"9" * 140_000 + b"\ny,2,\n", "S120", 2, "field limit"),
    (b'department,a\nx,1\ny,"2\nz,3\n', "S120", 3, "quotes"),
    (b'department,a\nx,1\ny,"2"0\nz,3\n', "S120", 3, "quotes"),
    (b"department,a\nx,1\n\xb2\xc6\xd5\xff,2\n", "S103", 3, "neither UTF-8 nor GB 18030"),
    (
        b"department,a\n" + "财".encode() * 3 + b",1\n\xb2\xc6,2\n\xff,1\n",
        "S103",
        3,
        "neither UTF-8 nor GB 18030",
    ),
    ("department,a\nx,1\n".encode("utf-16"), "S103", 1, "UTF-16"),
    ("department,a\nx,1\n".encode("utf-16-le"), "S103", 1, "neither"),
    (b"department,a\nx,1\ny,\x00\n", "S103", 3, "neither"),
    (b"", "S105", 1, "headings"),
    (b",,\n,,\n", "S105", 1, "headings"),
    (b"department;a\nx;1\n", "S120", 1, "separated by semicolons"),
    (b"\xef\xbb\xbfdepartment\ta\r\nx\t1\r\n", "S120", 1, "separated by tabs"),
    (b'department,a,\n"x\n",1,\ny,2,3\n', "S120", 4, "column 3 has no heading, yet row 3 has a value"),
    (b"department,,a\n,,\n,2,\n", "S120", 3, "column 2 has no heading, yet row 3 has a value"),
    (b"department,a, A\nx,1,2\n", "F004", 1, "twice"),
    (b"department,a,a\nx,1,2\n", "F004", 1, "twice"),
]


@pytest.mark.parametrize(("content", "code", "line", "said"), BROKEN)
def test_a_broken_table_is_refused_with_its_line(
    tmp_path: Path, content: bytes, code: str, line: int, said: str
) -> None:
    path = tmp_path / "main.csv"
    path.write_bytes(content)
    with workspace(reading=tmp_path) as work, pytest.raises(FactsError) as caught:
        read(work, layout(), tmp_path, silent)
    (problem,) = caught.value.problems
    assert problem.where is not None
    assert (problem.code, problem.where.file, problem.where.line) == (code, str(path), line)
    assert said in problem.message.en


def layout() -> Layout:
    return layout_of(load(RULESET))


def test_the_command_names_file_and_line(tables: Path, tmp_path: Path) -> None:
    folder = altered(tables, tmp_path, lambda text: text + text.partition(b"\n")[2].replace(b"\n", b"\r\n"))
    done = audit(
        "--lang", "en", "--rulesets", "tests", "portfolio", "score", folder, "-r", RULESET, "-o", f"{tmp_path}.out"
    )  # fmt: skip
    assert done.code == 3
    assert f"{folder / 'main.csv'}:22: S120 this line ends in CRLF, those before it in LF" in done.err
    assert not Path(f"{tmp_path}.out").exists()


@pytest.mark.parametrize(
    ("content", "said", "fix"),
    [
        (
            b"department,a\n\xb2\xff,2\n",
            ":2: S103 the file is neither UTF-8 nor GB 18030 text",
            "“CSV UTF-8”",
        ),
        (
            b"department,a\nx,24,066.41\n",
            ":2: S120 3 cells, where 2 are headed",
            "has a comma in it in quotes",
        ),
        (b"department\ta\nx\t1\n", ":1: S120 the cells are separated by tabs", "save it with commas"),
    ],
)
def test_the_command_says_what_to_do(tmp_path: Path, content: bytes, said: str, fix: str) -> None:
    (tmp_path / "main.csv").write_bytes(content)
    done = audit(
        "--lang",
        "en",
        "--rulesets",
        "tests",
        "portfolio",
        "score",
        tmp_path,
        "-r",
        RULESET,
        "-o",
        f"{tmp_path}.out",
    )
    assert done.code == 3
    assert f"{tmp_path / 'main.csv'}{said}" in done.err
    assert fix in done.err


def test_a_label_of_several_columns_is_told_with_what_it_may_mean(tmp_path: Path) -> None:
    ruleset = load("guangdong/2024")
    labels: dict[str, list[str]] = {}
    for text, column in layout_of(ruleset).main.columns.items():
        labels.setdefault(column.fact.label.zh, []).append(text)
    label, names = next((label, names) for label, names in labels.items() if len(names) > 1)
    assert audit("portfolio", "template", ruleset.id, "-o", tmp_path).code == 0
    path = tmp_path / "main.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(f",{names[0]},", f",{label},"), encoding="utf-8")
    done = audit("--lang", "en", "portfolio", "score", tmp_path, "-r", ruleset.id, "-o", f"{tmp_path}.out")
    assert done.code == 3
    assert f"F003 {label}: the label '{label}' means several columns ({', '.join(names)})" in done.err
    assert "there is no column" not in done.err


CELLS = [
    "",
    "1",
    '"1,2"',
    '"a\nb"',
    '"a\r\nb"',
    '"a\rb"',
    '"q""q"',
    " x ",
    "é",
    'a"b',
    '""',
    '""""',
    "d'",
    "\\",
]


def test_every_row_is_the_one_that_python_reads(tmp_path: Path) -> None:
    """Tables at random, some broken: the rows are those of another reader, or the table is refused with a line."""
    dice = random.Random(7)
    path = tmp_path / "main.csv"
    refused: list[int] = []
    path.touch()
    opened = contextlib.ExitStack()
    work = opened.enter_context(workspace(reading=tmp_path))
    for _ in range(250):
        end, odd = dice.choice(["\n", "\r\n", "\r"]), dice.random() < 0.3
        lines = ["department,a,b"]
        for number in range(dice.randrange(7)):
            width = 1 if odd and dice.random() < 0.1 else 2
            lines.append(",".join([f"d{number}", *dice.choices(CELLS, k=width)]))
        text = "".join(
            one + (dice.choice(["\n", "\r\n", "\r"]) if odd and dice.random() < 0.2 else end) for one in lines
        )
        text = text.removesuffix(end) if dice.random() < 0.3 else text
        path.write_bytes(dice.choice([b"", BOM]) + text.encode())
        try:
            read(work, layout(), tmp_path, silent)
        except FactsError as error:
            where = error.problems[0].where
            refused.append(where.line if odd and where is not None else 0)
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [tuple(cell or None for cell in row) for row in csv.reader(file, strict=True)][1:]
        assert work.connection.execute("FROM raw.main").fetchall() == rows, text
    opened.close()
    assert all(refused)
    assert 20 < len(refused) < 300
