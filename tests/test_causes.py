"""What the system and the libraries say, in both languages; and every door that passes it on."""

from __future__ import annotations

import errno
import io
import os
import re
import zipfile
from pathlib import Path

import pytest

from engine.causes import cause, in_both
from engine.documents.extraction.narrative import read_narrative
from engine.documents.workbook.opening import read_workbook
from engine.errors import AuditError, FactsError
from engine.record.reading import read_records
from engine.source import read_source
from engine.writing import write_whole
from tests.command import GOLDEN, audit

ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
"""Two words of English in a row."""
COMMON = [
    errno.ENOENT, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOSPC, errno.EROFS,
    errno.ENAMETOOLONG, errno.ELOOP, errno.EIO, errno.EMFILE, errno.EDQUOT, errno.EFBIG, errno.EBUSY, errno.ESTALE,
]  # fmt: skip


@pytest.mark.parametrize("number", COMMON, ids=lambda number: errno.errorcode[number])
def test_errors_of_the_system(number: int) -> None:
    said = cause(OSError(number, os.strerror(number), "x"))
    assert said.en == os.strerror(number)
    assert not re.search(r"[A-Za-z]|\d", said.zh)


def test_an_error_of_the_system_that_nobody_translated_is_told_by_its_number() -> None:
    assert cause(OSError(errno.ECHILD, os.strerror(errno.ECHILD))).zh == f"系统错误 {errno.ECHILD}"


@pytest.mark.parametrize(
    ("content", "encoding", "zh", "en"),
    [
        (b"abc\xd6\xd0", "utf-8", "第 4 个字节 0xD6 不是 UTF-8", "byte 4, 0xD6, is not UTF-8"),
        (b"\x80", "gb18030", "第 1 个字节 0x80 不是 GB 18030", "byte 1, 0x80, is not GB 18030"),
    ],
)
def test_a_byte_that_is_none_of_its_encoding(content: bytes, encoding: str, zh: str, en: str) -> None:
    with pytest.raises(UnicodeDecodeError) as caught:
        content.decode(encoding)
    said = cause(caught.value)
    assert (said.zh, said.en) == (zh, en)


def test_what_nobody_translated_is_quoted() -> None:
    assert in_both("a new message of a library").zh == "原文：a new message of a library"


def refused(path: Path) -> AuditError:
    """What is told of a file by what reads files of its kind."""
    readers = {".json": read_records, ".xlsx": read_workbook, ".txt": lambda one: list(read_narrative(one))}
    with pytest.raises(AuditError) as caught:
        readers.get(path.suffix, lambda one: read_source(one, FactsError))(path)
    return caught.value


@pytest.mark.parametrize("name", ["x.yaml", "x.json", "x.xlsx", "x.txt"])
def test_files_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    assert "没有这个文件或文件夹" in refused(tmp_path / name).render("zh")
    (tmp_path / name).mkdir()
    assert "这是文件夹，不是文件" in refused(tmp_path / name).render("zh")


def test_files_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(AuditError) as caught:
        write_whole(tmp_path / "nowhere" / "x.csv", b"")
    assert caught.value.render("zh").endswith("U001 无法写入（没有这个文件或文件夹）")


def book(change: tuple[str, bytes, bytes]) -> bytes:
    """The smallest workbook, with one text of one part replaced."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "xl/workbook.xml": f"<?xml version='1.0' encoding='UTF-8'?><workbook xmlns='{main}' xmlns:r='{relation}'>"
        "<sheets><sheet name='表' sheetId='1' r:id='a'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        f"<Relationship Id='a' Type='{relation}/worksheet' Target='worksheets/s.xml'/></Relationships>",
        "xl/worksheets/s.xml": f"<worksheet xmlns='{main}'><sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData>"
        "</worksheet>",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, text in parts.items():
            content = text.encode()
            if name == change[0]:
                assert change[1] in content
                content = content.replace(*change[1:])
            package.writestr(name, content)
    return made.getvalue()


DAMAGED = {
    "no package": (b"PK\x03\x04 and no more", "不是 Office 文件（ZIP 包）"),
    "no XML": (book(("xl/worksheets/s.xml", b"<row ", b"<<row ")), "不是正确的 XML"),
    "an encoding that nobody knows": (book(("xl/workbook.xml", b"UTF-8", b"KLINGON")), "的编码 KLINGON 不认识"),
    "a row that is none": (book(("xl/worksheets/s.xml", b"<row r='1'", b"<row r='x'")), "没有“x”这样的行"),
    "a cell that is none": (book(("xl/worksheets/s.xml", b"r='A1'", b"r='?'")), "第 1 行没有单元格“?”"),
    "a sheet that is not there": (book(("xl/workbook.xml", b"r:id='a'", b"r:id='b'")), "缺少工作表“表”"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_workbooks(tmp_path: Path, name: str) -> None:
    content, said = DAMAGED[name]
    (tmp_path / "x.xlsx").write_bytes(content)
    told = refused(tmp_path / "x.xlsx").render("zh")
    assert said in told
    assert not ENGLISH.search(told)


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        ("No magic bytes found at end of file 'x.parquet'", "不是 Parquet 文件，或不完整"),
        ('IO Error: The file "x" exists, but it is not a valid DuckDB database file!', "不是 DuckDB 数据库"),
        ("'total' is undefined", "没有 total"),
        ("Encountered unknown tag 'fi'., line 3", "不认识的标签 fi, line 3"),
        ("unexpected '}', line 2", "不应有 }, line 2"),
    ],
)
def test_words_of_libraries(said: str, zh: str) -> None:
    assert (in_both(said).zh, in_both(said).en) == (zh, said)


@pytest.mark.parametrize(
    "words",
    [
        ("score", GOLDEN, "--fail-under", "ninety"),
        ("score", GOLDEN, GOLDEN, "--against", "x.txt"),
        ("rules", "test", "--write"),
        ("rules", "test", "--seed", "x"),
        ("rules", "schema", "facts"),
        ("rules", "schema", "ruleset", "guangdong/2024"),
        ("report", GOLDEN, "-o", "x.html", "-t", GOLDEN),
        ("--rulesets", GOLDEN, "score", GOLDEN),
    ],
)
def test_wrong_usage_is_told_in_the_language_asked_for(words: tuple[object, ...]) -> None:
    chinese, english = audit("--lang", "zh", *words), audit("--lang", "en", *words)
    assert chinese.code == english.code == 2
    said = re.sub(
        r"^(?:用法|Usage).*|python -m cli.*|'[^']*'|audit rules schema.*", "", chinese.err, flags=re.MULTILINE
    )
    assert not ENGLISH.search(said), chinese.err
    assert not re.search(r"[\u3400-\u9fff]", re.sub(r"'[^']*'", "", english.err)), english.err
