"""Expressions in words: names become labels, parameters their values, operators the signs of a printed table."""

from __future__ import annotations

from collections import Counter
from datetime import date

from engine.errors import Text, put, same
from engine.language.numbers import HUNDRED, Rational, format_exact, format_fixed, terminating_decimals
from engine.language.terms import (
    Apply,
    Choose,
    Combine,
    Compare,
    Constant,
    Gather,
    Given,
    Invert,
    Kind,
    Member,
    Negate,
    Operation,
    Read,
    ReadField,
    Scalar,
    Term,
    Type,
    Value,
    walk,
)
from engine.ruleset.model import Range, Ruleset

_CHOICE, _OR, _AND, _COMPARISON, _SUM, _PRODUCT, _ATOM = range(7)
_SIGNS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_ARITHMETIC = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_EXTREMES = {"min": Text("至多", "at most"), "max": Text("至少", "at least")}
_FUNCTIONS = {
    "min": Text("{0}中最小的", "the least of {0}"),
    "max": Text("{0}中最大的", "the greatest of {0}"),
    "abs": Text("|{0}|", "|{0}|"),
    "round": Text("{0}的四舍五入（位数：{1}）", "{0}, rounded (decimals: {1})"),
    "floor": Text("{0}向下取整", "{0}, rounded down"),
    "ceil": Text("{0}向上取整", "{0}, rounded up"),
    "whole_steps": Text("{0}含几个 {1}（只计整的）", "how often {1} is completed in {0}"),
    "started_steps": Text("{0}含几个 {1}（不足一个按一个计）", "how often {1} is begun in {0}"),
    "days": Text("{0}至{1}的日数", "calendar days from {0} to {1}"),
    "workdays": Text("{0}至{1}的工作日数", "working days from {0} to {1}"),
    "count_true": Text("成立的项数（{0}）", "how many of these hold ({0})"),
}
_LISTED = frozenset({"min", "max", "count_true"})
_GATHERED = {
    "sum": Text("{0}的{1}合计", "sum of {1} over {0}"),
    "min": Text("{0}的{1}最小值", "least {1} over {0}"),
    "max": Text("{0}的{1}最大值", "greatest {1} over {0}"),
    "average": Text("{0}的{1}平均值", "average {1} over {0}"),
    "all": Text("每项{0}都符合：{1}", "for all of {0}: {1}"),
    "any": Text("有一项{0}符合：{1}", "for some of {0}: {1}"),
}
_IS_SO = Text("{0}为“是”", "{0} is yes")
_YES, _NO = Text("“是”", "yes"), Text("“否”", "no")


