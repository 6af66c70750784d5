"""What every section beside the facts is read with: its texts, numbers, keys and criteria, each held to what is wanted."""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import Position, Problem, Problems, Text, text_list
from engine.facts.readings import Conventions
from engine.facts.refusals import why_not
from engine.facts.values import too_long
from engine.language.numbers import MalformedValue, Rational, parse_number, parse_ratio
from engine.language.terms import Kind, Type
from engine.ruleset.model import ROOT, Criterion, Ruleset
from engine.source import Mapping as MappingNode
from engine.source import Node, Scalar
from engine.suggestions import offered, possible, suggestion
from engine.yaml_slips import key_fix

MAX_REMARK = 10_000
"""Characters of an explanation, a reason, a source: what people write beside the figures."""
A_MAPPING = Text("此处应为映射（键: 值）", "a mapping (key: value) is wanted here")


def a_text(key: str) -> Text:
    """That a text, and no list or mapping, is wanted under ``key``."""
    return Text(f"{key} 应为文字", f"'{key}' is a text")


def is_absent(node: Node | None) -> bool:
    """Whether nothing is written there: no key, or nothing or blanks alone after it."""
    return node is None or (isinstance(node, Scalar) and (node.is_null or not node.text.strip()))


class SectionReader:
    """Reads what stands in the sections of a facts file other than ``facts``; problems gather in ``problems``.

    With ``conventions`` its texts are those of cells, as for :class:`engine.facts.values.ValueReader`.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        root: MappingNode,
        problems: Problems,
        conventions: Conventions | None = None,
    ) -> None:
        self.conventions = conventions
        self.ruleset = ruleset
        self.root = root
        self.problems = problems
        self.positions: dict[str, Position] = {}
        """Where claims and judgements stand, by the criteria's ids, such as ``judgements.analysis.deduct``."""

    def report(
        self, code: str, message: Text, node: Node | Position, path: str, fix: Text | None = None
    ) -> None:
        where = node if isinstance(node, Position) else node.position
        self.problems.append(Problem(code, message, where, path, fix))

    def section(self, name: str) -> MappingNode | None:
        node = self.root.get(name)
        if node is None or isinstance(node, MappingNode):
            return node
        if not (isinstance(node, Scalar) and node.is_null):
            self.report("F005", A_MAPPING, node, name)
        return None

    def text(self, owner: MappingNode, key: str, path: str, *, required: bool = True) -> str:
        """The text under ``key``; empty where there is none, and after a problem."""
        node = owner.get(key)
        if node is None or is_absent(node):
            if required:
                self.report("F001", Text(f"缺少 {key}", f"'{key}' is missing"), node or owner, path)
            return ""
        if not isinstance(node, Scalar):
            self.report("F005", a_text(key), node, path)
            return ""
        return self.remark(node, path)

    def remark(self, node: Scalar, path: str) -> str:
        """The text, held to its length."""
        if len(node.text) > MAX_REMARK:
            self.problems.append(too_long(MAX_REMARK, node, path))
        return node.text.strip()

    def number(self, node: Node, path: str, column: str, kind: Kind = Kind.POINTS) -> Rational | None:
        """The number that is written there; ``None`` after a problem."""
        if not isinstance(node, Scalar):
            self.report("F005", Text("此处应为一个数", "a number is wanted here"), node, path)
            return None
        type_ = Type(kind)
        try:
            if self.conventions is not None:
                node.text = self.conventions.typed(node, type_, column)
            return parse_ratio(node.text) if kind == Kind.RATIO else parse_number(node.text)
        except MalformedValue as malformed:
            error = why_not(node.text, type_, "") or malformed
            self.report("F007", error.reason, node, path, error.fix)
            return None

    def known_keys(self, owner: MappingNode, known: Iterable[str], path: str) -> None:
        names = list(known)
        for key, entry in owner.entries.items():
            if key not in names:
                message = Text(f"不认识的键“{key}”", f"there is no key '{key}' here")
                self.report("F002", message, entry.key, f"{path}.{key}", offered(key_fix(key, names), names))

    def criterion(self, key: str, node: Node, path: str) -> Criterion | None:
        """The criterion called ``key``, by id or title."""
        found = self.ruleset.criteria.get(ROOT if key == "总分" else key)
        titled = [one for one in self.ruleset.criteria.values() if key in (one.title.zh, one.title.en)]
        if found is None and len(titled) == 1:
            return titled[0]
        if found is None:
            message = Text(f"没有指标“{key}”", f"there is no criterion '{key}'")
            titles = [one.title.zh for one in self.ruleset.criteria.values()]
            fix = suggestion(key, [*self.ruleset.criteria, *titles]) or possible([*self.ruleset.criteria])
            if titled:
                ids = text_list(one.id for one in titled)
                message = Text(f"“{key}”是几个指标的名称", f"'{key}' is the title of several criteria")
                fix = Text(f"写 id：{ids.zh} 之一", f"write the id: one of {ids.en}")
            self.report("F002", message, node, path, fix)
        return found
