"""From syntax tree to text, with no more brackets than the tree needs: ``parse(print_tree(t)) == t``."""

from __future__ import annotations

from engine.language.numbers import HUNDRED, format_exact
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

_CONDITIONAL, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _UNARY, _ATOM = range(9)


def print_tree(node: Node) -> str:
    """The text of ``node`` in the one form that renaming or reformatting does not change."""
    return _print(node)[0]


def _wrapped(node: Node, least: int) -> str:
    text, level = _print(node)
    return text if level >= least else f"({text})"


def _print(node: Node) -> tuple[str, int]:
    match node:
        case Number(value=value, percent=percent):
            return (f"{format_exact(value * HUNDRED)}%" if percent else format_exact(value)), _ATOM
        case Date(value=value):
            return value.isoformat(), _ATOM
        case Quoted(value=value):
            return (f"'{value}'" if '"' in value else f'"{value}"'), _ATOM
        case Flag(value=value):
            return ("true" if value else "false"), _ATOM
        case Name(name=name):
            return name, _ATOM
        case Negative(operand=operand):
            return f"-{_wrapped(operand, _UNARY)}", _UNARY
        case Not(operand=operand):
            return f"not {_wrapped(operand, _NOT)}", _NOT
        case Arithmetic(operator=operator, left=left, right=right):
            level = _SUM if operator in "+-" else _PRODUCT
            return f"{_wrapped(left, level)} {operator} {_wrapped(right, level + 1)}", level
        case Comparison(first=first, rest=rest):
            links = "".join(f" {operator} {_wrapped(operand, _SUM)}" for operator, operand in rest)
            return _wrapped(first, _SUM) + links, _COMPARISON
        case Membership(value=value, items=items, negated=negated):
            word = "not in" if negated else "in"
            listed = ", ".join(print_tree(item) for item in items)
            return f"{_wrapped(value, _SUM)} {word} ({listed})", _COMPARISON
        case Logic(operator=operator, operands=operands):
            level = _OR if operator == "or" else _AND
            return f" {operator} ".join(_wrapped(operand, level + 1) for operand in operands), level
        case Conditional(then=then, condition=condition, otherwise=otherwise):
            text = f"{_wrapped(then, _OR)} if {_wrapped(condition, _OR)} else {print_tree(otherwise)}"
            return text, _CONDITIONAL
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(print_tree(argument) for argument in arguments)})", _ATOM
        case Aggregate():
            return _print_aggregate(node), _ATOM
    raise AssertionError(f"no printer for {type(node).__name__}")


def _print_aggregate(node: Aggregate) -> str:
    inside = node.records.name if node.body is None else f"{print_tree(node.body)} for {node.records.name}"
    where = f" where {print_tree(node.where)}" if node.where is not None else ""
    return f"{node.function}({inside}{where})"
