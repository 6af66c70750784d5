"""From text to syntax tree, by precedence climbing.

The grammar is published in ``grammar.lark`` beside this file, and a test holds this parser to it.
It is written by hand because importing a parser generator and building its tables takes longer
than everything else ``audit score`` does, and because its messages can name the likely slip
(``=`` for ``==``, full-width brackets) where the text goes wrong.

Loosest to tightest: ``x if c else y``, ``or``, ``and``, ``not``, comparisons and ``in``,
``+ -``, ``* /``, unary ``-``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine.errors import Text
from engine.language.errors import ExpressionError, Span
from engine.language.numbers import HUNDRED, MalformedValue, parse_date, parse_number
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
    children,
)

MAX_NESTING = 40
"""Brackets, calls, ``not`` and ``-`` within each other: each level costs this parser ten frames."""

MAX_DEPTH = 100
"""The depth of a tree, long chains such as ``a + b + …`` included. No rule of a real table comes
near either limit, and every later walk over the tree may then recurse safely."""

MAX_LENGTH = 50_000
KEYWORDS = frozenset({"and", "or", "not", "if", "else", "in", "for", "where", "true", "false"})
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<date>\d{4}-\d{2}-\d{2}(?![\w.]))
      | (?P<number>\d+(?:\.\d+)?%?)
      | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
      | (?P<quoted>"[^"\n]*"|'[^'\n]*')
      | (?P<operator>==|!=|<=|>=|[-+*/<>(),])""",
    re.VERBOSE,
)

