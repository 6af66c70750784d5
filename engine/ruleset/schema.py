"""From the ruleset's ``facts`` to a schema: what each fact is, and in which slot its value lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.errors import Text, same
from engine.language.terms import ORDERED, Kind, RecordField, Records, Scalar, Type
from engine.ruleset.document import Basis as WrittenBasis
from engine.ruleset.document import BilingualText, FactEntry, FactField, RulesetDocument
from engine.ruleset.expressions import Expressions, Path
from engine.ruleset.found_as import check_found_as
from engine.ruleset.model import Basis, Fact, FactGroup, Range, RecordList, Ruleset, Schema
from engine.source import folded


def as_text(value: BilingualText | None, otherwise: str = "") -> Text:
    """A document's text in both languages; ``otherwise`` where it was not written."""
    return Text(value.zh, value.en) if value is not None else Text(otherwise, otherwise)


def as_basis(written: WrittenBasis | None) -> Basis | None:
    """A document's basis, as breakdowns and checks read it."""
    if written is None:
        return None
    note = as_text(written.note) if written.note is not None else None
    return Basis(written.source, written.article, written.status, note)


def parameter_basis(ruleset: Ruleset, name: str) -> Basis | None:
    """Where the value of the parameter ``name`` comes from."""
    return as_basis(ruleset.document.parameters[name].basis)


class SchemaBuilder:
    """Gives every fact its slot."""

    def __init__(self, expressions: Expressions, take_slot: Callable[[], int]) -> None:
        self.expressions = expressions
        self.take_slot = take_slot

    def build(self, document: RulesetDocument) -> Schema:
        facts: dict[str, Fact] = {}
        groups: dict[str, FactGroup] = {}
        lists: dict[str, RecordList] = {}
        for name, entry in document.facts.items():
            path: Path = ("facts", name)
            if entry.fields is None:
                facts[name] = self.fact(name, entry, self.take_slot(), path)
            elif entry.records is None:
                members = {
                    key: self.fact(f"{name}.{key}", one, self.take_slot(), (*path, "fields", key))
                    for key, one in entry.fields.items()
                }
                groups[name] = FactGroup(name, as_text(entry.label), members)
            else:
                lists[name] = self.record_list(name, entry, entry.fields, path)
        return Schema(facts, groups, lists)

    def record_list(
        self, name: str, entry: FactEntry, fields: Mapping[str, FactField], path: Path
    ) -> RecordList:
        assert entry.records is not None
        key = entry.records.key
        for field, one in fields.items():
            if one.found_as:
                message = Text("记录表的字段不能用 found_as 摘录", "a field of records has no 'found_as'")
                self.expressions.report("R024", message, (*path, "fields", field, "found_as"))
        columns = {
            field: self.fact(f"{name}.{field}", one, index, (*path, "fields", field))
            for index, (field, one) in enumerate(fields.items())
        }
        if columns[key].optional or columns[key].type.kind not in (Kind.TEXT, Kind.CHOICE):
            message = Text("记录的 key 应为必填的文本字段", "a record list's key is a required text field")
            self.expressions.report("R021", message, (*path, "records", "key"))
        symbols = {
            field: RecordField(field, fact.type, fact.place, fact.label, fact.optional)
            for field, fact in columns.items()
        }
        label = as_text(entry.label)
        return RecordList(Records(name, self.take_slot(), key, symbols, label), label, key, columns)

    def fact(self, name: str, entry: FactEntry | FactField, place: int, path: Path) -> Fact:
        type_ = self.fact_type(entry, path)
        if entry.found_as:
            check_found_as(entry.found_as, type_, self.expressions, (*path, "found_as"))
        low = high = None
        if entry.at_least is not None or entry.at_most is not None:
            if type_.kind not in ORDERED:
                message = Text("只有数量和日期才有上下限", "only quantities and dates have bounds")
                self.expressions.report("R022", message, path)
            else:
                low = self.bound(entry.at_least, type_, (*path, "at_least"))
                high = self.bound(entry.at_most, type_, (*path, "at_most"))
        allowed = Range(low, high)
        return Fact(name, as_text(entry.label), type_, entry.optional, allowed, place)

    def bound(self, text: str | None, type_: Type, path: Path) -> object:
        return None if text is None else self.expressions.value(text, type_, path)

    def fact_type(self, entry: FactEntry | FactField, path: Path) -> Type:
        kind = Kind(entry.type or Kind.TEXT)
        if (kind == Kind.CHOICE) != (entry.options is not None):
            message = Text(
                "choice 类型要写 options，其他类型不写",
                "'options' goes with the type choice, and only with it",
            )
            self.expressions.report("R023", message, path)
        options = entry.options or {}
        labels = {option: as_text(label) for option, label in options.items()}
        if all(label == same(option) for option, label in labels.items()):
            return Type(kind, tuple(options))
        self.check_labels(labels, (*path, "options"))
        return Type(kind, tuple(options), labels=tuple(labels.values()))

    def check_labels(self, labels: Mapping[str, Text], path: Path) -> None:
        """A label stands for one option only: it is none of the others, and no other's label."""
        meant: dict[str, str] = {folded(option): option for option in labels}
        for option, label in labels.items():
            for text in dict.fromkeys((label.zh, label.en)):
                other = meant.setdefault(folded(text), option)
                if other != option:
                    message = Text(
                        f"“{text}”既是选项 {option} 的名称，又指选项 {other}",
                        f"'{text}' is the label of the option {option} and stands for {other}, too",
                    )
                    fix = Text("换一个名称", "choose another label")
                    self.expressions.report("R025", message, (*path, option), fix)


def scalar_symbols(schema: Schema) -> dict[str, Scalar]:
    """The names of the scalar facts, for expressions."""
    return {
        fact.name: Scalar(
            fact.name,
            fact.type,
            fact.place,
            fact.label,
            "fact",
            frozenset({fact.name}) if fact.optional else frozenset(),
        )
        for fact in schema.scalars()
    }
