"""A portfolio reads what it was given and nothing else: paths are names, and every file is read or named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.errors import AuditError, FactsError, RecordError, UsageProblem
from engine.portfolio.opening import open_result
from engine.portfolio.summary import summary_of
from engine.portfolio.workspace import workspace
from tests.command import audit
from tests.portfolio.small import score, write_facts, write_rules, write_tables

duckdb = pytest.importorskip("duckdb")

ONE = "department,budget,spent\n甲局,100,90\n"
NAMES = [
    "p[12]", "p*", "p?", "**", "{p1,p2}", "spent=99.5", "department=X", "p'1", 'p"1', "p;1", "-p", "p\n1", " p ",
    "p\\1", "p%20", "~", "$HOME", "s3:", "http:", "p#1", "数据", "é", "p`id`", "p,q", "p|q", os.fsdecode(b"p\xff"),
    os.fsdecode("中".encode("gbk")), ":memory:", "p.duckdb", "p.csv", "read_csv('x')",
]  # fmt: skip

KINDS = ["csv", "gbk", "parquet", "duckdb", "facts"]
HARDEST = ["p[12]", "p?", "spent=99.5", "p'1", "p\n1", os.fsdecode(b"p\xff")]
FEW = ["p[12]", "spent=99.5", os.fsdecode(b"p'\n\xff")]
"""A pattern, a partition, and what is to be quoted."""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rules(tmp_path)


def as_parquet(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        duckdb.read_csv(str(path), all_varchar=True).write_parquet(str(path.with_suffix(".parquet")))
        path.unlink()


def as_database(folder: Path) -> None:
    with duckdb.connect(str(folder / "in.duckdb")) as connection:
        for path in folder.glob("*.csv"):
            connection.execute(
                f"CREATE TABLE {path.stem} AS FROM read_csv('{path}', all_varchar = true, header = true)"
            )
            path.unlink()


@pytest.mark.parametrize(
    ("kind", "names"),
    [("csv", HARDEST), *((kind, FEW) for kind in KINDS[1:]),
     *(pytest.param(kind, NAMES, marks=pytest.mark.thorough) for kind in KINDS)],
)  # fmt: skip
def test_a_path_is_a_name_and_no_pattern(kind: str, names: list[str], tmp_path: Path, rules: Path) -> None:
    """Whatever the folder is called, what is in it is read, and its neighbours are not; so is the result."""
    neighbours = [
        write_tables(tmp_path / "w" / f"p{one}", main=f"department,budget,spent\n{one},100,10\n")
        for one in (1, 2)
    ]
    made = write_tables(tmp_path / "made", main=ONE)
    if kind == "gbk":
        write_tables(made, main=ONE.encode("gbk"))
    elif kind == "parquet":
        for one in (made, *neighbours):
            as_parquet(one)
    elif kind == "duckdb":
        as_database(made)
    elif kind == "facts":
        shutil.rmtree(made)
        write_facts(made / "a.yaml", "甲局")
    for number, called in enumerate(names):
        folder = tmp_path / "w" / called
        shutil.copytree(made, folder)
        source = folder / "in.duckdb" if kind == "duckdb" else folder
        out = tmp_path / "w" / f"{called}.r"
        found = score(source, rules, out, "parquet" if number % 2 else "csv")
        assert (called, found.totals, found.rejects) == (called, {"甲局": "19.00"}, [])
        with workspace(reading=out) as work:
            assert open_result(work, out) == ()
            assert summary_of(work.connection)["totals"]["mean"] == "19.00"
        shutil.rmtree(folder)
        shutil.rmtree(out)


@pytest.mark.parametrize(
    "names",
    [["in[12].duckdb", "a=1.duckdb", os.fsdecode(b"s3:'?\xff.duckdb")],
     pytest.param(["in?.duckdb", "in*.db", "s3:x.duckdb", os.fsdecode(b"\xff.duckdb"), "'.duckdb"], marks=pytest.mark.thorough)],
    ids=["some", "others"],
)  # fmt: skip
def test_a_file_of_a_name_that_is_a_pattern(names: list[str], tmp_path: Path, rules: Path) -> None:
    """Databases, results in a database, and facts files."""
    for called in names:
        folder = write_tables(tmp_path / "w", main=ONE)
        as_database(folder)
        (folder / "in.duckdb").rename(folder / called)
        out = tmp_path / f"out {called}"
        assert score(folder / called, rules, out, "duckdb").totals == {"甲局": "19.00"}, called
        with workspace(reading=out) as work:
            assert open_result(work, out) == ()
            assert summary_of(work.connection)["about"]["scored"] == "1"
        shutil.rmtree(folder)
    for called in ("a[1].yaml", os.fsdecode("甲".encode("gbk")) + ".yaml", "-a.yaml", "a\nb.yaml"):
        write_facts(tmp_path / "facts" / called, called.encode(errors="replace").decode().replace("\n", ""))
    assert len(score(tmp_path / "facts", rules).totals) == 4


def test_a_database_reaches_nothing_else(tmp_path: Path, rules: Path) -> None:
    """Only what was given is within reach, and no setting opens the door again."""
    folder = write_tables(tmp_path / "in", main=ONE)
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    with workspace(reading=folder, writing=tmp_path / "out") as work:
        for query in (
            f"FROM read_csv('{tmp_path}/secret.csv')",
            f"FROM '{tmp_path}/*.csv'",
            "FROM read_text('/etc/hostname')",
            f"COPY (SELECT 1) TO '{tmp_path}/new.csv'",
            f"ATTACH '{tmp_path}/new.duckdb' AS new",
            "INSTALL httpfs",
            "LOAD httpfs",
            "FROM read_csv('http://localhost:1/x.csv')",
            "SET enable_external_access = true",
            "SET allowed_directories = ['/']",
            "FROM rules",
        ):
            with pytest.raises(duckdb.Error):
                work.connection.execute(query).fetchall()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in", "rules.yaml", "secret.csv"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("CREATE VIEW main AS SELECT '甲局' AS department, '100' AS budget, '90' AS spent", "a view"),
        ("CREATE VIEW main AS FROM read_csv('{folder}/secret.csv')", "a view"),
        (
            "CREATE TABLE main (department VARCHAR, budget INTEGER, spent INTEGER GENERATED ALWAYS AS (budget - 10))",
            "generated columns",
        ),
    ],
)
def test_only_tables_of_a_database_are_read(tmp_path: Path, rules: Path, made: str, said: str) -> None:
    (tmp_path / "secret.csv").write_text("department,budget,spent\n甲局,100,90\n", encoding="utf-8")
    source = tmp_path / "in.duckdb"
    with duckdb.connect(str(source)) as connection:
        connection.execute(made.format(folder=tmp_path))
        connection.execute("CREATE TABLE contracts (department VARCHAR, id VARCHAR)")
    with pytest.raises(FactsError) as caught:
        score(source, rules)
    (problem,) = caught.value.problems
    assert (problem.code, str(problem.where)) == ("S113", f"{source}:main")
    assert said in problem.message.en


def test_what_a_database_asks_of_its_values_does_not_count(tmp_path: Path, rules: Path) -> None:
    """No collation but that of the bytes, no date beyond the calendar; other tables and views are named."""
    source = tmp_path / "in.duckdb"
    with duckdb.connect(str(source)) as connection:
        connection.execute(
            "CREATE TABLE Main (department VARCHAR COLLATE NOCASE, budget DECIMAL(18,2), spent INTEGER, kind VARCHAR COLLATE NOCASE, closed DATE)"
        )
        connection.execute(
            "INSERT INTO Main VALUES ('a', 100, 90, 'a', '2024-12-31'), ('A', 100, 80, 'b', NULL), ('c', 100, 90, 'A', NULL), "
            "('d', 100, 90, 'b', 'infinity'), ('e', 100, 90, 'b', '-infinity'), ('f', 100, 90, NULL, '12024-01-01')"
        )
        connection.execute("CREATE TABLE contracts (department VARCHAR, id VARCHAR)")
        connection.execute("CREATE SCHEMA other")
        connection.execute("CREATE TABLE other.claimed (x INTEGER)")
        connection.execute("CREATE VIEW secrets AS SELECT 1 AS x")
        connection.execute("CREATE TABLE notes (x INTEGER)")
    found = score(source, rules)
    assert found.totals == {"a": "19.00", "A": "18.00"}
    assert [(one["department"], one["code"], one["fact"], one["place"]) for one in found.rejects] == [
        ("c", "F007", "kind", f"{source}:Main"),
        *((one, "F007", "closed", f"{source}:Main") for one in "def"),
    ]
    assert [one.file for one in found.reading.unread] == [
        f"{source}:notes", f"{source}:other.claimed", f"{source}:secrets"
    ]  # fmt: skip


def test_what_is_still_in_the_log_of_a_database_is_read(tmp_path: Path, rules: Path) -> None:
    folder = write_tables(tmp_path / "in", main=ONE)
    as_database(folder)
    with duckdb.connect(str(folder / "in.duckdb")) as connection:
        connection.execute("SET checkpoint_threshold = '1TB'")
        connection.execute("UPDATE main SET spent = '50'")
        shutil.copytree(folder, tmp_path / "copy")
    assert (tmp_path / "copy" / "in.duckdb.wal").exists()
    assert score(tmp_path / "copy" / "in.duckdb", rules).totals == {"甲局": "15.00"}


def test_every_file_below_is_read_or_named(tmp_path: Path, rules: Path) -> None:
    folder = tmp_path / "in"
    write_facts(folder / "a.yaml", "a")
    write_facts(folder / "deep" / "er" / "B.YML", "b")
    write_facts(tmp_path / "elsewhere" / "c.yaml", "c")
    (folder / "c.yaml").symlink_to(tmp_path / "elsewhere" / "c.yaml")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "deep" / "loop").symlink_to(folder)
    (folder / "gone.yaml").symlink_to(tmp_path / "nothing")
    (folder / "self.yaml").symlink_to("self.yaml")
    for called in (
        "a.xls", "b.XLSM", "c.yaml.txt", "d.csv", "e.duckdb", "f.pdf", "~$a.xlsx", ".hidden.yaml", ".git/config", "g",
    ):  # fmt: skip
        (folder / called).parent.mkdir(exist_ok=True)
        (folder / called).write_bytes(b"x")
    os.mkfifo(folder / "pipe.yaml")
    found = score(folder, rules)
    assert sorted(found.totals) == ["a", "b", "c"]
    said = {one.file: one.why.en for one in found.reading.unread}
    assert said == {
        ".git": "hidden",
        ".hidden.yaml": "hidden",
        "a.xls": "a workbook of another kind; save it as .xlsx",
        "b.XLSM": "a workbook of another kind; save it as .xlsx",
        "c.yaml.txt": "its name does not end in .yaml; rename it if it is a facts file",
        "d.csv": "a table, where there is no main.csv",
        "deep/loop": "a link to a folder is not followed",
        "e.duckdb": "a database is an INPUT of its own",
        "f.pdf": "no facts file (.yaml, .yml, .json, .xlsx)",
        "g": "no facts file (.yaml, .yml, .json, .xlsx)",
        "gone.yaml": "the link leads to no file",
        "linked": "a link to a folder is not followed",
        "pipe.yaml": "neither a file nor a folder",
        "self.yaml": "the link leads to no file",
        "~$a.xlsx": "what Office keeps beside a file that is open",
    }


def test_what_lies_beside_tables_is_named(tmp_path: Path, rules: Path) -> None:
    folder = write_tables(
        tmp_path / "in", main=ONE, contarcts="department,id\n", claimed="department,criterion,points\n"
    )
    write_facts(folder / "sub" / "a.yaml", "a")
    (folder / "main.parquet").write_bytes(b"x")
    (folder / "MAIN.CSV").write_bytes(b"x")
    found = score(folder, rules, tmp_path / "out")
    assert found.totals == {"甲局": "19.00"}
    assert [one.file for one in found.reading.unread] == ["MAIN.CSV", "contarcts.csv", "main.parquet", "sub"]
    assert "contracts" in found.reading.unread[1].why.en
    assert (tmp_path / "out" / "unread.csv").read_text(encoding="utf-8-sig").splitlines()[0] == "file,reason"


def test_nothing_to_read_is_told_with_what_is_there(tmp_path: Path, rules: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "甲局.xls").write_bytes(b"x")
    with pytest.raises(UsageProblem) as caught:
        score(folder, rules)
    assert caught.value.problems[0].code == "U032"
    assert "not read: 甲局.xls" in caught.value.problems[0].message.en


def test_the_command_names_what_is_not_read_and_in_which_encoding(tmp_path: Path, rules: Path) -> None:
    folder = write_tables(tmp_path / "in", main=ONE.encode("gbk"))
    (folder / os.fsdecode(b"\xd6\xd0.txt")).write_bytes(b"x")
    done = audit("portfolio", "score", folder, "-r", rules, "-o", tmp_path / "out", AUDIT_LANG="en")
    assert (done.code, done.err.splitlines()) == (
        0,
        [
            "main.csv was read as GB 18030",
            "not read: \\xd6\\xd0.txt (the tables read are main.csv and its like)",
        ],
    )
    about = (tmp_path / "out" / "about.csv").read_text(encoding="utf-8")
    assert "encoding of main.csv,GB 18030\n" in about


# Results


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result, to be copied by whoever spoils it."""
    folder = tmp_path_factory.mktemp("written")
    source = write_tables(folder / "in", main=ONE, contracts="department,id,late\n甲局,H1,3\n")
    score(source, write_rules(folder), folder / "out")
    return folder / "out"