_SLIPS = {
    "=": "==", "&": "and", "|": "or", "!": "not", "^": "*", "≥": ">=", "≤": "<=", "≠": "!=", "×": "*",
    "÷": "/", "－": "-", "（": "(", "）": ")", "，": ",", "、": ",", "＜": "<", "＞": ">", "＝": "==",
    "％": "%", "＋": "+", "“": '"', "”": '"', "‘": "'", "’": "'", "；": "", ";": "", "。": ".",
    "｛": "(", "｝": ")", "［": "(", "］": ")", "{": "(", "}": ")", "[": "(", "]": ")", "【": "(", "】": ")",
    "＊": "*", "／": "/", "＆": "and", "｜": "or", "！": "not", "≧": ">=", "≦": "<=", "−": "-", "–": "-", "＂": '"',
    "「": '"', "」": '"',
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def parse(text: str) -> Node:
    """The syntax tree of ``text``. Raises :class:`ExpressionError` at the first slip."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            "E101",
            Text(f"表达式过长（{len(text)} 个字符）", f"the expression is too long ({len(text)} characters)"),
            (0, 1),
            Text("用 measures 拆开", "split it with measures"),
        )
    parser = _Parser(text, _tokens(text))
    tree = parser.expression()
    parser.expect_end()
    level, depth = [tree], 1
    while level := [child for node in level for child in children(node)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep(MAX_DEPTH, level[0].span)
    return tree


def _too_deep(limit: int, span: Span) -> ExpressionError:
    message = Text(f"嵌套或连写超过 {limit} 层", f"nested or chained more than {limit} levels deep")
    return ExpressionError("E104", message, span, Text("用 measures 拆开", "split it with measures"))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _bad_character(text, position)
        kind = match.lastgroup or ""
        word = match[0]
        if kind == "name" and word in KEYWORDS:
            kind = "keyword"
        if kind != "space":
            tokens.append(_Token(kind, word, match.start(), match.end()))
        position = match.end()
    tokens.append(_Token("end", "", len(text), len(text)))
    return tokens


def _bad_character(text: str, position: int) -> ExpressionError:
    character = text[position]
    if character in "\"'":
        message = Text("引号没有配对", "the quote is not closed")
        return ExpressionError("E102", message, (position, len(text)))
    fix = None
    if character in _SLIPS:
        wanted = _SLIPS[character]
        fix = Text(f"写成 {wanted}", f"write {wanted}") if wanted else Text("删去", "remove it")
    message = Text(f"不认识的字符“{character}”", f"unexpected character '{character}'")
    return ExpressionError("E102", message, (position, position + 1), fix)


class _Parser:
    """One pass over the tokens; ``depth`` counts how deeply the tree is nested at this point."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def since(self, start: int) -> Span:
        """From ``start`` to the end of the last token taken, so that closing brackets are within."""
        return (start, self.tokens[self.index - 1].end)

    def accept(self, *words: str) -> _Token | None:
        token = self.token
        if token.kind in ("keyword", "operator") and token.text in words:
            self.index += 1
            return token
        return None

    def expect(self, word: str, opened: _Token | None = None) -> _Token:
        token = self.accept(word)
        if token is not None:
            return token
        if opened is not None and self.token.kind == "end":
            message = Text(
                f"“{opened.text}”没有配对的“{word}”", f"'{opened.text}' is never closed with '{word}'"
            )
            raise ExpressionError("E103", message, (opened.start, opened.end))
        raise self.unexpected(Text(f"此处应为“{word}”", f"expected '{word}'"))

    def unexpected(self, wanted: Text) -> ExpressionError:
        token = self.token
        if token.kind == "end":
            got = Text("表达式到此结束", "the expression ends here")
        else:
            got = Text(f"却是“{token.text}”", f"found '{token.text}'")
        end = max(token.end, token.start + 1)
        return ExpressionError(
            "E103", Text(f"{wanted.zh}，{got.zh}", f"{wanted.en}, {got.en}"), (token.start, end)
        )

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise self.unexpected(Text("此处应为运算符或结尾", "expected an operator or the end"))

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Inside one more level of nesting."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise _too_deep(MAX_NESTING, (self.token.start, self.token.end))
        try:
            yield
        finally:
            self.depth -= 1

    def expression(self) -> Node:
        start = self.token.start
        with self.nested():
            then = self.disjunction()
            if not self.accept("if"):
                return then
            condition = self.disjunction()
            self.expect("else")
            otherwise = self.expression()
            return Conditional(then, condition, otherwise, span=self.since(start))

    def disjunction(self) -> Node:
        return self.logic("or", self.conjunction)

    def conjunction(self) -> Node:
        return self.logic("and", self.negation)

    def logic(self, operator: str, operand: Callable[[], Node]) -> Node:
        start = self.token.start
        first = operand()
        operands = [first]
        while self.accept(operator):
            operands.append(operand())
        if len(operands) == 1:
            return first
        return Logic(operator, tuple(operands), span=self.since(start))

    def negation(self) -> Node:
        token = self.accept("not")
        if token is None:
            return self.comparison()
        with self.nested():
            operand = self.negation()
        return Not(operand, span=self.since(token.start))

    def comparison(self) -> Node:
        start = self.token.start
        first = self.sum()
        negated = self.token.text == "not" and self.tokens[self.index + 1].text == "in"
        if negated:
            self.index += 1
        if self.accept("in"):
            return Membership(first, self.items(), negated, span=self.since(start))
        rest: list[tuple[str, Node]] = []
        links: list[Span] = []
        left = start
        while token := self.accept(*COMPARISONS):
            right = self.token.start
            rest.append((token.text, self.sum()))
            links.append(self.since(left))
            left = right
        if not rest:
            return first
        return Comparison(first, tuple(rest), tuple(links), span=self.since(start))

    def items(self) -> tuple[Node, ...]:
        opened = self.expect("(")
        items = [self.expression()]
        while self.accept(","):
            items.append(self.expression())
        self.expect(")", opened)
        return tuple(items)

    def sum(self) -> Node:
        return self.arithmetic(("+", "-"), self.product)

    def product(self) -> Node:
        return self.arithmetic(("*", "/"), self.unary)

    def arithmetic(self, operators: tuple[str, str], operand: Callable[[], Node]) -> Node:
        start = self.token.start
        left = operand()
        while token := self.accept(*operators):
            right = operand()
            left = Arithmetic(token.text, left, right, span=self.since(start))
        return left

    def unary(self) -> Node:
        token = self.accept("-")
        if token is None:
            return self.atom()
        with self.nested():
            operand = self.unary()
        return Negative(operand, span=self.since(token.start))

    def atom(self) -> Node:
        token = self.token
        span = (token.start, token.end)
        if opened := self.accept("("):
            inner = self.expression()
            self.expect(")", opened)
            return inner
        if token.kind == "keyword" and token.text in ("true", "false"):
            self.index += 1
            return Flag(token.text == "true", span=span)
        if token.kind not in ("number", "date", "quoted", "name"):
            raise self.unexpected(Text("此处应为数值、名称或括号", "expected a value, a name or '('"))
        self.index += 1
        if token.kind == "name":
            called = self.token.kind == "operator" and self.token.text == "("
            return self.call(token) if called else Name(token.text, span=span)
        if token.kind == "quoted":
            return Quoted(token.text[1:-1], span=span)
        return self.literal(token)

    def literal(self, token: _Token) -> Node:
        span = (token.start, token.end)
        try:
            if token.kind == "date":
                return Date(parse_date(token.text), span=span)
            percent = token.text.endswith("%")
            value = parse_number(token.text.rstrip("%"))
            return Number(value / HUNDRED if percent else value, percent, span=span)
        except MalformedValue as error:
            raise ExpressionError("E105", error.reason, span, error.fix) from None

    def call(self, name: _Token) -> Node:
        opened = self.expect("(")
        if self.accept(")"):
            return Call(name.text, (), span=self.since(name.start))
        start = self.token.start
        first = self.expression()
        if self.accept("for"):
            records = self.records()
            return self.aggregate(name, first, records, opened)
        if self.token.text == "where":
            if not isinstance(first, Name) or first.span != self.since(start):
                raise self.unexpected(
                    Text("where 前应为记录表的名称", "'where' follows the name of a record list")
                )
            return self.aggregate(name, None, first, opened)
        arguments = [first]
        while self.accept(","):
            arguments.append(self.expression())
        self.expect(")", opened)
        span = self.since(name.start)
        if name.text == "count" and len(arguments) == 1 and isinstance(first, Name):
            return Aggregate(name.text, None, first, None, span=span)
        return Call(name.text, tuple(arguments), span=span)

    def records(self) -> Name:
        token = self.token
        if token.kind != "name":
            raise self.unexpected(
                Text("for 后应为记录表的名称", "'for' is followed by the name of a record list")
            )
        self.index += 1
        return Name(token.text, span=(token.start, token.end))

    def aggregate(self, name: _Token, body: Node | None, records: Name, opened: _Token) -> Node:
        where = self.expression() if self.accept("where") else None
        self.expect(")", opened)
        return Aggregate(name.text, body, records, where, span=self.since(name.start))
