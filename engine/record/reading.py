"""Result documents read from a file: JSON of the published shape, every key once, and of a size that fits into memory."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine.causes import cause
from engine.errors import Position, Problem, RecordError, Text
from engine.inputs import read_input
from engine.json_slips import json_slip
from engine.record.document import ResultDocument
from engine.source import SourceFile

MAX_BYTES = 128 * 1024 * 1024
MAX_TEXTS = 5_000_000
"""Of texts that are no keys, each of which takes memory of its own."""
MAX_FACTS = 500_000
"""Of the values that the facts in a result hold."""
LOOKED_THROUGH = 8 * 1024 * 1024
"""Bytes of what is no JSON that are read again to say why not; of more only the place is told."""
DEEPEST = 200
"""No facts are nested deeper; the walks over them may then recurse."""

_WRITTEN_BY_SCORE = Text(
    "用 audit score --format json 生成的文件", "give a file that 'audit score --format json' wrote"
)
_TOKENS = re.compile(rb'("(?:[^"\\]|\\.)*")\s*(:?)|[\[\]{},]')
_WORDS = (
    (r"Expected `(.+)`, got `(.+)`", "应为{0}，却是{1}"),
    (r"Object missing required field `(.*)`", "缺少键 {0}"),
    (r"Object contains unknown field `(.*)`", "不认识的键 {0}"),
    (r"Invalid enum value (.*)", "不允许的值 {0}"),
    (r"Expected `(.+)` (>=|<=|>|<) (.+)", "应为 {1} {2} 的{0}"),
    (r"Expected `(.+)` of length (>=|<=|>|<) (.+)", "应为长度 {1} {2} 的{0}"),
    (r"Expected `(.+)` matching regex (.+)", "应为合于 {1} 的{0}"),
    (r"Integer value out of range", "整数过大"),
    (r"Number out of range", "数过大"),
    (r"Object (?:contains|has) .*", "键不对"),
)
"""What msgspec says, in Chinese."""
_TYPES = {
    "str": "文字", "int": "整数", "float": "小数", "bool": "true 或 false", "null": "空值 null", "array": "列表 […]",
    "object": "映射 {…}",
}  # fmt: skip
"""The types of JSON as msgspec names them."""


def read_records(path: Path) -> list[ResultDocument]:
    """The result documents in a file: one, or a list. Raises :class:`RecordError`."""
    name = str(path)
    try:
        content = read_input(path, MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = cause(error)
        message = Text(f"无法读取文件（{why.zh}）", f"cannot read the file ({why.en})")
        raise RecordError([Problem("V001", message, Position(name))]) from None
    return records_in(content, name)


def records_in(content: bytes, name: str) -> list[ResultDocument]:
    """The result documents in what the file ``name`` holds. Raises :class:`RecordError`."""
    if too_large(content):
        raise RecordError([Problem("V001", Text("文件过大", "the file is too large"), Position(name))])
    documents = _decoded(content.removeprefix(b"\xef\xbb\xbf"), name)
    if not documents:
        message = Text("文件里没有结果", "there is no result in the file")
        raise RecordError([Problem("V002", message, Position(name))])
    return documents


def too_large(content: bytes) -> bool:
    """Whether a result of this size could not be read again."""
    keys = content.count(b'":') - content.count(b'\\":')
    return len(content) > MAX_BYTES or content.count(b'"') // 2 - keys > MAX_TEXTS


def stated_facts(record: ResultDocument, name: str) -> dict[str, Any]:
    """The facts in the record, which stands in the file ``name``. Raises :class:`RecordError`."""
    content = bytes(record.facts.document)
    _check_structure(content, name, MAX_FACTS)
    document = json.loads(content)
    if not isinstance(document, dict):
        raise _no_result("facts.document", "Expected `object`, got `array`", name)
    _check_texts(document, "facts.document", name)
    return document


def _decoded(content: bytes, name: str) -> list[ResultDocument]:
    is_list = content.lstrip()[:1] == b"["
    type_: Any = list[ResultDocument] if is_list else ResultDocument
    try:
        read = msgspec.json.decode(content, type=type_)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `")
        raise _no_result(_counted_from_one(path.rstrip("`")), said, name) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_json(error, content, name) from None
    if not _is_plainly(read, content):
        _check_structure(content, name)
    return read if is_list else [read]


def _is_plainly(read: Any, content: bytes) -> bool:
    """Whether the content is what would be written of what was read: then no key was there twice."""
    return msgspec.json.format(msgspec.json.encode(read), indent=-1) == msgspec.json.format(
        content, indent=-1
    )


class _Open(NamedTuple):
    keys: set[bytes] | None
    """The keys of an object so far; none of a list."""


def _check_structure(content: bytes, name: str, most: int = MAX_BYTES) -> None:
    """That no object has a key twice, of which each reader may take another, and that the whole can be walked."""
    open_ones: list[_Open] = []
    items = 0
    for token in _TOKENS.finditer(content):
        text, colon = token[1], token[2]
        if text is None:
            sign = token[0]
            items += sign in (b"{", b"[", b",")
            if items > most:
                message = Text(f"事实过多（超过 {most:,} 个值）", f"too many facts (over {most:,} values)")
                raise RecordError([Problem("V001", message, Position(name), "facts.document")])
            if sign in (b"{", b"["):
                open_ones.append(_Open(set() if sign == b"{" else None))
            elif sign in (b"}", b"]"):
                open_ones.pop()
            if len(open_ones) > DEEPEST:
                message = Text(f"嵌套超过 {DEEPEST} 层", f"nested more than {DEEPEST} levels deep")
                raise RecordError([Problem("V002", message, Position(name))])
        elif colon:
            keys = open_ones[-1].keys
            key = text if b"\\" not in text else json.dumps(json.loads(text), ensure_ascii=False).encode()
            if keys is not None and key in keys:
                shown = json.loads(text)
                message = Text(f"键“{shown}”重复", f"the key '{shown}' is there twice")
                where = Position(name)
                if most == MAX_BYTES:  # the whole file, and not a part of which nobody knows where it stands
                    before = content[: token.start()].decode()
                    where = _place(before, len(before), name)
                raise RecordError([Problem("V002", message, where)])
            if keys is not None:
                keys.add(key)


def _check_texts(value: Any, path: str, name: str) -> None:
    """That every value is the text that was written, or nothing: a number may have been through a float."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(inner, f"{path}.{key}", name)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            _check_texts(inner, f"{path}[{number}]", name)
    elif value is not None and not isinstance(value, str):
        raise _no_result(path, f"Expected `str`, got `{type(value).__name__}`", name)


