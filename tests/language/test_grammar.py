"""The published grammar and the hand-written parser are one language: same texts, same trees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

import engine.language.parser as parser_module
from engine.language.numbers import HUNDRED, MAX_DIGITS, parse_date, parse_number
from engine.language.parser import MAX_DEPTH, MAX_LENGTH, MAX_NESTING, ExpressionError, parse
from engine.language.printer import print_tree
from engine.language.syntax import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Date,
    Flag,
    Logic,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Quoted,
)
from tests.language.trees import trees

GRAMMAR = Path(parser_module.__file__).with_name("grammar.lark").read_text(encoding="utf-8")
LIMITS = {"E101", "E104", "E105"}
"""What the page names as refused beyond the grammar: length, depth, numbers and dates that are none."""


class _Trees(Transformer[Token, Node]):
    """From lark's trees to the parser's."""

    def start(self, items: list[Any]) -> Any:
        return items[0]

    def conditional(self, items: list[Any]) -> Any:
        return Conditional(*items)

    def disjunction(self, items: list[Any]) -> Any:
        return Logic("or", tuple(items))

    def conjunction(self, items: list[Any]) -> Any:
        return Logic("and", tuple(items))

    def inversion(self, items: list[Any]) -> Any:
        return Not(*items)

    def chain(self, items: list[Any]) -> Any:
        first, *rest = items
        return Comparison(
            first, tuple((str(sign), right) for sign, right in zip(rest[::2], rest[1::2], strict=True))
        )

    def member(self, items: list[Any]) -> Any:
        return Membership(*items)

    def no_member(self, items: list[Any]) -> Any:
        return Membership(*items, negated=True)

    def add(self, items: list[Any]) -> Any:
        return Arithmetic("+", *items)

    def subtract(self, items: list[Any]) -> Any:
        return Arithmetic("-", *items)

    def multiply(self, items: list[Any]) -> Any:
        return Arithmetic("*", *items)

    def divide(self, items: list[Any]) -> Any:
        return Arithmetic("/", *items)

    def negative(self, items: list[Any]) -> Any:
        return Negative(*items)

    def number(self, items: list[Any]) -> Any:
        [text] = items
        percent = text.endswith("%")
        value = parse_number(text.removesuffix("%"))
        return Number(value / HUNDRED if percent else value, percent)

    def date(self, items: list[Any]) -> Any:
        return Date(parse_date(items[0]))

    def quoted(self, items: list[Any]) -> Any:
        return Quoted(items[0][1:-1])

    def true(self, items: list[Any]) -> Any:
        return Flag(True)

    def false(self, items: list[Any]) -> Any:
        return Flag(False)

    def name(self, items: list[Any]) -> Any:
        return Name(str(items[0]))

    def items(self, items: list[Any]) -> Any:
        return tuple(items)

    def call(self, items: list[Any]) -> Any:
        function, arguments = str(items[0]), items[1] or ()
        if function == "count" and len(arguments) == 1 and isinstance(arguments[0], Name):
            return Aggregate(function, None, arguments[0], None)
        return Call(function, arguments)

    def aggregate(self, items: list[Any]) -> Any:
        function, body, records, where = items
        return Aggregate(str(function), body, Name(str(records)), where)

    def aggregate_of_records(self, items: list[Any]) -> Any:
        function, records, where = items
        return Aggregate(str(function), None, Name(str(records)), where)


LARK = Lark(GRAMMAR, parser="lalr", lexer="basic")


def by_grammar(text: str) -> Node | None:
    """The tree by the published grammar; ``None`` where it refuses the text."""
    try:
        tree = LARK.parse(text)
    except UnexpectedInput:
        return None
    return _Trees().transform(tree)


def assert_alike(text: str) -> None:
    try:
        tree: Node | None = parse(text)
    except ExpressionError as error:
        if error.code in LIMITS:
            event("refused by a limit")
            return
        tree = None
    event("accepted" if tree is not None else "refused")
    assert by_grammar(text) == tree, text


def test_the_page_names_the_limits() -> None:
    page = " ".join(line.removeprefix("//") for line in GRAMMAR.splitlines())
    assert f"longer than {MAX_LENGTH:,} characters" in page
    assert f"nested deeper than {MAX_NESTING} levels" in page
    assert f"its tree is deeper than {MAX_DEPTH};" in page
    assert f"a number has more than {MAX_DIGITS} digits" in page


@given(trees())
def test_both_read_a_printed_tree_as_that_tree(tree: Node) -> None:
    text = print_tree(tree)
    assert parse(text) == tree
    assert by_grammar(text) == tree


TOKENS = (
    "a", "b.c", "本年支出", "count", "sum", "x", "1", "90%", "2.5", "2024-03-31", "'t'", '"t"', "true", "false",
    "and", "or", "not", "if", "else", "in", "for", "where", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*",
    "/", "(", ")", ",", "=", "%", ".", "&", "'", "（", "９", " ", "　", "\n",
)  # fmt: skip
PIECES = re.compile(r"\s+|[\w.]+|[<>=!]=|.", re.DOTALL)


@given(trees(), st.data())
def test_both_accept_or_refuse_a_text_with_slips(tree: Node, data: st.DataObject) -> None:
    pieces = PIECES.findall(print_tree(tree))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(pieces)))
        removed = data.draw(st.integers(0, 2))
        inserted = data.draw(st.lists(st.sampled_from(TOKENS), min_size=0 if removed else 1, max_size=2))
        pieces[place : place + removed] = inserted
    assert_alike("".join(pieces))


@given(st.lists(st.sampled_from(TOKENS), max_size=9), st.sampled_from(["", " "]))
def test_both_accept_or_refuse_any_run_of_tokens(tokens: list[str], between: str) -> None:
    assert_alike(between.join(tokens))


ACCEPTED = (
    "a if b else c if d else e", "(a if b else c) if d else e", "a or b and not c", "not not a", "not a == b",
    "not a in (1)", "a not in (1, 2)", "a in (1, 2) and b", "a <= b < c", "a == b == c", "- - a", "-a * -b",
    "a - b - c", "a / b / c", "a - (b - c)", "2024-03-31 - a", "2024-3-31", "2024-03-31 in (d)", "count()",
    "count(a)", "count((a))", "count(a, b)", "count(a where b)", "sum(a * b for c)", "sum(a for b where c or d)",
    "any(a where b if c else d)", "min(f(a), g())", "'a\"b'", '"a\'b"', "android or notes", "x.if", "é.ü", "2024-03-31.5", "a\u3000+\nb",
)  # fmt: skip
REFUSED = (
    "", " ", "a b", "a in b", "a in ()", "a in (1,)", "a in (1) in (2)", "a < b in (1)", "(a", "a)", "()", "f(,)",
    "f(a,)", "for", "count(for)", "if(a)", "a if b", "a else b", "not", "a not b", "a + not b", "a == not b",
    "count((a) where b)", "count(a + b where c)", "sum(a for b for c)", "sum(a for (b))", "sum(a, b for c)",
    "sum(a where b where c)", "sum(for b)", "a for b", "90 %", "+a", "1.", ".5", "a.", "a..b", ".a", "a.2",
    "'a", "'a\nb'", "a = b", "2024-03-31-", "3a", "３", "a ＋ b",
)  # fmt: skip


@pytest.mark.parametrize("text", ACCEPTED)
def test_both_accept(text: str) -> None:
    assert by_grammar(text) == parse(text)


@pytest.mark.parametrize("text", REFUSED)
def test_both_refuse(text: str) -> None:
    assert by_grammar(text) is None
    with pytest.raises(ExpressionError):
        parse(text)