def test_a_result_is_read_as_it_was_written(tmp_path: Path, written: Path) -> None:
    out = shutil.copytree(written, tmp_path / "out")
    (out / "notes.txt").write_text("x", encoding="utf-8")
    with workspace(reading=out) as work:
        assert [one.file for one in open_result(work, out)] == ["notes.txt"]


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("scores", "甲局,18.00", "甲局,19.00"),
        ("scores", "甲局,18.00", "甲局,x"),
        ("scores", "甲局,18.00", "甲局,"),
        ("scores", '甲局,18.00,"",1,columns\n', ""),
        ("scores", "department,total", "department,totals"),
        ("ledger", "1.00,1.00", "1.00,0.50"),
        ("ledger", "甲局,2", "乙局,2"),
        ("ledger", "甲局,2", "甲局,zwei"),
        ("criteria", "20.00,", "2O.00,"),
        ("about", "scored,1", "scored,2"),
        ("unread", "file,reason\n", "file,reason\nx,y\n"),
        ("claims", "department", "departments"),
    ],
)
def test_a_result_that_was_changed_is_refused(
    tmp_path: Path, written: Path, table: str, old: str, new: str
) -> None:
    out = shutil.copytree(written, tmp_path / "out")
    path = out / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with workspace(reading=out) as work, pytest.raises(RecordError) as caught:
        open_result(work, out)
    assert {one.code for one in caught.value.problems} == {"V010"}


