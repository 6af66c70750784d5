"""Reading expressions: what is printed reads back, spans point at the text, slips are told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.parser import MAX_DEPTH, MAX_LENGTH, MAX_NESTING, ExpressionError, parse
from engine.language.printer import print_tree
from engine.language.syntax import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Logic,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    children,
)
from tests.language.trees import trees

SPACES = ("", " ", "\n  ", "\t", "\u3000")


@given(trees())
def test_a_printed_tree_reads_back(tree: Node) -> None:
    assert parse(print_tree(tree)) == tree


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("((a))", "a"),
        ("(a+b)*c", "(a + b) * c"),
        ("a+(b*c)", "a + b * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a/(b*c)", "a / (b * c)"),
        ("-(-a)", "--a"),
        ("-(a+b)", "-(a + b)"),
        ("(-a)*b", "-a * b"),
        ("-(a*b)", "-(a * b)"),
        ("(a < b) == c", "(a < b) == c"),
        ("not (a and b)", "not (a and b)"),
        ("not (a < b)", "not a < b"),
        ("(not a) == b", "(not a) == b"),
        ("(a or b) and c", "(a or b) and c"),
        ("a or (b and c)", "a or b and c"),
        ("a and (b and c)", "a and (b and c)"),
        ("(a in (1,2)) == b", "(a in (1, 2)) == b"),
        ("(a if b else c) if d else e", "(a if b else c) if d else e"),
        ("a if b else (c if d else e)", "a if b else c if d else e"),
        ("a if (b if c else d) else e", "a if (b if c else d) else e"),
        ("(a if b else c)+1", "(a if b else c) + 1"),
        ("f((a if b else c),1)", "f(a if b else c, 1)"),
        ("007.50", "7.5"),
        ("12.50%", "12.5%"),
        ("'it'", '"it"'),
        ("'\"'", "'\"'"),
    ],
)
def test_brackets_are_printed_where_the_tree_needs_them(text: str, printed: str) -> None:
    assert print_tree(parse(text)) == printed


# The texts below are spelled without any knowledge of precedence: everything is in brackets.


@st.composite
def spelled(draw: st.DrawFn, tree: Node) -> str:
    """``tree`` with every part in brackets, and white space anywhere."""

    def spell(node: Node) -> str:
        gap = draw(st.sampled_from(SPACES))
        return f"{gap}{gap.join(_pieces(node, inside))}{gap}"

    def inside(node: Node) -> str:
        brackets = 2 if draw(st.integers(0, 9)) == 0 else 1
        return "(" * brackets + spell(node) + ")" * brackets

    return spell(tree)


def _pieces(node: Node, inside: Callable[[Node], str]) -> Iterator[str]:
    """The tokens of ``node``; where two would run together, the space is theirs."""
    match node:
        case Negative(operand=operand):
            yield from ("-", inside(operand))
        case Not(operand=operand):
            yield from ("not ", inside(operand))
        case Arithmetic(operator=operator, left=left, right=right):
            yield from (inside(left), operator, inside(right))
        case Comparison(first=first, rest=rest):
            yield inside(first)
            for operator, operand in rest:
                yield from (operator, inside(operand))
        case Membership(value=value, items=items, negated=negated):
            yield from (inside(value), " not " if negated else "", " in ", "(")
            yield from _listed(items, inside)
        case Logic(operator=operator, operands=operands):
            yield inside(operands[0])
            for operand in operands[1:]:
                yield from (f" {operator} ", inside(operand))
        case Conditional(then=then, condition=condition, otherwise=otherwise):
            yield from (inside(then), " if ", inside(condition), " else ", inside(otherwise))
        case Call(function=function, arguments=arguments):
            yield from (function, "(")
            yield from _listed(arguments, inside)
        case Aggregate(function=function, body=body, records=records, where=where):
            yield from (function, "(")
            if body is not None:
                yield from (inside(body), " for ")
            yield records.name
            if where is not None:
                yield from (" where ", inside(where))
            yield ")"
        case _:
            yield print_tree(node)


def _listed(items: tuple[Node, ...], inside: Callable[[Node], str]) -> Iterator[str]:
    for index, item in enumerate(items):
        yield from ("," if index else "", inside(item))
    yield ")"


@given(trees(3), st.data())
def test_brackets_and_white_space_change_nothing(tree: Node, data: st.DataObject) -> None:
    assert parse(data.draw(spelled(tree))) == tree


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _walk(child)


@given(trees(3), st.data())
def test_a_span_holds_the_text_of_its_node(tree: Node, data: st.DataObject) -> None:
    text = data.draw(spelled(tree)) if data.draw(st.booleans()) else print_tree(tree)
    for node in _walk(parse(text)):
        start, end = node.span
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        assert parse(text[start:end]) == node
        if isinstance(node, Comparison):
            operands = (node.first, *(operand for _, operand in node.rest))
            for index, (start, end) in enumerate(node.links):
                link = Comparison(operands[index], ((node.rest[index][0], operands[index + 1]),))
                assert parse(text[start:end]) == link


@pytest.mark.parametrize(
    ("text", "start"),
    [("(a + b) * c", "(a + b)"), ("(a) < (b) < c", "(a)"), ("not (a)", "not (a)"), ("-(a)", "-(a)")],
)
def test_a_span_takes_its_brackets_in(text: str, start: str) -> None:
    tree = parse(text)
    assert text[slice(*tree.span)] == text
    first = tree.links[0] if isinstance(tree, Comparison) else tree.span
    assert text[slice(*first)].startswith(start)
    assert text[slice(*first)].count("(") == text[slice(*first)].count(")")


SLIPS = [
    # text, code, where the problem begins, what the message says, what the fix says
    ("spent = 3", "E102", 6, "unexpected character '='", "write =="),
    ("a && b", "E102", 2, "unexpected character '&'", "write and"),
    ("a || b", "E102", 2, "unexpected character '|'", "write or"),
    ("!a", "E102", 0, "unexpected character '!'", "write not"),
    ("a ^ 2", "E102", 2, "unexpected character '^'", "write *"),
    ("（a + b）* c", "E102", 0, "unexpected character '（'", "write ("),
    ("f(a，b)", "E102", 3, "unexpected character '，'", "write ,"),
    ("a ≥ 90%", "E102", 2, "unexpected character '≥'", "write >="),
    ("a >= 90％", "E102", 7, "unexpected character '％'", "write %"),
    ("a × b", "E102", 2, "unexpected character '×'", "write *"),
    ("mode == “公开”", "E102", 8, "unexpected character '“'", 'write "'),
    ("a;", "E102", 1, "unexpected character ';'", "remove it"),
    ("a ? b", "E102", 2, "unexpected character '?'", None),
    ("90 %", "E102", 3, "unexpected character '%'", None),
    ("mode == '公开", "E102", 8, "the quote is not closed", None),
    ('mode == "公开\n"', "E102", 8, "the quote is not closed", None),
    ("", "E103", 0, "expected a value, a name or '(', the expression ends here", None),
    ("  \n", "E103", 3, "expected a value, a name or '(', the expression ends here", None),
    ("a +", "E103", 3, "expected a value, a name or '(', the expression ends here", None),
    ("a + * b", "E103", 4, "expected a value, a name or '(', found '*'", None),
    ("a b", "E103", 2, "expected an operator or the end, found 'b'", None),
    ("a)", "E103", 1, "expected an operator or the end, found ')'", None),
    ("(a + (b)", "E103", 0, "'(' is never closed with ')'", None),
    ("f(a, g(b)", "E103", 1, "'(' is never closed with ')'", None),
    ("a in (1, 2", "E103", 5, "'(' is never closed with ')'", None),
    ("(a, b)", "E103", 2, "expected ')', found ','", None),
    ("a not b", "E103", 2, "expected an operator or the end, found 'not'", None),
    ("a not == b", "E103", 2, "expected an operator or the end, found 'not'", None),
    ("a in b", "E103", 5, "expected '(', found 'b'", None),
    ("a if b", "E103", 6, "expected 'else', the expression ends here", None),
    ("sum(a for 3)", "E103", 10, "'for' is followed by the name of a record list, found '3'", None),
    ("count(a + b where c)", "E103", 12, "'where' follows the name of a record list, found 'where'", None),
    ("count((a) where c)", "E103", 10, "'where' follows the name of a record list, found 'where'", None),
    ("9" * 400, "E105", 0, "the number is too long (400 digits of at most 30)", "check it against its source"),
    ("a + " + "9" * 31 + "%", "E105", 4, "the number is too long (31 digits of at most 30)", None),
    ("９０", "E105", 0, "'９０' is in full-width characters", "write 90"),
    ("a > 2024-02-30", "E105", 4, "there is no day 2024-02-30", "check the year, month and day"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "offset", "message", "fix"), SLIPS)
def test_a_slip_is_named_where_it_stands(
    text: str, code: str, offset: int, message: str, fix: str | None
) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    error = caught.value
    assert (error.code, error.span[0], error.message.en) == (code, offset, message)
    assert error.message.zh
    if fix is not None:
        assert error.fix is not None
        assert error.fix.en == fix


FAR_TOO_DEEP = {
    "brackets": ("(" * 10_000 + "a" + ")" * 10_000, MAX_NESTING),
    "open brackets": ("(" * 10_000, MAX_NESTING),
    "calls": ("f(" * 10_000 + ")" * 10_000, MAX_NESTING * 2),
    "not": ("not " * 10_000 + "a", MAX_NESTING * 4),
    "minus": ("-" * 10_000 + "a", MAX_NESTING),
    "conditions": ("a if b else " * 4_000 + "c", None),
    "a chain of sums": (" + ".join(["a"] * 10_000), None),
    "a chain of products": ("*".join(["a"] * 10_000), None),
    "aggregates": ("sum(" * 9_000 + "a", None),
}


@pytest.mark.parametrize("name", FAR_TOO_DEEP)
def test_a_text_nested_ten_thousand_deep_is_refused(name: str) -> None:
    text, offset = FAR_TOO_DEEP[name]
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.code == "E104"
    assert 0 <= caught.value.span[0] < len(text)
    if offset is not None:
        assert caught.value.span[0] == offset
    assert caught.value.fix is not None


def test_what_is_just_not_too_deep_is_read() -> None:
    inside = MAX_NESTING - 1
    assert parse("(" * inside + "a" + ")" * inside) == Name("a")
    assert print_tree(parse("not " * inside + "a")) == "not " * inside + "a"
    chain = " + ".join(["a"] * MAX_DEPTH)
    assert print_tree(parse(chain)) == chain
    with pytest.raises(ExpressionError, match="deep"):
        parse(f"{chain} + a")


def test_what_is_wide_is_not_deep() -> None:
    text = " and ".join(["a < b < c"] * 2000)
    assert print_tree(parse(text)) == text


def test_a_text_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("a" * (MAX_LENGTH + 1))
    assert (caught.value.code, caught.value.span) == ("E101", (0, 1))
    assert parse("a" * MAX_LENGTH) == Name("a" * MAX_LENGTH)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as error:
        start, end = error.span
        assert 0 <= start < end
        assert start <= len(text)
