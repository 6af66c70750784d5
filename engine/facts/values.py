"""The ``facts`` of a facts file: every value found by name or label, read exactly, and held to its bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import Position, Problem, Problems, Text, first_at
from engine.facts.model import Record
from engine.facts.readings import Conventions
from engine.facts.refusals import why_not
from engine.facts.totals import is_total, total_problem
from engine.language.calendar import OutsideCalendar, check_known
from engine.language.literals import parse_value
from engine.language.numbers import MalformedValue
from engine.language.sizes import MAX_RECORDS
from engine.language.terms import Kind, Value
from engine.ruleset.model import Fact, FactGroup, Range, RecordList, Ruleset
from engine.ruleset.rendering import formats_of
from engine.source import Mapping as MappingNode
from engine.source import Node, Scalar, Sequence, break_at, folded
from engine.suggestions import possible
from engine.yaml_slips import key_fix

MAX_TEXT = 2000
ONE_LINE = Text("名称里不能有换行或制表符", "a name has no line break and no tab in it")
ON_ONE_LINE = Text("写在一行里", "write it on one line")
MAX_NAME = 200
"""Characters of a department's name and of a record's key; they stand in every line that is about them."""
_MISSING = Text("缺少必填事实", "a required fact is missing")
_NO_RECORDS = Text("没有记录时写 []", "write [] where there are none")


class ValueReader:
    """Reads values into slots; what is wrong gathers in ``problems``.

    With ``conventions`` the texts are those of cells. What stands for a value is then put in the place of each, so
    that the document says what was read.
    """

    def __init__(self, ruleset: Ruleset, problems: Problems, conventions: Conventions | None = None) -> None:
        self.ruleset = ruleset
        self.conventions = conventions
        self.formats = formats_of(ruleset)
        self.problems = problems
        self.positions: dict[str, Position] = {}
        self.keys: dict[str, dict[str, Position]] = {}
        self.seen: dict[str, dict[str, str]] = {}
        """The keys of each list's records by what a reader takes them for."""

    def report(
        self, code: str, message: Text, node: Node | Position, path: str, fix: Text | None = None
    ) -> None:
        where = node if isinstance(node, Position) else node.position
        self.problems.append(Problem(code, message, where, path, fix))

    def read(self, node: MappingNode) -> tuple[Any, ...]:
        """The slots of an evaluation with the facts put in."""
        slots = list(self.ruleset.slots)
        schema = self.ruleset.schema
        known: dict[str, Text] = {name: fact.label for name, fact in schema.facts.items()}
        known |= {name: group.label for name, group in schema.groups.items()}
        known |= {name: records.label for name, records in schema.lists.items()}
        found = self.by_name(node, known, "")
        for name, fact in schema.facts.items():
            slots[fact.place] = self.fact(fact, found.get(name), node, name)
        for name, group in schema.groups.items():
            self.group(group, found.get(name), node, slots)
        for name, records in schema.lists.items():
            slots[records.records.slot] = self.record_list(records, found.get(name), node)
        return tuple(slots)

    def by_name(self, node: MappingNode, known: Mapping[str, Text], path: str) -> dict[str, Node]:
        """The values in ``node`` by their names, whether written by name or by label."""
        labels: dict[str, list[str]] = {}
        for name, label in known.items():
            for text in {label.zh, label.en}:
                labels.setdefault(text, []).append(name)
        found: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        for key, entry in node.entries.items():
            names = list(dict.fromkeys([*([key] if key in known else []), *labels.get(key, [])]))
            where = _joined(path, key)
            if len(names) > 1:
                listed = Text("、".join(names), ", ".join(names))
                message = Text(
                    f"标签“{key}”对应多项（{listed.zh}）",
                    f"the label '{key}' means several facts ({listed.en})",
                )
                self.report("F003", message, entry.key, where, Text("改写名称", "write the name instead"))
            elif not names:
                message = Text(f"没有名为“{key}”的事实", f"there is no fact '{key}'")
                self.report(
                    "F002", message, entry.key, where, key_fix(key, [*known, *labels]) or possible(known)
                )
            elif names[0] in found:
                first = keys[names[0]]
                label, there = known[names[0]], first_at(first.position)
                message = Text(
                    f"“{key}”与“{first.text}”是同一项：{label.zh}{there.zh}",
                    f"'{key}' and '{first.text}' are one and the same: {label.en}{there.en}",
                )
                self.report("F004", message, entry.key, where, Text("删去一个", "remove one"))
            else:
                found[names[0]], keys[names[0]] = entry.value, entry.key
        return found

    def group(self, group: FactGroup, node: Node | None, parent: MappingNode, slots: list[Any]) -> None:
        if not (_is_absent(node) or isinstance(node, MappingNode)):
            assert node is not None
            message = Text("此处应为分组（键: 值）", "a group (key: value) is wanted here")
            self.report("F005", message, node, group.name)
            return
        holder = node if node is not None else parent
        labels = _labels(group.facts)
        found = self.by_name(node, labels, group.name) if isinstance(node, MappingNode) else {}
        for name, fact in group.facts.items():
            slots[fact.place] = self.fact(fact, found.get(name), holder, f"{group.name}.{name}")

    def record_list(self, records: RecordList, node: Node | None, parent: MappingNode) -> tuple[Record, ...]:
        name = records.records.name
        if _is_absent(node):
            message = Text(f"{_MISSING.zh}（{records.label.zh}）", f"{_MISSING.en} ({records.label.en})")
            where = parent if node is None else node
            self.report("F001", message, where, name, _NO_RECORDS)
            return ()
        if not isinstance(node, Sequence):
            assert node is not None
            message = Text("此处应为记录的列表", "a list of records is wanted here")
            self.report("F005", message, node, name, _NO_RECORDS)
            return ()
        if len(node.items) > MAX_RECORDS:
            message = Text(
                f"记录过多（{len(node.items):,} 条，最多 {MAX_RECORDS:,} 条）",
                f"there are too many records ({len(node.items):,} of at most {MAX_RECORDS:,})",
            )
            fix = Text("用 audit portfolio 评分", "score it with audit portfolio")
            self.report("F032", message, node, name, fix)
            return ()
        self.positions[name] = node.position
        keys = self.keys.setdefault(name, {})
        read = [self.record(records, item, index, keys) for index, item in enumerate(node.items)]
        place = records.fields[records.key].place
        complete = [record for record in read if record is not None and record[place] is not None]
        return tuple(sorted(complete, key=lambda record: str(record[place])))

    def record(self, records: RecordList, node: Node, index: int, keys: dict[str, Position]) -> Record | None:
        name = records.records.name
        if not isinstance(node, MappingNode):
            message = Text("此处应为一条记录（键: 值）", "a record (key: value) is wanted here")
            self.report("F005", message, node, f"{name}[{index + 1}]")
            return None
        found = self.by_name(node, _labels(records.fields), f"{name}[{index + 1}]")
        key_node = found.get(records.key)
        if isinstance(key_node, Scalar):
            self.take_conventions(records.fields[records.key], key_node)
        key = key_node.text.strip() if isinstance(key_node, Scalar) and not key_node.is_null else ""
        if len(key) > MAX_NAME:
            assert key_node is not None
            self.problems.append(too_long(MAX_NAME, key_node, f"{name}[{index + 1}]"))
            return None
        path = f"{name}[{key or index + 1}]"
        if key in keys:
            there = first_at(keys[key])
            message = Text(f"记录“{key}”重复{there.zh}", f"the record '{key}' is here twice{there.en}")
            self.report(
                "F006", message, node, path, Text("合并，或改正编号", "merge them, or correct the key")
            )
        elif key:
            self.check_key(name, key, node, path)
            keys[key] = node.position
        return tuple(
            self.fact(fact, found.get(one), node, f"{path}.{one}") for one, fact in records.fields.items()
        )

    def check_key(self, name: str, key: str, node: Node, path: str) -> None:
        """A key is one line, and none that a reader takes for another."""
        if is_total(key):
            self.problems.append(total_problem(node, path))
        if break_at(key) >= 0:
            self.report("F026", ONE_LINE, node, path, ON_ONE_LINE)
        other = self.seen.setdefault(name, {}).setdefault(folded(key), key)
        if other != key:
            there = first_at(self.keys[name][other])
            message = Text(
                f"“{key}”与记录“{other}”看起来是同一个{there.zh}",
                f"'{key}' looks the same as the record '{other}'{there.en}",
            )
            self.report(
                "F025", message, node, path, Text("合并，或改正编号", "merge them, or correct the key")
            )

    def fact(self, fact: Fact, node: Node | None, holder: Node, path: str) -> Value:
        """The value of one fact; ``None`` where it is optional and absent, or after a problem."""
        absent = _is_absent(node)
        if absent and fact.optional:
            return None
        if absent:
            message = Text(f"{_MISSING.zh}（{fact.label.zh}）", f"{_MISSING.en} ({fact.label.en})")
            self.report("F001", message, node if node is not None else holder, path, Text("补填", "state it"))
            return None
        if not isinstance(node, Scalar):
            assert node is not None
            self.report("F005", Text("此处应为单个值", "a single value is wanted here"), node, path)
            return None
        self.positions[path] = node.position
        try:
            self.take_conventions(fact, node)
            value = parse_value(node.text.strip(), fact.type)
        except MalformedValue as malformed:
            error = why_not(node.text, fact.type, self.ruleset.money_unit) or malformed
            reason = Text(f"{fact.label.zh}：{error.reason.zh}", error.reason.en)
            self.report("F007", reason, node, path, error.fix)
            return None
        self.check_value(fact, value, node, path)
        return value

    def take_conventions(self, fact: Fact, node: Scalar) -> None:
        """Put what the cell states in the place of its text. Raises :class:`MalformedValue`."""
        if self.conventions is not None and not node.is_null:
            node.text = self.conventions.value(node, fact)

    def check_value(self, fact: Fact, value: Value, node: Scalar, path: str) -> None:
        if isinstance(value, str) and (len(value) > MAX_TEXT or not value):
            message = Text(
                f"文本为空或过长（最多 {MAX_TEXT} 字）",
                f"the text is empty or too long (at most {MAX_TEXT} characters)",
            )
            self.report("F007", message, node, path)
        if not fact.allowed.contains(value):
            shown, allowed = self.formats.show(value, fact.type), self.allowed(fact.allowed, fact)
            message = Text(
                f"{fact.label.zh} {shown.zh} 超出允许范围（{allowed.zh}）",
                f"{shown.en} is out of range ({allowed.en})",
            )
            self.report("F008", message, node, path, Text("核对原始凭证", "check the source document"))
        if fact.type.kind == Kind.DATE and fact.name in self.ruleset.calendar_facts:
            try:
                check_known(value)  # type: ignore[arg-type]
            except OutsideCalendar as error:
                self.report("F009", error.message, node, path, error.fix)

    def allowed(self, range_: Range, fact: Fact) -> Text:
        low = [self.formats.show(range_.low, fact.type)] if range_.low is not None else []
        high = [self.formats.show(range_.high, fact.type)] if range_.high is not None else []
        return Text(
            "，".join([*(f"不小于 {one.zh}" for one in low), *(f"不大于 {one.zh}" for one in high)]),
            ", ".join([*(f"at least {one.en}" for one in low), *(f"at most {one.en}" for one in high)]),
        )


def too_long(limit: int, node: Node, path: str) -> Problem:
    """That a text is longer than ``limit``."""
    message = Text(f"文字过长（最多 {limit:,} 字）", f"the text is too long (at most {limit:,} characters)")
    return Problem("F031", message, node.position, path, Text("缩短", "shorten it"))


def _is_absent(node: Node | None) -> bool:
    """Whether nothing is written there: no key, or nothing after it."""
    return node is None or (isinstance(node, Scalar) and node.is_null)


def _labels(facts: Mapping[str, Fact]) -> dict[str, Text]:
    return {name: fact.label for name, fact in facts.items()}


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def fact_paths(ruleset: Ruleset, keys: Mapping[str, Iterable[str]]) -> set[str]:
    """Every path that evidence may name, given the keys of each list's records."""
    schema = ruleset.schema
    paths = {fact.name for fact in schema.scalars()} | {*schema.groups} | {*schema.lists}
    for name, records in schema.lists.items():
        for key in keys.get(name, ()):
            paths.add(f"{name}[{key}]")
            paths |= {f"{name}[{key}].{field}" for field in records.fields}
    return paths
