"""Where YAML went wrong, in words that an editor of a table can act on.

libyaml tells where it could not go on, in English, and often a line too late. Here its words are said in both
languages, the place is that of the likely slip, and what usually causes it is named.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from engine.errors import Text
from engine.suggestions import suggestion

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
    "found invalid Unicode character escape code": Text("转义不是字符，或只是半个字符", "the escape is no character, or half a character"),
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
    _WORDS["found invalid Unicode character escape code"]: Text("写出字符本身", "write the character itself"),
    _WORDS["found character that cannot start any token"]: Text("给这个值加引号", "quote the value"),
}
_LOOK = Text(
    "检查本行和上一行：缩进、括号、引号、冒号",
    "check this line and the one above: indentation, brackets, quotes, colons",
)
_QUOTED = re.compile(
    r"""(?:(?<=[:,\[{\-\s])|^)("(?:\\.|[^"\\])*"|'(?:''|[^'])*')|(?:^|(?<=\s))#[^\n]*""", re.MULTILINE
)
"""What YAML does not look into: texts in quotes, and comments."""

_KEY = r"[^\s:：,，;；、#\"'{}\[\]]+"
_COLON = (
    Text("用了全角冒号", "a full-width colon"),
    Text("改为半角冒号加空格（: ）", "write ': ', a plain colon and a space"),
)
_COMMA = (
    Text("用了全角逗号", "a full-width comma"),
    Text("改为半角逗号加空格（, ）", "write ', ', a plain comma and a space"),
)
_SEMICOLON = (
    Text("用了分号", "a semicolon for a comma"),
    Text("改为半角逗号加空格（, ）", "write ', ', a plain comma and a space"),
)
_BRACKET = (
    Text("用了全角括号", "a full-width bracket"),
    Text("改为半角括号 { } [ ]", "write a plain one: { } [ ]"),
)
_QUOTE = Text("用了中文引号", "a typographic quotation mark"), Text('改为半角引号 "', 'write a plain "')
_BLANK = (
    Text("用了全角空格或不换行空格", "a full-width or no-break space"),
    Text("改为半角空格", "write a plain space"),
)
_DASH = (
    Text("列表项的横线不是半角 -", "the dash of a list item is not a plain '-'"),
    Text("改为半角横线加空格（- ）", "write '- ', a plain dash and a space"),
)
_BARE_DASH = (
    Text("列表项的 - 之后没有空格", "no space stands after the '-' of a list item"),
    Text("写成 - 加空格", "write '- '"),
)
_BARE_COLON = (
    Text("冒号之后没有空格", "no space stands after the colon"),
    Text("在冒号后加一个空格", "write a space after the colon"),
)

LOOKED_AT = 20_000
"""How many characters on either side of the place where reading stopped are looked at."""

_Slip = tuple[Text, Text]
_ON_A_LINE: tuple[tuple[re.Pattern[str], _Slip], ...] = (
    (re.compile(rf"^[ -]*{_KEY}(?P<here>：)", re.MULTILINE), _COLON),
    (re.compile(r"^ *(?P<here>[\u3000\u00a0])|:(?P<after>[\u3000\u00a0])", re.MULTILINE), _BLANK),
    (re.compile(r"^ *(?P<here>[－—–―−])", re.MULTILINE), _DASH),
    (re.compile(r"^ *(?P<here>-)[^\W\d]\w*:", re.MULTILINE), _BARE_DASH),
    (re.compile(r"^[ -]*[A-Za-z_]\w*(?P<here>:)[^\s/:]", re.MULTILINE), _BARE_COLON),
    (re.compile(r"(?:^|[:-]) *(?P<here>[｛［【])", re.MULTILINE), _BRACKET),
)  # fmt: skip
"""What ends the reading of a block, with its place in the line."""

_IN_BRACKETS: tuple[tuple[re.Pattern[str], _Slip], ...] = (
    (re.compile(rf"[{{,，]\s*{_KEY}\s*(?P<here>：)"), _COLON),
    (re.compile(rf"(?P<here>[，、])(?=\s*(?:{_KEY}\s*[:：]|[{{\[]))|(?<=[}}\])])\s*(?P<after>[，、])"), _COMMA),
    (re.compile(rf"(?P<here>[；;])(?=\s*(?:{_KEY}\s*[:：]|[{{\[]))"), _SEMICOLON),
    (re.compile(r"(?P<here>[｛｝［］【】])"), _BRACKET),
    (re.compile(r"[:,\[{] *(?P<here>[“”‘’「『＂])"), _QUOTE),
    (re.compile(r"[:,](?P<here>[\u3000\u00a0])"), _BLANK),
)  # fmt: skip
"""What ends the reading of ``{…}`` or ``[…]``, or makes something else of it."""

