"""Where JSON went wrong, in words that people can act on, at the place where it did.

Facts and results may be JSON. What reads them says so in the terms of YAML, or by the number of a byte.
"""

from __future__ import annotations

import json
import re

from engine.errors import Text
from engine.yaml_slips import LOOKED_AT, wide_slip

_BEGINS = re.compile(r'\s*[{\[]\s*(?:["“”]|[{\[]\s*")')
_TRAILING = (
    Text("最后一项之后多了逗号", "a comma follows the last entry"),
    Text("删去逗号", "remove the comma"),
)
_DOUBLED = Text("多了一个逗号", "there is one comma too many"), Text("删去逗号", "remove the comma")
_NO_COMMA = (
    Text("这里缺少逗号", "a comma is missing here"),
    Text("两项之间写半角逗号", "write ',' between two entries"),
)
_UNCLOSED = (
    Text("到末尾括号还没有写完", "a bracket is not closed at the end"),
    Text("补上 } 或 ]", "write } or ]"),
)
_QUOTES = Text('写成 "…"', 'write it in double quotes: "…"')
_SAID = {
    "Expecting ':' delimiter": (Text("键之后缺少冒号", "a colon is missing after the key"), Text("写半角冒号", "write ':'")),
    "Expecting property name enclosed in double quotes": (
        Text("这里应是用双引号写的键", "a key in double quotes is wanted here"), _QUOTES,
    ),
    "Expecting value": (
        Text("这里应有一个值", "a value is wanted here"),
        Text('文字写成 "…"；没有值写 null', 'write a text as "…", and null for no value'),
    ),
    "Unterminated string starting at": (
        Text("从这里起引号没有配对", "the quotation mark here is not closed"), Text('补上 "', 'write the closing "'),
    ),
    "Invalid control character at": (
        Text("文字里有换行或制表符", "a line break or a tab stands in a text"), Text("写成 \\n 或 \\t", "write \\n or \\t"),
    ),
    "Invalid \\escape": (
        Text("反斜杠之后的写法不对", "a backslash means nothing here"), Text("反斜杠写成 \\\\", "write a backslash as \\\\"),
    ),
    "Invalid \\uXXXX escape": (
        Text("\\u 之后应为四位十六进制数", "four hexadecimal digits are wanted after \\u"),
        Text("写出字符本身", "write the character itself"),
    ),
    "Extra data": (
        Text("文档到此已完，后面还有内容", "the document ends before this, and more follows"),
        Text("一个文件只写一个 {…} 或 […]", "a file holds one {…} or […]"),
    ),
}  # fmt: skip
"""What Python's reader says, and what to do."""


def is_json(text: str, name: str) -> bool:
    """Whether the content of the file ``name`` is meant to be JSON: by its name, or without one by its beginning."""
    return name.lower().endswith(".json") or (
        not name.lower().endswith((".yaml", ".yml")) and _BEGINS.match(text) is not None
    )


def json_slip(text: str, index: int | None = None) -> tuple[Text, Text, int] | None:
    """What is wrong with ``text``, what to do about it and where it is, as JSON sees it; ``None`` where nothing is.

    Nothing is looked for far behind ``index``, where another reader stopped.
    """
    seen = text if index is None else text[: index + LOOKED_AT]
    try:
        json.loads(seen, parse_int=_nothing, parse_float=_nothing)
    except json.JSONDecodeError as failure:
        if failure.pos >= len(seen) < len(text):
            return None
        return _told(failure.msg, text, failure.pos)
    except RecursionError:
        return None
    return None


def _nothing(_: str) -> None:
    """A number is not looked at, whatever its length."""


def _told(said: str, text: str, index: int) -> tuple[Text, Text, int]:
    before = len(text[max(index - LOOKED_AT, 0) : index].rstrip()) + max(index - LOOKED_AT, 0) - 1
    here, last = text[index : index + 1], text[before : before + 1]
    if said.startswith("Illegal trailing comma"):
        return (*_TRAILING, index)
    if last == "," and here in ("}", "]"):
        return (*_TRAILING, before)
    if here == ",":
        return (*_DOUBLED, index)
    if slip := wide_slip(text, index, closing=said.startswith("Unterminated")):
        return (*slip[0], slip[1])
    if said.startswith("Expecting ','"):
        # A text that ends in a typographic mark goes on to the next plain one.
        opened = text.rfind('"', 0, before) if last == '"' else before
        if here.isalnum() and (slip := wide_slip(text[:before], opened, closing=True)):
            return (*slip[0], slip[1])
        return (*(_UNCLOSED if not here else _NO_COMMA), index)
    words, fix = _SAID.get(said.removesuffix(":").strip(), _SAID["Expecting value"])
    return words, fix, index