def _in_chinese(said: str) -> str:
    """A type as msgspec names it, such as ``array | null``; any other text as it is."""
    types = [_TYPES.get(one) for one in said.split(" | ")]
    return "或".join(one for one in types if one) if all(types) else said


def _counted_from_one(path: str) -> str:
    """``$[0].criteria[0].earned`` as other messages name it: ``[1].criteria[1].earned``."""
    return (
        re.sub(r"\[(\d+)\]", lambda found: f"[{int(found[1]) + 1}]", path).removeprefix("$").removeprefix(".")
    )


def _no_json(error: Exception, content: bytes, name: str) -> RecordError:
    """That the content is no JSON, with the line and column where it ends being any."""
    try:
        text = content.decode()
    except UnicodeDecodeError as failure:
        message = Text("不是 UTF-8 编码的 JSON", "not JSON in UTF-8")
        why, at = cause(failure), failure.start
        where = _place(content[:at].decode(), at, name)
    else:
        slip = json_slip(text) if len(content) <= LOOKED_THROUGH else None
        message, why = Text("不是 JSON", "not JSON"), slip[0] if slip else cause(error)
        byte = re.search(r"\(byte (\d+)\)", str(error))
        at = slip[2] if slip else len(content[: int(byte[1])].decode(errors="ignore")) if byte else len(text)
        where = _place(text, at, name)
    message = Text(f"{message.zh}（{why.zh}）", f"{message.en} ({why.en})")
    return RecordError([Problem("V002", message, where, fix=_WRITTEN_BY_SCORE)])


def _place(text: str, index: int, name: str) -> Position:
    return SourceFile(name, text).position(index)


def _no_result(path: str, said: str, name: str) -> RecordError:
    chinese = said
    for pattern, words in _WORDS:
        if found := re.fullmatch(pattern, said):
            chinese = words.format(*map(_in_chinese, found.groups()))
    message = Text(f"不是结果文件（{chinese}）", f"not a result document ({said})")
    return RecordError([Problem("V003", message, Position(name), path, _WRITTEN_BY_SCORE)])