_IN_A_KEY = (
    ("：", _COLON),
    ("，、", _COMMA),
    ("；;", _SEMICOLON),
    ("｛｝［］【】", _BRACKET),
    ("“”‘’「」『』＂", _QUOTE),
)


def explained(failure: Any, text: str) -> tuple[Text, Text, int]:
    """What is wrong, what to do about it, and where in ``text``, of a ``MarkedYAMLError``."""
    index = index_of(failure, text)
    problem = str(failure.problem or failure.context)
    opened = failure.context_mark.index if failure.context_mark else index
    if text[index : index + 1] == "\t":
        return _told(_TAB, _FIXES[_TAB], index)
    if problem == "found unexpected end of stream":
        index = opened
        slip = _closing_quote(text, opened) or _opening_quote(text, opened)
    else:
        slip = slip_near(text, opened if opened < index else _line_above(text, index), index)
    if slip is not None:
        (words, fix), place = slip
        return _told(words, fix, place)
    known = _WORDS.get(problem)
    if known is None:
        return Text(f"YAML 语法有误（{problem}）", f"the YAML is broken ({problem})"), _LOOK, index
    return _told(known, _FIXES.get(known, _LOOK), index)


def index_of(failure: Any, text: str) -> int:
    """Where reading ``text`` stopped, by a ``MarkedYAMLError``."""
    mark = failure.problem_mark or failure.context_mark
    return min(mark.index, len(text)) if mark else 0


def _told(words: Text, fix: Text, index: int) -> tuple[Text, Text, int]:
    return Text(f"YAML 语法有误：{words.zh}", f"the YAML is broken: {words.en}"), fix, index


def slip_near(text: str, start: int, index: int) -> tuple[_Slip, int] | None:
    """The character that was probably meant for another, from the line of ``start`` to that of ``index``."""
    least, most = max(index - LOOKED_AT, 0), index + LOOKED_AT
    first = max(text.rfind("\n", 0, start) + 1, least)
    end = text.find("\n", index, most)
    seen = _QUOTED.sub(lambda match: "\0" * len(match[0]), text[first : most if end < 0 else end])
    opening = re.search(r"[{\[]", seen)
    found = [*_places(_ON_A_LINE, seen, 0)]
    if opening is not None:
        found += _places(_IN_BRACKETS, seen, opening.start())
    found += [(place, slip) for place, slip in _places(_IN_BRACKETS[4:5], seen, 0) if place >= index - first]
    if not found:
        return None
    place, slip = min(found, key=lambda one: one[0])
    return slip, first + place


def key_fix(key: str, known: Collection[str]) -> Text | None:
    """What to do about a key that is none of the ``known``: a slip of typing in it, or one that it resembles."""
    has_own = any(wide_sign(one) for one in known)  # labels may hold such signs
    return (None if has_own else wide_sign(key)) or suggestion(key, known) or wide_sign(key)


def wide_sign(text: str) -> Text | None:
    """What to write instead of the first sign in ``text`` that YAML would have to be plain; ``None`` without one."""
    for signs, (words, fix) in _IN_A_KEY:
        if any(sign in text for sign in signs):
            return Text(f"{words.zh}：{fix.zh}", f"{words.en}: {fix.en}")
    return None


def wide_slip(text: str, index: int, *, closing: bool) -> tuple[_Slip, int] | None:
    """The character at ``index`` that was meant for a plain one; of a text in quotes, the mark that should close it."""
    here = text[index : index + 1]
    if closing:
        return _closing_quote(text, index)
    if here in ("\u3000", "\u00a0"):
        return _BLANK, index
    return next(((slip, index) for signs, slip in _IN_A_KEY if here and here in signs), None)


def _places(
    patterns: tuple[tuple[re.Pattern[str], _Slip], ...], text: str, start: int
) -> Iterator[tuple[int, _Slip]]:
    for pattern, slip in patterns:
        match = pattern.search(text, start)
        if match is not None:
            group = "here" if match.groupdict().get("here") else "after"
            yield match.start(group), slip


def _closing_quote(text: str, opened: int) -> tuple[_Slip, int] | None:
    """A typographic quotation mark where the text that was opened with a plain one should end."""
    end = text.find("\n", opened)
    match = re.compile("[“”‘’＂」』]").search(text, opened, len(text) if end < 0 else end)
    return (_QUOTE, match.start()) if match is not None else None


def _opening_quote(text: str, closed: int) -> tuple[_Slip, int] | None:
    """One where the text that is only closed with a plain one should begin."""
    start = text.rfind("\n", 0, closed) + 1
    match = _IN_BRACKETS[4][0].search(text, start, closed)
    return (_QUOTE, match.start("here")) if match is not None else None


def _line_above(text: str, index: int) -> int:
    return text.rfind("\n", 0, max(text.rfind("\n", 0, index), 0)) + 1