class Phrases:
    """Says the terms of one ruleset in words."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.groups = {
            fact.name: group.label
            for group in ruleset.schema.groups.values()
            for fact in group.facts.values()
        }
        self.labelled = Counter(fact.label for fact in ruleset.schema.scalars())

    def phrase(self, term: Term) -> Text:
        """``term`` in words. Where all its facts are of one group, the group is said once, at the end."""
        unclear = {
            one.scalar.name
            for one in walk(term)
            if isinstance(one, Read) and self.labelled[one.scalar.label] > 1
        }
        groups = {self.groups[name] for name in unclear if name in self.groups}
        shared = next(iter(groups)) if len(groups) == 1 and len(unclear) > 1 else None
        said = _Saying(self, plain=shared is not None).said(term)
        return put(Text("{0}（{1}）", "{0} ({1})"), said, shared) if shared is not None else said

    def condition(self, term: Term) -> Text:
        """A condition in words; a bare yes-or-no fact is said to be so."""
        said = self.phrase(term)
        return put(_IS_SO, said) if isinstance(term, Read | ReadField) else said

    def label(self, scalar: Scalar, *, plain: bool = False) -> Text:
        """What the printed table calls a value; with its group where the label alone would not tell."""
        group = self.groups.get(scalar.name)
        if plain or group is None or self.labelled[scalar.label] < 2:
            return scalar.label
        return put(Text("{0}的{1}", "{1} ({0})"), group, scalar.label)

    def value(self, value: Value, type_: Type) -> Text:
        """A fixed value, with no more decimals than it needs."""
        if isinstance(value, bool):
            return _YES if value else _NO
        if isinstance(value, Rational):
            return self.quantity(value, type_.kind)
        return same(value.isoformat()) if isinstance(value, date) else Text(f"“{value}”", f'"{value}"')

    def quantity(self, value: Rational, kind: Kind) -> Text:
        if value == 0 and kind != Kind.RATIO:
            return same("0")
        match kind:
            case Kind.RATIO:
                return same(f"{format_exact(value * HUNDRED)}%")
            case Kind.MONEY:
                places = terminating_decimals(value)
                shown = format_exact(value) if places is None else format_fixed(value, places, grouped=True)
                return same(f"{shown} {self.ruleset.money_unit}")
            case Kind.DAYS:
                shown = format_exact(value)
                return Text(f"{shown} 天", f"{shown} day{'' if value == 1 else 's'}")
        return same(format_exact(value))

    def fixed(self, term: Term) -> Value:
        """The value of a literal, a parameter or a leaf's points; ``None`` for what depends on facts."""
        if isinstance(term, Constant):
            return term.value
        if isinstance(term, Read) and term.scalar.source in ("parameter", "points"):
            value: Value = self.ruleset.slots[term.scalar.slot]
            return value
        return None

    def range(self, allowed: Range, of: Text, type_: Type) -> Text:
        """A range as an inequality about ``of``: ``0% < of ≤ 10%``."""
        if allowed.low is not None and allowed.low == allowed.high:
            return put(Text("{0} = {1}", "{0} = {1}"), of, self.value(allowed.low, type_))
        low = self.value(allowed.low, type_) if allowed.low is not None else None
        high = self.value(allowed.high, type_) if allowed.high is not None else None
        over = "≤" if allowed.low_closed else "<"
        under = "≤" if allowed.high_closed else "<"
        if low is not None and high is not None:
            return put(same(f"{{0}} {over} {{1}} {under} {{2}}"), low, of, high)
        if low is not None:
            return put(same(f"{{0}} {'≥' if allowed.low_closed else '>'} {{1}}"), of, low)
        return put(same(f"{{0}} {under} {{1}}"), of, high) if high is not None else of


