"""Two rulesets walked side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from engine.errors import Text
from engine.language.numbers import format_exact
from engine.language.terms import Type
from engine.ruleset.difference.changes import Change
from engine.ruleset.difference.naming import canonical, renamed
from engine.ruleset.difference.wording import (
    all_facts,
    bounds,
    changed_number,
    citation,
    directions,
    exact_value,
    named,
    optional,
    optional_points,
    own_rules,
    rule_name,
)
from engine.ruleset.model import (
    BandScore,
    Basis,
    CaseScore,
    Criterion,
    Expression,
    Range,
    Rule,
    Ruleset,
    TierScore,
    Unseen,
    ValueScore,
)
from engine.ruleset.rendering import formats_of
from engine.ruleset.schema import parameter_basis

One = TypeVar("One")
NOTHING = Text("", "")


def _labels(type_: Type) -> str:
    """What people call each option, where that is something else than the option."""
    labels = {one: type_.label(one) for one in type_.options if type_.labels}
    return "; ".join(f"{option}: {label.zh} / {label.en}" for option, label in labels.items())


def compare(before: Ruleset, after: Ruleset) -> list[Change]:
    """Every change from ``before`` to ``after`` that bears on a score or its grounds."""
    return list(_Comparison(before, after).changes())


class _Comparison:
    def __init__(self, before: Ruleset, after: Ruleset) -> None:
        self.before = before
        self.after = after
        self.names = renamed(before, after)
        self.formats = (formats_of(before), formats_of(after))

    def changes(self) -> Iterator[Change]:
        yield from self.table()
        yield from self.parameters()
        yield from self.facts()
        yield from self.measures()
        yield from self.identities()
        yield from self.criteria()
        yield from self.rules()

    # Small comparisons

    def pair(
        self, old: Mapping[str, One], new: Mapping[str, One], subject: Callable[[str, One], Text]
    ) -> Iterator[tuple[str, One, One] | Change]:
        """Entries in both by name, renamed ones too; a change for each that is on one side only."""
        for name, one in old.items():
            other = new.get(self.names.get(name, name))
            if other is None:
                yield Change("removed", name, subject(name, one), NOTHING)
            else:
                yield name, one, other
        for name, one in new.items():
            if name not in old and name not in self.names.values():
                yield Change("added", name, subject(name, one), NOTHING)

    def value(self, path: str, subject: Text, aspect: Text, before: str, after: str) -> Iterator[Change]:
        if before != after:
            yield Change("changed", path, subject, aspect, before, after)

    def expression(
        self, path: str, subject: Text, aspect: Text, before: Expression | None, after: Expression | None
    ) -> Iterator[Change]:
        """A changed formula; where only one number in it changed, just that number."""
        old = canonical(before.text, self.names) if before is not None else ""
        new = canonical(after.text, {}) if after is not None else ""
        if old == new:
            return
        numbers = changed_number(old, new) if old and new else None
        if numbers is not None and numbers != (old, new):
            limit = Text(f"{aspect.zh}中的界限", f"the limit in {aspect.en}")
            yield Change("changed", path, subject, limit, *numbers)
        else:
            yield Change("changed", path, subject, aspect, old, new)

    def basis(self, path: str, subject: Text, before: Basis | None, after: Basis | None) -> Iterator[Change]:
        yield from self.value(path, subject, Text("依据", "the basis"), citation(before), citation(after))

    def range(self, path: str, subject: Text, before: Range, after: Range) -> Iterator[Change]:
        ranges = (bounds(before, exact_value), bounds(after, exact_value))
        yield from self.value(path, subject, Text("允许范围", "the range allowed"), *ranges)

    # The parts of a ruleset

    def table(self) -> Iterator[Change]:
        whole = Text("评分表", "the table")
        one, two = self.before, self.after
        yield from self.value(
            "points",
            whole,
            Text("总分", "the total"),
            format_exact(one.root.points),
            format_exact(two.root.points),
        )
        yield from self.value(
            "points", whole, Text("得分小数位", "decimals of points"), str(one.decimals), str(two.decimals)
        )
        yield from self.value(
            "money", whole, Text("金额单位", "the unit of money"), one.money_unit, two.money_unit
        )
        yield from self.value(
            "money",
            whole,
            Text("金额显示的小数位", "the decimals that money is shown with"),
            str(one.money_decimals),
            str(two.money_decimals),
        )
        old = {band.grade: bounds(band.allowed, format_exact) for band in one.grades}
        new = {band.grade: bounds(band.allowed, format_exact) for band in two.grades}
        for found in self.pair(old, new, lambda name, _: Text(f"等级“{name}”", f"grade '{name}'")):
            if isinstance(found, Change):
                yield found
            else:
                name, before, after = found
                grade = Text(f"等级“{name}”", f"grade '{name}'")
                yield from self.value("grades", grade, Text("范围", "the range"), before, after)

    def parameters(self) -> Iterator[Change]:
        for found in self.pair(
            self.before.parameters,
            self.after.parameters,
            lambda name, one: named("参数", "parameter", name, one.label),
        ):
            if isinstance(found, Change):
                yield found
                continue
            name, one, two = found
            subject = named("参数", "parameter", name, two.label)
            values = self.before.slots[one.slot], self.after.slots[two.slot]
            if values[0] != values[1]:
                before = self.formats[0].show(values[0], one.type, [values[1]]).en
                after = self.formats[1].show(values[1], two.type, [values[0]]).en
                yield Change("changed", name, subject, Text("取值", "the value"), before, after)
            yield from self.value(name, subject, Text("类型", "the type"), one.type.kind, two.type.kind)
            old = parameter_basis(self.before, name)
            new = parameter_basis(self.after, self.names.get(name, name))
            yield from self.basis(name, subject, old, new)

    def facts(self) -> Iterator[Change]:
        old, new = all_facts(self.before), all_facts(self.after)
        for found in self.pair(old, new, lambda name, one: named("事实", "fact", name, one.label)):
            if isinstance(found, Change):
                yield found
                continue
            name, one, two = found
            subject = named("事实", "fact", name, two.label)
            yield from self.value(name, subject, Text("类型", "the type"), one.type.kind, two.type.kind)
            listed = ("、".join(one.type.options), "、".join(two.type.options))
            yield from self.value(name, subject, Text("选项", "the options"), *listed)
            labels = (_labels(one.type), _labels(two.type))
            yield from self.value(name, subject, Text("选项的名称", "the labels of the options"), *labels)
            filled = {True: "选填 optional", False: "必填 required"}
            yield from self.value(
                name, subject, Text("填报", "being asked"), filled[one.optional], filled[two.optional]
            )
            yield from self.range(name, subject, one.allowed, two.allowed)
        lists = self.before.schema.lists, self.after.schema.lists
        for name, old_list in lists[0].items():
            new_list = lists[1].get(self.names.get(name, name))
            if new_list is not None:
                subject = named("记录表", "record list", name, new_list.label)
                keys = (
                    self.names.get(f"{name}.{old_list.key}", f"{name}.{old_list.key}").rpartition(".")[2],
                    new_list.key,
                )
                yield from self.value(name, subject, Text("编号字段", "the key"), *keys)

    def measures(self) -> Iterator[Change]:
        for found in self.pair(
            self.before.measures,
            self.after.measures,
            lambda name, one: named("度量", "measure", name, one.label),
        ):
            if isinstance(found, Change):
                yield found
                continue
            name, one, two = found
            subject = named("度量", "measure", name, two.label)
            yield from self.expression(
                name, subject, Text("公式", "the formula"), one.expression, two.expression
            )
            decimals = (optional(one.decimals), optional(two.decimals))
            yield from self.value(name, subject, Text("取整小数位", "the rounding"), *decimals)
            yield from self.range(name, subject, one.allowed, two.allowed)

    def identities(self) -> Iterator[Change]:
        old = {one.id: one for one in self.before.identities}
        new = {one.id: one for one in self.after.identities}
        for found in self.pair(old, new, lambda name, _: Text(f"勾稽关系 {name}", f"identity {name}")):
            if isinstance(found, Change):
                yield found
                continue
            name, one, two = found
            subject = Text(f"勾稽关系 {name}", f"identity {name}")
            yield from self.expression(name, subject, Text("条件", "the condition"), one.holds, two.holds)
            words = {True: "error", False: "warning"}
            yield from self.value(
                name, subject, Text("级别", "the severity"), words[one.blocking], words[two.blocking]
            )

    def criteria(self) -> Iterator[Change]:
        for found in self.pair(
            self.before.criteria,
            self.after.criteria,
            lambda name, one: named("指标", "criterion", name, one.title),
        ):
            if isinstance(found, Change):
                yield found
                continue
            name, one, two = found
            if one.parent is not None and two.parent is not None:
                yield from self.criterion(name, one, two)

    def criterion(self, name: str, one: Criterion, two: Criterion) -> Iterator[Change]:
        subject = named("指标", "criterion", name, two.title)
        assert one.parent is not None and two.parent is not None
        if one.parent.id != two.parent.id:
            yield Change("moved", name, subject, NOTHING, one.parent.title.zh, two.parent.title.zh)
        points = (format_exact(one.points), format_exact(two.points))
        yield from self.value(name, subject, Text("分值", "the points"), *points)
        yield from self.score(name, subject, one, two)
        gate = Text("适用条件", "when it applies")
        gates = [node.applies.expression if node.applies is not None else None for node in (one, two)]
        yield from self.expression(name, subject, gate, *gates)
        yield from self.value(
            name, subject, Text("不适用时", "when it does not apply"), one.if_not or "", two.if_not or ""
        )
        yield from self.value(name, subject, Text("汇总方式", "the roll-up"), one.roll, two.roll)
        caps = (optional_points(one.bonus_at_most), optional_points(two.bonus_at_most))
        yield from self.value(name, subject, Text("加分上限", "the cap on bonuses"), *caps)
        yield from self.expression(
            name, subject, Text("裁量上限", "the cap on judgement"), one.judged_at_most, two.judged_at_most
        )
        better = (directions(one, self.names), directions(two, {}))
        yield from self.value(name, subject, Text("方向", "the direction"), *better)
        yield from self.basis(name, subject, one.basis, two.basis)

    def score(self, name: str, subject: Text, one: Criterion, two: Criterion) -> Iterator[Change]:
        aspect = Text("得分公式", "the scoring formula")
        if isinstance(one.score, ValueScore) and isinstance(two.score, ValueScore):
            yield from self.expression(name, subject, aspect, one.score.value, two.score.value)
        elif isinstance(one.score, BandScore) and isinstance(two.score, BandScore):
            yield from self.expression(
                name, subject, Text("分档依据", "what the bands measure"), one.score.of, two.score.of
            )
            bands = (self.bands(one.score, 0), self.bands(two.score, 1))
            yield from self.value(name, subject, Text("分档", "the bands"), *bands)
        else:
            scores = (self.words(one, 0), self.words(two, 1))
            yield from self.value(name, subject, aspect, *scores)

    def bands(self, score: BandScore, side: int) -> str:
        def show(value: object) -> str:
            return self.formats[side].show(value, score.of.term.type).en  # type: ignore[arg-type]

        names = self.names if side == 0 else {}
        return "; ".join(
            f"{bounds(band.allowed, show)} {canonical(band.earn.text, names)}" for band in score.bands
        )

    def words(self, node: Criterion, side: int) -> str:
        """How the leaf starts, in one line."""
        names = self.names if side == 0 else {}
        match node.score:
            case ValueScore(value=value):
                return canonical(value.text, names)
            case BandScore() as bands:
                return f"{canonical(bands.of.text, names)}: {self.bands(bands, side)}"
            case CaseScore(rows=rows):
                whens = [canonical(rule.expression.text, names) if rule else "else" for rule, _ in rows]
                earns = [canonical(earn.text, names) for _, earn in rows]
                return "; ".join(f"{when}: {earn}" for when, earn in zip(whens, earns, strict=True))
            case TierScore(tiers=tiers):
                return "; ".join(f"{tier.id} {bounds(tier.allowed, format_exact)}" for tier in tiers.values())
            case Unseen():
                return "unseen"
        return "points"

    def rules(self) -> Iterator[Change]:
        old, new = own_rules(self.before), own_rules(self.after)
        for found in self.pair(old, new, rule_name):
            if isinstance(found, Change):
                yield found
                continue
            name, one, two = found
            yield from self.rule(name, one, two)

    def rule(self, name: str, one: Rule, two: Rule) -> Iterator[Change]:
        subject = rule_name(name, two)
        if one.criterion.id != two.criterion.id:
            yield Change("moved", name, subject, NOTHING, one.criterion.title.zh, two.criterion.title.zh)
        each = [rule.each.name if rule.each is not None else "" for rule in (one, two)]
        each[0] = self.names.get(each[0], each[0])
        yield from self.value(name, subject, Text("针对的记录", "the records it looks at"), *each)
        yield from self.expression(
            name, subject, Text("条件", "the condition"), one.expression, two.expression
        )
        amount = Text("分值", "the amount")
        yield from self.expression(name, subject, amount, one.amount, two.amount)
        yield from self.expression(name, subject, Text("上限", "the cap"), one.at_most, two.at_most)
        waiver = {True: "可豁免 waivable", False: "不可豁免 not waivable"}
        yield from self.value(
            name, subject, Text("豁免", "waiving"), waiver[one.waivable], waiver[two.waivable]
        )
        grades = (one.grade_at_most or "", two.grade_at_most or "")
        yield from self.value(name, subject, Text("等级上限", "the best grade"), *grades)
        yield from self.basis(name, subject, one.basis, two.basis)
