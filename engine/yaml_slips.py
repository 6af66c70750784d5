"""Where YAML went wrong, in words that an editor of a table can act on.

libyaml tells where it could not go on, in English, and often a line too late. Here its words are said in both
languages, the place is that of the likely slip, and what usually causes it is named.
"""

from __future__ import annotations

import re
from typing import Any

from engine.errors import Text

_TAB = Text("行首有制表符", "a tab stands where a line is indented")
_WORDS = {
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "mapping values are not allowed in this context": Text("这里不应有冒号", "a colon is out of place here"),
    "could not find expected ':'": Text("这一项没有冒号", "a colon is missing here"),
    "did not find expected ',' or ']'": Text("方括号没有写完", "a list in square brackets is not closed"),
    "did not find expected ',' or '}'": Text("花括号没有写完", "a mapping in braces is not closed"),
    "did not find expected '-' indicator": Text("列表的一项没有以 - 开头", "an item of the list does not begin with '-'"),
    "did not find expected key": Text("这里应是下一项的键", "the next key is wanted here"),
    "did not find expected node content": Text("这里应有一个值", "a value is wanted here"),
    "found unexpected end of stream": Text("引号没有配对", "a quotation mark is not closed"),
    "found unknown escape character": Text("双引号里的 \\ 写法不对", "a backslash in double quotes means nothing here"),
    "found character that cannot start any token": Text("值不能以这个字符开头", "a value cannot begin with this character"),
    "did not find expected comment or line break": Text("| 或 > 之后应换行", "a new line is wanted after '|' or '>'"),
}  # fmt: skip
_FIXES = {
    _TAB: Text("用空格缩进", "indent with spaces"),
    _WORDS["mapping values are not allowed in this context"]: Text(
        "检查本行和上一行：缩进、冒号后的空格；含冒号的文字加引号",
        "check this line and the one above: indentation, a space after the colon; quote a text that holds a colon",
    ),
    _WORDS["found unknown escape character"]: Text("改用单引号", "use single quotes"),
    _WORDS["found character that cannot start any token"]: Text("给这个值加引号", "quote the value"),
}
_LOOK = Text(
    "检查本行和上一行：缩进、括号、引号、冒号",
    "check this line and the one above: indentation, brackets, quotes, colons",
)
_FULL_WIDTH = re.compile(r"^[ -]*(?P<key>[^\s:#\"'{}\[\],]+)(?P<colon>：)", re.MULTILINE)


def explained(failure: Any, text: str) -> tuple[Text, Text, int]:
    """What is wrong, what to do about it, and where in ``text``, of a ``MarkedYAMLError``."""
    mark = failure.problem_mark or failure.context_mark
    index = mark.index if mark else 0
    problem = str(failure.problem or failure.context)
    if (slip := _full_width_colon(text, index)) is not None:
        message = Text("YAML 语法有误：用了全角冒号", "the YAML is broken: a full-width colon")
        return message, Text("改为半角冒号加空格（: ）", "write ': ', a plain colon and a space"), slip
    if problem == "found unexpected end of stream" and failure.context_mark:
        index = failure.context_mark.index
    words = _WORDS.get(problem)
    if words is None:
        return Text(f"YAML 语法有误（{problem}）", f"the YAML is broken ({problem})"), _LOOK, index
    message = Text(f"YAML 语法有误：{words.zh}", f"the YAML is broken: {words.en}")
    return message, _FIXES.get(words, _LOOK), index


def _full_width_colon(text: str, index: int) -> int | None:
    """A key with a full-width colon on the line where reading stopped, or on the one above."""
    end = text.find("\n", index)
    start = text.rfind("\n", 0, max(text.rfind("\n", 0, index), 0)) + 1
    found = [
        match.start("colon") for match in _FULL_WIDTH.finditer(text, start, len(text) if end < 0 else end)
    ]
    return found[-1] if found else None