class _Saying:
    """One phrase being made; ``plain`` leaves the groups of labels out."""

    def __init__(self, phrases: Phrases, plain: bool) -> None:
        self.phrases = phrases
        self.plain = plain

    def said(self, term: Term, least: int = _CHOICE) -> Text:
        """``term``, in brackets where it binds less than its place asks."""
        text, level = self.leveled(term)
        return text if level >= least else put(Text("（{0}）", "({0})"), text)

    def leveled(self, term: Term) -> tuple[Text, int]:
        match term:
            case Constant(value=value):
                return self.phrases.value(value, term.type), _ATOM
            case Read(scalar=scalar):
                return self.read(term, scalar), _ATOM
            case ReadField(field=column):
                return column.label, _ATOM
            case Given(reads=reads):
                return self.given(reads, Text("已填报{0}", "{0} is stated")), _COMPARISON
            case Negate(operand=operand):
                return put(same("−{0}"), self.said(operand, _ATOM)), _PRODUCT
            case Operation(operator=operator, left=left, right=right):
                level = _SUM if operator in "+-" else _PRODUCT
                pattern = same(f"{{0}} {_ARITHMETIC[operator]} {{1}}")
                return put(pattern, self.said(left, level), self.said(right, level + 1)), level
            case Compare():
                return self.compared(term, term.operator), _COMPARISON
            case Member(value=value, items=items, negated=negated):
                listed = self.listed(items, Text("、", ", "))
                pattern = Text("{0}不属于（{1}）", "{0} none of ({1})") if negated else _ONE_OF
                return put(pattern, self.said(value, _SUM), listed), _COMPARISON
            case Invert(operand=operand):
                return self.inverted(operand), _COMPARISON
            case Combine(operator=operator, operands=operands):
                level = _OR if operator == "or" else _AND
                word = Text(" 或 ", " or ") if operator == "or" else Text(" 且 ", " and ")
                return self.listed(operands, word, level + 1, flags=True), level
            case Choose(condition=condition, then=then, otherwise=otherwise):
                parts = self.flag(condition, _OR), self.said(then, _OR), self.said(otherwise)
                again = isinstance(otherwise, Choose)
                return put(_EITHER if again else _OR_ELSE, *parts), _CHOICE
            case Apply():
                return self.applied(term), _ATOM
            case Gather():
                return self.gathered(term), _ATOM
        raise AssertionError(f"no words for {type(term).__name__}")

    def listed(
        self, terms: tuple[Term, ...], between: Text, least: int = _CHOICE, *, flags: bool = False
    ) -> Text:
        said = [self.flag(term, least) if flags else self.said(term, least) for term in terms]
        return Text(between.zh.join(one.zh for one in said), between.en.join(one.en for one in said))

    def read(self, term: Read, scalar: Scalar) -> Text:
        fixed = self.phrases.fixed(term)
        if fixed is not None:
            return self.phrases.value(fixed, term.type)
        if scalar.source == "findings":
            return put(Text("“{0}”的扣分项数", "number of findings under “{0}”"), scalar.label)
        return self.phrases.label(scalar, plain=self.plain)

    # Truths

    def flag(self, term: Term, least: int = _CHOICE) -> Text:
        """A condition; a bare yes-or-no fact is said to be so."""
        if isinstance(term, Read | ReadField):
            return put(_IS_SO, self.said(term))
        return self.said(term, least)

    def given(self, reads: tuple[Read | ReadField, ...], pattern: Text) -> Text:
        return put(pattern, self.listed(reads, Text("、", ", ")))

    def inverted(self, operand: Term) -> Text:
        match operand:
            case Given(reads=reads):
                return self.given(reads, Text("未填报{0}", "{0} is not stated"))
            case Read() | ReadField():
                return put(Text("{0}为“否”", "{0} is no"), self.said(operand))
            case Compare(operator=operator):
                return self.compared(operand, _OPPOSITES[operator])
        return put(Text("并非（{0}）", "not ({0})"), self.flag(operand))

    def compared(self, term: Compare, operator: str) -> Text:
        sides = self.said(term.left, _SUM), self.said(term.right, _SUM)
        if term.left.type.kind in (Kind.CHOICE, Kind.TEXT, Kind.FLAG):
            words = (
                Text("{0}为{1}", "{0} is {1}") if operator == "==" else Text("{0}不为{1}", "{0} is not {1}")
            )
            return put(words, *sides)
        return put(same(f"{{0}} {_SIGNS[operator]} {{1}}"), *sides)

    # Functions

    def applied(self, term: Apply) -> Text:
        if term.function in _EXTREMES and len(term.arguments) == 2:
            for one, other in (term.arguments, term.arguments[::-1]):
                if self.phrases.fixed(other) is not None and self.phrases.fixed(one) is None:
                    word = _EXTREMES[term.function]
                    return put(
                        Text("{0}（{1} {2}）", "{0} ({1} {2})"), self.said(one, _ATOM), word, self.said(other)
                    )
        pattern = _FUNCTIONS.get(term.function)
        if pattern is None:
            return put(same(f"{term.function}({{0}})"), self.listed(term.arguments, same(", ")))
        if term.function in _LISTED:
            return put(pattern, self.listed(term.arguments, Text("、", ", "), flags=True))
        least = _CHOICE if term.function == "abs" else _ATOM
        arguments = [self.said(argument, least) for argument in term.arguments]
        return put(pattern, *arguments, same("0"))

    def gathered(self, term: Gather) -> Text:
        records = term.records.label
        if term.where is not None:
            records = put(Text("{0}（限{1}）", "{0} (where {1})"), records, self.flag(term.where))
        if term.function == "count":
            return put(Text("{0}数", "number of {0}"), records)
        if term.body is None:
            return put(Text("有{0}", "there is one of {0}"), records)
        body = self.flag(term.body) if term.function in ("all", "any") else self.said(term.body, _ATOM)
        return put(_GATHERED[term.function], records, body)


_ONE_OF = Text("{0}属于（{1}）", "{0} one of ({1})")
_EITHER = Text("若 {0}，取 {1}；否则{2}", "if {0}: {1}; otherwise {2}")
_OR_ELSE = Text("若 {0}，取 {1}；否则取 {2}", "if {0}: {1}; otherwise {2}")
