"""The zip packages of Office, opened with suspicion.

Before any library reads a workbook or a document, its parts are counted and measured, and every XML
part is parsed once by expat with all declarations refused: what is left cannot blow up, and cannot
fetch anything.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

from engine.causes import cause, in_both
from engine.errors import AuditError, Position, Problem, Text
from engine.inputs import read_input

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 2_000
MAX_ELEMENTS = 4_000_000
"""XML elements of all parts; a workbook has two or three for each cell."""
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"

_CHUNK = 1 << 20
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""Byte order marks and white space."""


def read_limited(path: Path, error: type[AuditError]) -> bytes:
    """The file's bytes. Raises ``error`` where it cannot be read or is too large."""
    try:
        content = read_input(path, MAX_BYTES + 1)
    except (OSError, ValueError) as failure:
        why = cause(failure)
        raise error(
            [_problem("D002", path, f"无法读取文件（{why.zh}）", f"cannot read the file ({why.en})")]
        ) from None
    if len(content) > MAX_BYTES:
        size = f"{MAX_BYTES:,}"
        raise error(
            [
                _problem(
                    "D003",
                    path,
                    f"文件过大（最多 {size} 字节）",
                    f"the file is too large (over {size} bytes)",
                )
            ]
        )
    return content


def check_package(content: bytes, path: Path, main_part: str, error: type[AuditError]) -> None:
    """Raises ``error`` unless ``content`` is a harmless Office package with ``main_part`` in it."""
    if content.startswith(OLD_OFFICE):
        fix = Text("另存为 .xlsx 或 .docx，不设密码", "save it as .xlsx or .docx, without a password")
        raise error(
            [_problem("D004", path, "旧格式或加密的 Office 文件", "an old or encrypted Office file", fix)]
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_sizes(package, path, error)
            if main_part not in package.namelist():
                fix = Text(
                    "用 Excel、WPS 或 LibreOffice 另存一次", "save it again with Excel, WPS or LibreOffice"
                )
                raise error(
                    [_problem("D004", path, f"里面没有 {main_part}", f"there is no {main_part} in it", fix)]
                )
            for budget in (_Budget(), _Budget(each=True)):
                for part in package.infolist():
                    _check_part(package, part, path, error, budget)
                if not budget.may_be_spent:
                    break
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as failure:
        why = cause(failure)
        raise error(
            [_problem("D004", path, f"文件已损坏（{why.zh}）", f"the file is damaged ({why.en})")]
        ) from None


def _problem(code: str, path: Path, zh: str, en: str, fix: Text | None = None) -> Problem:
    return Problem(code, Text(zh, en), Position(str(path)), fix=fix)


def _check_sizes(package: zipfile.ZipFile, path: Path, error: type[AuditError]) -> None:
    """A bomb says how large it gets; one that lies is cut off where it said it would end."""
    parts = package.infolist()
    names = {part.filename for part in parts}
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or len(names) < len(parts) or unpacked > MAX_UNPACKED:
        zh = f"压缩包内容过多或过大（{len(parts)} 个部分，解开后 {unpacked:,} 字节）"
        en = f"too much is packed in it ({len(parts)} parts, {unpacked:,} bytes unpacked)"
        raise error([_problem("D003", path, zh, en)])


class _Budget:
    """Elements that may still come.

    To count ``each`` takes longer than all the rest. No more of them can begin than there are bytes ``<`` that no
    ``/`` follows, in any encoding that expat reads; those are enough for all but the largest packages.
    """

    def __init__(self, *, each: bool = False) -> None:
        self.each = each
        self.left = MAX_ELEMENTS
        self.bound = 0

    @property
    def may_be_spent(self) -> bool:
        return self.bound > MAX_ELEMENTS

    def look_at(self, chunk: bytes) -> None:
        self.bound += chunk.count(b"<") - chunk.count(b"</")

    def spend(self, *_: object) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooMany


def _check_part(
    package: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path, error: type[AuditError], budget: _Budget
) -> None:
    from xml.parsers import expat

    parser: Any = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse
    if budget.each:
        parser.StartElementHandler = budget.spend
    try:
        with package.open(part) as stream:
            chunk = stream.read(_CHUNK)
            if not chunk.lstrip(_BEFORE_XML).startswith(b"<"):
                return  # a picture or the like, which no reader takes for XML
            while chunk:
                budget.look_at(chunk)
                parser.Parse(chunk, False)
                chunk = stream.read(_CHUNK)
            parser.Parse(b"", True)
    except _DeclarationFound:
        zh = f"XML 里有 DTD 或实体声明，不予读取（{part.filename}）"
        en = f"the XML declares a document type or entities, which is refused ({part.filename})"
        raise error([_problem("D005", path, zh, en)]) from None
    except _TooMany:
        zh = f"内容过多（XML 元素超过 {MAX_ELEMENTS:,} 个）"
        en = f"there is too much in it (over {MAX_ELEMENTS:,} elements)"
        fix = Text("删去数据以外的行、列和格式", "delete rows, columns and formats beyond the data")
        raise error([_problem("D003", path, zh, en, fix)]) from None
    except (expat.ExpatError, LookupError, ValueError) as failure:  # or an encoding that nobody knows
        why = in_both(f"{part.filename}: {failure}")
        raise error(
            [_problem("D004", path, f"文件已损坏（{why.zh}）", f"the file is damaged ({why.en})")]
        ) from None


class _TooMany(Exception):
    """Raised out of the parser at one element more than may be."""


class _DeclarationFound(Exception):
    """Raised out of the parser at the first declaration."""


def _refuse(*_: object) -> None:
    raise _DeclarationFound
