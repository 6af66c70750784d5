"""YAML and JSON files read as trees of text, or refused with everything that is wrong."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from engine.errors import AuditError, Position, Problem, Text
from engine.inputs import read_input
from engine.source.characters import DELETE, hidden_at, not_allowed
from engine.source.nodes import SURROGATE_PAIR, Entry, Mapping, Node, Scalar, Sequence, SourceFile

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

MAX_BYTES = 50 * 1024 * 1024
MAX_DEPTH = 40
MAX_ITEMS = 500_000
"""Texts, lists and mappings in a document; keys count, too."""
MAX_LENGTH = 100_000
"""Characters of one text."""
MAX_PROBLEMS = 100
NOT_UTF8 = Text(
    "另存为 UTF-8（常见的原编码是 GBK 或 UTF-16）", "save it as UTF-8 (it may be GBK or UTF-16 now)"
)
"""What to do with a text file in another encoding."""

_JSON = re.compile(r"\s*[{\[]")
_SURROGATES = re.compile(rf"(?<!\\)((?:\\\\)*){SURROGATE_PAIR}")


def read_source(path: Path, error: type[AuditError], name: str | None = None) -> Node:
    """The document in the file at ``path``. Raises ``error`` with every problem found."""
    shown = name or str(path)
    try:
        content = read_input(path, MAX_BYTES + 1)
    except (OSError, ValueError) as failure:
        from engine.causes import cause

        why = cause(failure)
        message = Text(f"无法读取文件（{why.zh}）", f"cannot read the file ({why.en})")
        raise error([Problem("S102", message, Position(shown))]) from None
    if len(content) > MAX_BYTES:
        message = Text(
            f"文件过大（最多 {MAX_BYTES:,} 字节）", f"the file is too large (over {MAX_BYTES:,} bytes)"
        )
        raise error([Problem("S101", message, Position(shown))])
    return parse_source(content, shown, error)


def parse_source(content: bytes, name: str, error: type[AuditError]) -> Node:
    """The document in ``content``, which came from the file ``name``."""
    file = SourceFile(name, _decode(content, name, error))
    if problems := _hidden(file):
        raise error(problems)
    return _Reader(file, error).document()


def _hidden(file: SourceFile) -> list[Problem]:
    """The characters of the file that nobody sees, in comments too: they may show a reader another text."""
    problems: list[Problem] = []
    at = hidden_at(file.text)
    while at >= 0 and len(problems) < MAX_PROBLEMS:
        is_null = file.text[at] == "\0"
        fix = Text("若文件原为 UTF-16，另存为 UTF-8", "a file in UTF-16 save as UTF-8") if is_null else DELETE
        problems.append(Problem("S104", not_allowed(file.text[at]), file.position(at), fix=fix))
        at = -1 if is_null else hidden_at(file.text, at + 1)
    return problems


def _decode(content: bytes, name: str, error: type[AuditError]) -> str:
    try:
        return _one_line_end(content.decode("utf-8-sig"))
    except UnicodeDecodeError as failure:
        readable = _one_line_end(failure.object[: failure.start].decode("utf-8"))
        from engine.causes import cause

        which = cause(failure)
        message = Text(f"文件不是 UTF-8 编码（{which.zh}）", f"the file is not UTF-8 text ({which.en})")
        where = SourceFile(name, readable).position(len(readable))
        raise error([Problem("S103", message, where, fix=NOT_UTF8)]) from None


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _join_surrogates(text: str) -> tuple[str, list[int]]:
    """JSON writes a rare character as two escapes, YAML as one, which is shorter by two.

    Also the ends of what was joined, in the new text.
    """
    ends: list[int] = []
    if "\\u" not in text or not _JSON.match(text):
        return text, ends

    def join(match: re.Match[str]) -> str:
        ends.append(match.end() - 2 * len(ends) - 2)
        high, low = int(match[2], 16), int(match[3], 16)
        return f"{match[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"

    return _SURROGATES.sub(join, text), ends


class _Stop(Exception):
    """Raised where reading on makes no sense; what is wrong has been reported."""


class _Reader:
    def __init__(self, file: SourceFile, error: type[AuditError]) -> None:
        self.file = file
        self.error = error
        self.problems: list[Problem] = []
        self.text, self.joined = _join_surrogates(file.text)
        self.size = len(file.text)

    def original(self, index: int) -> int:
        """The place in the file of ``index`` in the text that is parsed."""
        if self.joined:
            index += 2 * bisect_right(self.joined, index)
        return min(index, self.size)

    def report(self, code: str, message: Text, index: int, fix: Text | None = None) -> None:
        self.problems.append(Problem(code, message, self.file.position(index), fix=fix))

    def stop(self, code: str, message: Text, index: int, fix: Text | None = None) -> NoReturn:
        """Report it, and read no further."""
        self.report(code, message, index, fix)
        raise _Stop

    def document(self) -> Node:
        from _ruamel_yaml import CParser
        from ruamel.yaml.error import MarkedYAMLError

        root: Node | None = None
        try:
            root = self.build(CParser(self.text))
        except _Stop:
            pass
        except MarkedYAMLError as failure:
            self.report("S104", *self.slip(failure))
        if not self.problems and root is None:
            self.report("S105", Text("文件是空的", "the file is empty"), 0)
        if self.problems:
            raise self.error(self.problems)
        assert root is not None
        return root

    def slip(self, failure: MarkedYAMLError) -> tuple[Text, int, Text]:
        """What is wrong with a text that is no YAML, and no JSON if that is what it is meant to be."""
        from engine.json_slips import is_json, json_slip
        from engine.yaml_slips import explained, index_of

        at = self.original(index_of(failure, self.text))
        if is_json(self.file.text, self.file.name) and (found := json_slip(self.file.text, at)):
            words, fix, at = found
            return Text(f"JSON 语法有误：{words.zh}", f"the JSON is broken: {words.en}"), at, fix
        message, fix, at = explained(failure, self.text)
        return message, self.original(at), fix

    def build(self, parser: Any) -> Node | None:
        """The tree, from the parser's events, without recursion. Raises :class:`_Stop`."""
        root: Node | None = None
        documents = items = 0
        open_nodes: list[Mapping | Sequence] = []
        pending: list[Scalar | None] = []
        while parser.check_event():
            event = parser.get_event()
            kind = event.__class__.__name__
            if kind in ("MappingEndEvent", "SequenceEndEvent"):
                open_nodes.pop()
                pending.pop()
            elif kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent", "AliasEvent"):
                node = self.node(kind, event)
                items += 1
                if open_nodes:
                    self.attach(open_nodes[-1], pending, node)
                else:
                    root = node
                if not isinstance(node, Scalar):
                    open_nodes.append(node)
                    pending.append(None)
                if items > MAX_ITEMS or len(open_nodes) > MAX_DEPTH:
                    self.too_much(len(open_nodes) > MAX_DEPTH, node)
            elif kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    message = Text("一个文件里只能有一份文档", "a file holds one document")
                    index = self.original(event.start_mark.index)
                    self.stop("S106", message, index, Text("拆成几个文件", "split the file"))
        return root

    def too_much(self, deep: bool, node: Node) -> NoReturn:
        if deep:
            message = Text(f"嵌套超过 {MAX_DEPTH} 层", f"nested more than {MAX_DEPTH} levels deep")
            self.stop("S107", message, node.start)
        message = Text(
            f"内容过多（超过 {MAX_ITEMS:,} 项）", f"there is too much in it (over {MAX_ITEMS:,} items)"
        )
        fix = Text(
            "拆成几个文件；多个部门用 audit portfolio", "split it; many departments are for audit portfolio"
        )
        self.stop("S130", message, node.start, fix)

    def node(self, kind: str, event: Any) -> Scalar | Mapping | Sequence:
        index = self.original(event.start_mark.index)
        if kind == "AliasEvent" or event.anchor is not None:
            message = Text("不支持锚点和别名（& 和 *）", "anchors and aliases (& and *) are not supported")
            zh, en = (
                "把内容写全；以 * 或 & 开头的文字加引号",
                "write it out; quote a text that starts with * or &",
            )
            self.stop("S108", message, index, Text(zh, en))
        if event.tag is not None and event.tag != "!":
            tag = _short(event.tag)
            message = Text(f"不支持标签（{tag}）", f"tags are not supported ({tag})")
            fix = Text("删去标签；以 ! 开头的文字加引号", "remove it; quote a text that starts with !")
            self.stop("S109", message, index, fix)
        if kind == "MappingStartEvent":
            return Mapping(self.file, index)
        if kind == "SequenceStartEvent":
            return Sequence(self.file, index)
        if len(event.value) > MAX_LENGTH:
            zh = f"文字过长（超过 {MAX_LENGTH:,} 个字符）"
            message = Text(zh, f"a text is too long (over {MAX_LENGTH:,} characters)")
            self.stop("S131", message, index, Text("缩短", "shorten it"))
        end = self.original(event.end_mark.index)
        scalar = Scalar(self.file, index, event.value, end, event.style or "")
        if event.style == '"' and (at := hidden_at(event.value)) >= 0 and len(self.problems) < MAX_PROBLEMS:
            # by an escape: the file has none itself
            where = scalar.locate(at)
            self.problems.append(Problem("S104", not_allowed(event.value[at]), where, fix=DELETE))
        return scalar

    def attach(self, parent: Mapping | Sequence, pending: list[Scalar | None], node: Node) -> None:
        """Put ``node`` under ``parent``: in a mapping as a key first, then as that key's value."""
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = pending[-1]
        if key is not None:
            parent.entries.setdefault(key.text, Entry(key, node))
            pending[-1] = None
            return
        if not isinstance(node, Scalar):
            from engine.yaml_slips import slip_near

            message = Text("键应为文字", "a key must be plain text")
            fix = Text("以 { 或 [ 开头的文字加引号", "quote a text that starts with { or [")
            slip = slip_near(self.text, node.start, node.start)
            if slip is not None:
                (message, fix), _ = slip
            self.stop("S110", message, node.start, fix)
        if node.text in parent.entries:
            first = parent.entries[node.text].key.position
            name = _short(node.text)
            message = Text(
                f"键“{name}”重复（第 {first.line} 行已有）",
                f"the key '{name}' is here twice (first in line {first.line})",
            )
            self.report("S111", message, node.start, Text("删去一个，或合并", "remove one, or merge them"))
        pending[-1] = node
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Stop


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