def test_both_kinds_of_tables_in_a_result_are_refused(tmp_path: Path, rules: Path) -> None:
    out = tmp_path / "out"
    score(write_tables(tmp_path / "in", main=ONE), rules, out)
    score(tmp_path / "in", rules, tmp_path / "other", "parquet")
    shutil.copy(tmp_path / "other" / "about.parquet", out)
    with workspace(reading=out) as work, pytest.raises(RecordError) as caught:
        open_result(work, out)
    assert "both CSV and Parquet" in caught.value.problems[0].message.en


@pytest.mark.parametrize("kind", ["parquet", "duckdb"])
def test_damaged_tables_are_told(tmp_path: Path, rules: Path, kind: str) -> None:
    """Cut off, overwritten in parts, empty: the same error with the file, or the same scores as before."""
    import random

    dice = random.Random(11)
    rows = "".join(f"部门{one:04},100,{dice.randrange(100)}\n" for one in range(300))
    folder = write_tables(tmp_path / "in", main=f"department,budget,spent\n{rows}")
    as_parquet(folder) if kind == "parquet" else as_database(folder)
    path = folder / ("main.parquet" if kind == "parquet" else "in.duckdb")
    source = folder if kind == "parquet" else path
    content = path.read_bytes()
    codes: list[int] = []
    for _ in range(12):
        damaged = bytearray(content)
        for _ in range(dice.randrange(1, 6)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        path.write_bytes(damaged[: dice.choice([len(damaged), dice.randrange(len(damaged))])])
        try:
            score(source, rules)
        except AuditError as error:
            codes.append(error.exit_code)
    assert {*codes} == {3}
    assert len(codes) > 4


# Headings


@pytest.mark.parametrize(
    "heading",
    [
        "部门名称,年度,调整预算数（万元）,支出决算数(万元)",
        "部门,年度,规则集,Adjusted budget (万元),支出决算数（单位：万元）",
        "Department,Year,budget（万元）,spent",
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb"])
def test_headings_as_people_write_them(heading: str, kind: str, tmp_path: Path, rules: Path) -> None:
    cells = {"部门": "甲局", "年度": "2024", "规则": "exec", "De": "甲局", "Ye": "2024"}
    row = [
        next((value for key, value in cells.items() if one.startswith(key)), "") for one in heading.split(",")
    ]
    row[-2:] = ["100", "90"]
    folder = write_tables(
        tmp_path / "in",
        main=f"{heading}\n{','.join(row)}\n",
        contracts="部门名称,合同编号,合同金额（万元）,迟报天数（天）\n甲局,H1,1,3\n",
    )
    source = folder
    if kind == "parquet":
        as_parquet(folder)
    elif kind == "duckdb":
        as_database(folder)
        source = folder / "in.duckdb"
    found = score(source, rules)
    assert (found.totals, found.rejects) == ({"甲局": "18.00"}, [])
    wrong = score_other_year(source, kind, heading, row, tmp_path, rules)
    assert wrong in (None, {"F011"})


def score_other_year(
    source: Path, kind: str, heading: str, row: list[str], tmp_path: Path, rules: Path
) -> set[str] | None:
    """The codes of rejects where the year is another; ``None`` but for CSV."""
    if kind != "csv":
        return None
    other = [one.replace("2024", "2023") for one in row]
    folder = write_tables(tmp_path / "other", main=f"{heading}\n{','.join(other)}\n")
    return {one["code"] for one in score(folder, rules).rejects}


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        (
            "调整预算数（元）",
            "S114 调整预算数（元）: the column '调整预算数（元）' is in '元', but it is to be in '万元' (fix: convert this column to 万元, and head it '调整预算数（万元）' or '调整预算数')",
        ),
        (
            "budget(亿元)",
            "S114 budget(亿元): the column 'budget(亿元)' is in '亿元', but it is to be in '万元' (fix: convert this column to 万元, and head it 'budget（万元）' or 'budget')",
        ),
        (
            "budget,满意度（%）",
            "S114 满意度（%）: the column '满意度（%）' is in '%', but it has no unit (fix: delete the brackets)",
        ),
        ("budgt", "F002 budgt: there is no column 'budgt' (fix: did you mean 'budget'?)"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb"])
def test_a_heading_amiss_is_told_once_and_with_its_file(
    kind: str, heading: str, said: str, tmp_path: Path, rules: Path
) -> None:
    """The column is there under that heading: nothing says that it is missing."""
    source = write_tables(
        tmp_path / "in", main=f"department,spent,{heading}\n甲局,90,100{',' * heading.count(',')}\n"
    )
    where = source / "main.csv"
    if kind == "parquet":
        as_parquet(source)
        where = source / "main.parquet"
    elif kind == "duckdb":
        as_database(source)
        source = where = source / "in.duckdb"
    done = audit("--lang", "en", "portfolio", "score", source, "-r", rules, "-o", tmp_path / "out")
    place = {"csv": ":1", "parquet": "", "duckdb": ":main"}[kind]
    assert (done.code, done.err) == (3, f"error: {where}{place}: {said}\n")


def test_headings_beside_the_facts_are_told_with_their_file(tmp_path: Path, rules: Path) -> None:
    source = write_tables(
        tmp_path / "in",
        main="department,budget,spent\n甲局,100,90\n",
        claimed="department,criteria,points\n甲局,total,1\n",
    )
    done = audit("--lang", "en", "portfolio", "score", source, "-r", rules, "-o", tmp_path / "out")
    said = "F002 criteria: there is no column 'criteria' (fix: did you mean 'criterion'?)"
    assert (done.code, done.err) == (3, f"error: {source / 'claimed.csv'}:1: {said}\n")


@pytest.mark.parametrize(
    ("table", "headings"),
    [
        ("claimed", "department,criterion,points"),
        ("judgements", "部门,criterion,deduct,by,reason"),
        ("waivers", "department,rule,record,reason"),
    ],
)
def test_a_title_above_what_stands_beside_the_facts(
    table: str, headings: str, tmp_path: Path, rules: Path
) -> None:
    main = "部门名称,调整预算数（万元）,spent\n甲局,100,90\n"
    source = write_tables(tmp_path / "in", main=main, **{table: f"某省填报表\n{headings}\n甲局,a,b\n"})
    done = audit("portfolio", "score", source, "-r", rules, "-o", tmp_path / "out")
    assert done.code == 3
    assert f"{source / table}.csv:1: S120 表头上面有一行标题" in done.err


@pytest.mark.parametrize("title", ["2024 年预算执行情况表,,", "2024 年预算执行情况表", ",附表,"])
def test_a_title_above_the_headings_is_to_be_deleted(title: str, tmp_path: Path, rules: Path) -> None:
    source = write_tables(tmp_path / "in", main=f"{title}\n部门名称,调整预算数（万元）,spent\n甲局,100,90\n")
    done = audit("portfolio", "score", source, "-r", rules, "-o", tmp_path / "out")
    assert done.code == 3
    assert f"{source / 'main.csv'}:1: S120 表头上面有一行标题" in done.err
    assert "删去表头上面的标题行" in done.err


def test_a_fact_that_is_called_so_keeps_its_heading(tmp_path: Path) -> None:
    from tests.portfolio.small import EXECUTION

    rules = write_rules(
        tmp_path, EXECUTION.replace("zh: 调整预算数", "zh: 年度").replace("zh: 支出决算数", "zh: 部门名称")
    )
    source = write_tables(tmp_path / "in", main="部门,年度,部门名称\n甲局,100,90\n")
    assert score(source, rules).totals == {"甲局": "19.00"}


# Places of what is rejected


def test_rejects_name_file_and_line(tmp_path: Path, rules: Path) -> None:
    source = write_tables(
        tmp_path / "in",
        main='部门,budget,spent\n甲局,100,x\n,,\n"乙\n",100,90\n丙局,100,90\n丁局,100,90\n丁局,100,90\n,1,2\n',
        contracts="department,id,amount,late\n丙局,H1,1,x\n\n戊局,H2,1,1\n丙局,H3,y,\n",
        claimed="department,criterion,points\n己局,execution,1\n",
    )
    found = score(source, rules)
    told = {(one["department"], one["code"], one["fact"], one["place"]) for one in found.rejects}
    assert told == {
        ("甲局", "F007", "spent", "main.csv:2"),
        ("丙局", "F007", "contracts[H1].late", "contracts.csv:2"),
        ("丙局", "F007", "contracts[H3].amount", "contracts.csv:5"),
        ("丁局", "F006", "department", "main.csv:7"),
        ("丁局", "F006", "department", "main.csv:8"),
        ("", "F001", "department", "main.csv:9"),
        ("戊局", "F002", "contracts", "contracts.csv:4"),
        ("己局", "F002", "claimed", "claimed.csv:2"),
    }
    assert found.totals == {"乙": "19.00"}
    twice = next(one for one in found.rejects if one["department"] == "丁局")
    assert twice["reason"] == "the department is there 2 times: main.csv:7, main.csv:8"


def test_rows_of_parquet_are_counted(tmp_path: Path, rules: Path) -> None:
    source = write_tables(
        tmp_path / "in", main="department,budget,spent\n甲局,100,90\n乙局,100,x\n乙,1,1\n乙,1,1\n"
    )
    as_parquet(source)
    assert {(one["department"], one["place"]) for one in score(source, rules).rejects} == {
        ("乙局", "main.parquet:#2"), ("乙", "main.parquet:#3"), ("乙", "main.parquet:#4"),
    }  # fmt: skip


def test_lines_are_found_where_many_threads_read(tmp_path: Path, rules: Path) -> None:
    bad = {7, 123_456, 129_999}  # in two groups of rows, as DuckDB deals them out
    rows = "".join(f"d{one},100,{'x' if one in bad else 90}\n" for one in range(130_000))
    for number, text in enumerate((rows, rows.replace("d5,100,90", '"d\n5",100,90'))):
        source = write_tables(tmp_path / f"{number}", main=f"department,budget,spent\n{text}")
        found = score(source, rules)
        places = {one["department"]: one["place"] for one in found.rejects if one["code"] == "F007"}
        assert places == {f"d{one}": f"main.csv:{one + 2 + number}" for one in bad}


def test_files_of_one_department_are_both_named(tmp_path: Path, rules: Path) -> None:
    folder = tmp_path / "in"
    write_facts(folder / "a.yaml", "甲局")
    write_facts(folder / "sub" / "b.yaml", "甲局")
    write_facts(folder / "c.yaml", "乙局")
    write_facts(folder / os.fsdecode(b"\xff.yaml"), "丙局", "1.234")
    (folder / "d.yaml").write_bytes(b"\xff\xfe")
    (folder / "e.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "f.json").mkdir()
    found = score(folder, rules)
    assert found.totals == {"乙局": "19.00", "丙局": "10.12"}
    assert [(one["department"], one["code"], one["place"]) for one in found.rejects if one["code"] == "F006"] == [
        ("甲局", "F006", "a.yaml"), ("甲局", "F006", "sub/b.yaml"),
    ]  # fmt: skip
    assert found.rejects[-1]["reason"] == "the department is there 2 times: a.yaml, sub/b.yaml"
    assert {one["department"] for one in found.rejects} == {"d.yaml", "e.xlsx", "甲局"}
    assert all(one["place"].startswith(one["department"]) for one in found.rejects if one["code"] != "F006")


def test_a_workbook_in_an_encoding_that_nobody_knows_is_one_rejected_department(
    tmp_path: Path, rules: Path
) -> None:
    import zipfile

    write_facts(tmp_path / "in" / "a.yaml", "甲局")
    for encoding in ("x-unknown", "utf-32", "gb18030"):
        with zipfile.ZipFile(tmp_path / "in" / f"{encoding}.xlsx", "w") as package:
            for part in ("[Content_Types].xml", "xl/workbook.xml"):
                package.writestr(part, f'<?xml version="1.0" encoding="{encoding}"?><a/>')
    found = score(tmp_path / "in", rules)
    assert found.totals == {"甲局": "19.00"}
    assert [(one["department"], one["code"], one["place"]) for one in found.rejects] == [
        (f"{one}.xlsx", "D004", f"{one}.xlsx") for one in ("gb18030", "utf-32", "x-unknown")
    ]


def test_names_that_are_no_utf_8_go_through_every_command(tmp_path: Path, rules: Path) -> None:
    folder = write_tables(tmp_path / os.fsdecode(b"in\xff"), main=ONE)
    out, picture = tmp_path / os.fsdecode(b"out\xff"), tmp_path / os.fsdecode(b"p\xff.svg")
    for command in (
        ("score", folder, "-r", rules, "-o", out),
        ("summary", out, "--plot", picture),
        ("impact", folder, "--from", rules, "--to", rules, "-o", tmp_path / os.fsdecode(b"c\xff.csv")),
        ("explain", folder, "甲局", "-r", rules),
    ):
        done = audit("portfolio", *command)
        assert done.code == 0, done.err
    assert picture.is_file()


RATED = """\
ruleset: rated
title: {zh: 满意度, en: Satisfaction}
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  rate: {label: {zh: 满意度, en: Satisfaction}, type: ratio}
  surveys:
    label: {zh: 调查, en: Surveys}
    records: {key: id}
    fields:
      id: {label: {zh: 编号, en: Id}, type: text}
      share: {label: {zh: 占比, en: Share}, type: ratio, optional: true}
criteria:
  - {id: whole, title: {zh: 全部, en: Everything}, points: 10, score: "points * min(rate, 100%)"}
"""


@pytest.mark.parametrize("kind", ["parquet", "duckdb"])
@pytest.mark.parametrize(
    ("type_", "good", "wrong"),
    [
        ("DECIMAL(5,2)", {"0.7": "7.00", "1": "10.00", "0": "0.00"}, ["70", "1.01", "-1.5"]),
        ("DECIMAL(38,20)", {"0.00000000000001": "0.00"}, ["1.00000000000001"]),
        ("INTEGER", {"1": "10.00", "0": "0.00"}, ["2", "150", "-2"]),
        ("UBIGINT", {"1": "10.00"}, ["95"]),
    ],
)
def test_a_typed_ratio_above_1_is_refused_as_its_text_is(
    type_: str, good: dict[str, str], wrong: list[str], kind: str, tmp_path: Path
) -> None:
    """Nothing says whether 70 is 70% or 7000%: in ``main`` and in a list, whatever the type of the column."""
    rules, folder = write_rules(tmp_path, RATED), tmp_path / "in"
    folder.mkdir()
    source = folder / "in.duckdb" if kind == "duckdb" else folder
    rates = ", ".join(f"('m{one}', '{one}')" for one in (*good, *wrong)) + ", ('list', '1')"
    shares = ", ".join(f"('list', 's{one}', '{one}')" for one in wrong)
    for one in good:
        shares += f", ('m{one}', 's', '{one}')"
    queries = {
        "main": f"SELECT department, rate::{type_} AS rate FROM (VALUES {rates}) AS v(department, rate)",
        "surveys": f"SELECT department, id, share::{type_} AS share FROM (VALUES {shares}) AS v(department, id, share)",
    }
    with duckdb.connect(str(source) if kind == "duckdb" else ":memory:") as connection:
        for table, query in queries.items():
            if kind == "duckdb":
                connection.execute(f"CREATE TABLE {table} AS {query}")
            else:
                connection.sql(query).write_parquet(str(folder / f"{table}.parquet"))
    found = score(source, rules)
    assert found.totals == {f"m{one}": total for one, total in good.items()}
    refused = {(one["department"], one["code"], one["fact"].split("[")[0]) for one in found.rejects}
    assert refused == {*((f"m{one}", "F007", "rate") for one in wrong), ("list", "F007", "surveys")}
    assert len(found.rejects) == 2 * len(wrong)
    assert all("has no percent sign" in one["reason"] and one["place"] for one in found.rejects)


@pytest.mark.parametrize(
    ("column", "type_", "said"),
    [
        ("budget", "TIMESTAMP", "is TIMESTAMP, and money is wanted (fix: make it text, DECIMAL or a whole number)"),
        ("budget", "BOOLEAN", "is BOOLEAN, and money is wanted (fix: make it text, DECIMAL or a whole number)"),
        ("rate", "BLOB", "is BLOB, and ratio is wanted (fix: make it text, DECIMAL or a whole number)"),
        ("closed", "TIMESTAMP", "is TIMESTAMP, and date is wanted (fix: make it text or DATE)"),
        ("kind", "INTEGER", "is INTEGER, and choice is wanted (fix: make it text)"),
        ("rate", "DOUBLE", "holds no exact ratio (fix: make it text, DECIMAL or a whole number)"),
    ],
)  # fmt: skip
def test_a_type_that_does_not_fit_is_told_with_those_that_do(
    column: str, type_: str, said: str, tmp_path: Path, rules: Path
) -> None:
    cells = {
        "department": "'甲局'",
        "budget": "100",
        "spent": "90",
        "rate": "'1'",
        "closed": "'2024-12-31'",
        "kind": "'a'",
    }
    cells[column] = f"NULL::{type_}"
    given = ", ".join(f"{cell} AS {one}" for one, cell in cells.items())
    source = tmp_path / "in.duckdb"
    with duckdb.connect(str(source)) as connection:
        connection.execute(f"CREATE TABLE main AS SELECT {given}")
        connection.execute("CREATE TABLE contracts (department VARCHAR, id VARCHAR)")
    with pytest.raises(FactsError) as caught:
        score(source, rules)
    assert len(caught.value.problems) == 1
    assert f"in.duckdb:main: F007 {column}: " in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("table", "column"), [("claimed", "points"), ("judgements", "deduct"), ("judgements", "coefficient")]
)
def test_no_amount_beside_the_facts_is_a_float(table: str, column: str, tmp_path: Path, rules: Path) -> None:
    """A claim that an unseen row takes over, and what an assessor took off, are points as well."""
    given = {
        "main": "'甲局' AS department, '100' AS budget, '90' AS spent",
        "contracts": "'甲局' AS department, '1' AS id",
        "claimed": "'甲局' AS department, 'total' AS criterion, '1' AS points",
        "judgements": "'甲局' AS department, 'x' AS criterion, 'y' AS by, 'z' AS reason, '0' AS deduct, '1' AS coefficient",
    }
    shown = {"points": "'1'", "deduct": "'0'", "coefficient": "'1'"}[column]
    given[table] = given[table].replace(f"{shown} AS {column}", f"0.1::DOUBLE AS {column}")
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("main", "contracts", table):
        duckdb.sql(f"SELECT {given[name]}").write_parquet(str(folder / f"{name}.parquet"))
    done = audit("--lang", "en", "portfolio", "score", folder, "-r", rules, "-o", tmp_path / "out")
    assert done.code == 3
    assert f"{folder / table}.parquet: F007 {column}: the type DOUBLE" in done.err
