"""From syntax tree to typed term: names resolved, units checked, optional facts guarded.

An optional fact may be read only where it is known to be given. What is known flows through
``and`` (the right side knows the left held), ``or`` (the right side knows the left did not),
``not`` and ``x if c else y``.
"""

from __future__ import annotations

from engine.errors import Text, same
from engine.language.errors import ExpressionError, Span
from engine.language.functions import FUNCTIONS
from engine.language.scope import NO_FACTS, Scope, fact_key, guarded, needs, resolve
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
from engine.language.terms import (
    FRAMES,
    NUMERIC,
    ORDERED,
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
    Operation,
    Read,
    ReadField,
    Term,
    Type,
)
from engine.language.types import (
    FLAG,
    fit,
    kind_name,
    negated,
    product_type,
    quotient_type,
    unify,
)
from engine.suggestions import suggestion

AGGREGATES = frozenset({"count", "sum", "all", "any", "min", "max", "average"})


def check(node: Node, scope: Scope, given: frozenset[str] = NO_FACTS) -> Term:
    """The typed term of ``node``; ``given`` are the optional facts known to be there.

    Raises :class:`ExpressionError` at the first thing that makes no sense.
    """
    return _Checker(scope).term(node, given)


def given_if(term: Term, truth: bool) -> frozenset[str]:
    """The optional facts that must be there whenever ``term`` turned out to be ``truth``."""
    match term:
        case Given(reads=reads) if truth:
            return frozenset(fact_key(read) for read in reads)
        case Invert(operand=operand):
            return given_if(operand, not truth)
        case Combine(operator=operator, operands=operands):
            known = [given_if(operand, truth) for operand in operands]
            if (operator == "and") == truth:
                return NO_FACTS.union(*known)
            return known[0].intersection(*known[1:])
    return NO_FACTS


class _Checker:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def term(self, node: Node, given: frozenset[str]) -> Term:
        span = node.span
        match node:
            case Number(value=value, percent=percent):
                type_ = Type(Kind.RATIO) if percent else Type(Kind.NUMBER, flexible=True)
                return Constant(type_, value, span=span)
            case Date(value=day):
                return Constant(Type(Kind.DATE), day, span=span)
            case Quoted(value=text):
                return Constant(Type(Kind.TEXT), text, span=span)
            case Flag(value=truth):
                return Constant(FLAG, truth, span=span)
            case Name():
                return guarded(resolve(node, self.scope), given)
            case Negative(operand=operand):
                return negated(self.term(operand, given), span)
            case Not(operand=operand):
                return Invert(FLAG, self.flag(operand, given), span=span)
            case Arithmetic():
                return self.arithmetic(node, given)
            case Comparison():
                return self.comparison(node, given)
            case Membership():
                return self.membership(node, given)
            case Logic():
                return self.logic(node, given)
            case Conditional():
                return self.conditional(node, given)
            case Call():
                return self.call(node, given)
            case Aggregate():
                return self.aggregate(node, given)
        raise AssertionError(f"no check for {type(node).__name__}")

    def flag(self, node: Node, given: frozenset[str]) -> Term:
        return fit(self.term(node, given), FLAG)

    # Operators

    def arithmetic(self, node: Arithmetic, given: frozenset[str]) -> Term:
        left, right = self.term(node.left, given), self.term(node.right, given)
        if node.operator in "+-":
            return self.sum(node.operator, left, right, node.span)
        type_ = (product_type if node.operator == "*" else quotient_type)(left.type, right.type)
        if type_ is None:
            one, two = kind_name(left.type), kind_name(right.type)
            times = Text(
                "乘" if node.operator == "*" else "除",
                "multiplied by" if node.operator == "*" else "divided by",
            )
            message = Text(f"{one.zh}不能{times.zh}以{two.zh}", f"{one.en} cannot be {times.en} {two.en}")
            fix = None
            if node.operator == "*" and {left.type.kind, right.type.kind} <= NUMERIC:
                fix = Text(
                    "先除后乘，加括号：points * (a / b)", "divide first, in brackets: points * (a / b)"
                )
            raise ExpressionError("E202", message, node.span, fix)
        return Operation(type_, node.operator, left, right, span=node.span)

    def sum(self, operator: str, left: Term, right: Term, span: Span) -> Term:
        doing = Text("相加", "added") if operator == "+" else Text("相减", "subtracted")
        days, day = Type(Kind.DAYS), Type(Kind.DATE)
        if left.type.kind == Kind.DATE and operator == "-" and right.type.kind == Kind.DATE:
            return Operation(days, operator, left, right, span=span)
        if left.type.kind == Kind.DATE:
            return Operation(day, operator, left, fit(right, days), span=span)
        if right.type.kind == Kind.DATE and operator == "+":
            return Operation(day, operator, right, fit(left, days), span=span)
        left, right = unify((left, right), span, doing)
        if left.type.kind not in NUMERIC:
            have = kind_name(left.type)
            raise ExpressionError(
                "E202", Text(f"{have.zh}不能{doing.zh}", f"{have.en} cannot be {doing.en}"), span
            )
        return Operation(left.type, operator, left, right, span=span)

    def comparison(self, node: Comparison, given: frozenset[str]) -> Term:
        operands = [
            self.term(operand, given) for operand in (node.first, *(operand for _, operand in node.rest))
        ]
        links: list[Term] = []
        for index, (operator, _) in enumerate(node.rest):
            span = node.links[index] if node.links else node.span
            left, right = unify(operands[index : index + 2], span, Text("比较", "compared"))
            if operator not in ("==", "!=") and left.type.kind not in ORDERED:
                have = kind_name(left.type)
                message = Text(
                    f"{have.zh}只能用 ==、!= 或 in 比较", f"{have.en} compares only with ==, != and in"
                )
                raise ExpressionError("E202", message, span)
            links.append(Compare(FLAG, operator, left, right, span=span))
        return links[0] if len(links) == 1 else Combine(FLAG, "and", tuple(links), span=node.span)

    def membership(self, node: Membership, given: frozenset[str]) -> Term:
        terms = [self.term(operand, given) for operand in (node.value, *node.items)]
        value, *items = unify(terms, node.span, Text("比较", "compared"))
        return Member(FLAG, value, tuple(items), node.negated, span=node.span)

    def logic(self, node: Logic, given: frozenset[str]) -> Term:
        operands: list[Term] = []
        for operand in node.operands:
            term = self.flag(operand, given)
            operands.append(term)
            given |= given_if(term, node.operator == "and")
        return Combine(FLAG, node.operator, tuple(operands), span=node.span)

    def conditional(self, node: Conditional, given: frozenset[str]) -> Term:
        condition = self.flag(node.condition, given)
        then = self.term(node.then, given | given_if(condition, True))
        otherwise = self.term(node.otherwise, given | given_if(condition, False))
        then, otherwise = unify(
            (then, otherwise), node.span, Text("作为同一个值", "the two cases of one value")
        )
        return Choose(then.type, condition, then, otherwise, span=node.span)

    # Calls

    def call(self, node: Call, given: frozenset[str]) -> Term:
        if node.function == "given":
            return self.given(node)
        if node.function == "findings":
            return self.findings(node)
        function = FUNCTIONS.get(node.function)
        if function is None and node.function in AGGREGATES:
            raise self.misused(node.function, Text("表", "list"), node.span)
        if function is None:
            known = [*FUNCTIONS, *AGGREGATES, "given", "findings"]
            message = Text(f"没有函数“{node.function}”", f"there is no function '{node.function}'")
            raise ExpressionError("E201", message, node.span, suggestion(node.function, known))
        count = len(node.arguments)
        if count < function.least or (function.most is not None and count > function.most):
            message = Text(f"用法是 {function.usage}", f"it is used as {function.usage}")
            raise ExpressionError("E205", message, node.span)
        arguments, type_ = function.resolve(tuple(self.term(one, given) for one in node.arguments), node.span)
        return Apply(type_, node.function, arguments, span=node.span)

    def given(self, node: Call) -> Term:
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], Name):
            message = Text("given 里写一个选填项的名称", "given takes the name of one optional fact")
            raise ExpressionError("E205", message, node.span)
        read = resolve(node.arguments[0], self.scope)
        needed = needs(read)
        if not needed:
            message = Text(
                f"“{node.arguments[0].name}”是必填项，总是有的", f"'{node.arguments[0].name}' is always given"
            )
            raise ExpressionError("E209", message, node.span, Text("删去这个判断", "remove the guard"))
        if isinstance(read, ReadField) or needed == {read.scalar.name}:
            return Given(FLAG, (read,), span=node.span)
        reads = tuple(
            Read(self.scope.scalars[name].type, self.scope.scalars[name]) for name in sorted(needed)
        )
        return Given(FLAG, reads, span=node.span)

    def findings(self, node: Call) -> Term:
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], Name):
            message = Text("findings 里写一个指标的 id", "findings takes the id of one criterion")
            raise ExpressionError("E205", message, node.span)
        name = node.arguments[0].name
        scalar = self.scope.findings.get(name)
        if scalar is None:
            message = Text(f"没有指标“{name}”", f"there is no criterion '{name}'")
            raise ExpressionError("E201", message, node.span, suggestion(name, [*self.scope.findings]))
        return Read(scalar.type, scalar, span=node.span)

    # Aggregates

    def aggregate(self, node: Aggregate, given: frozenset[str]) -> Term:
        records = self.scope.records.get(node.records.name)
        if records is None:
            message = Text(
                f"没有记录表“{node.records.name}”", f"there is no record list '{node.records.name}'"
            )
            raise ExpressionError(
                "E201", message, node.records.span, suggestion(node.records.name, [*self.scope.records])
            )
        if node.function not in AGGREGATES:
            message = Text(f"“{node.function}”不能汇总记录", f"'{node.function}' does not aggregate records")
            raise ExpressionError("E201", message, node.span, suggestion(node.function, [*AGGREGATES]))
        if len(self.scope.open) == FRAMES:
            message = Text(f"汇总嵌套超过 {FRAMES} 层", f"aggregates nested more than {FRAMES} deep")
            raise ExpressionError("E104", message, node.span)
        scope = Scope(
            self.scope.scalars, self.scope.records, self.scope.findings, (*self.scope.open, records)
        )
        inner = _Checker(scope)
        where = inner.flag(node.where, given) if node.where is not None else None
        known = given | given_if(where, True) if where is not None else given
        body = inner.term(node.body, known) if node.body is not None else None
        frame = len(scope.open)
        type_, body = self.aggregate_type(node, body)
        return Gather(type_, node.function, records, frame, body, where, span=node.span)

    def misused(self, function: str, records: Text, span: Span) -> ExpressionError:
        """``count`` takes no value of each record; the others do."""
        value = "" if function == "count" else "… for "
        message = Text(
            f"用法是 {function}({value}{records.zh} where …)",
            f"it is used as {function}({value}{records.en} where …)",
        )
        return ExpressionError("E205", message, span)

    def aggregate_type(self, node: Aggregate, body: Term | None) -> tuple[Type, Term | None]:
        if node.function == "count" or (node.function == "any" and body is None):
            if body is not None:
                raise self.misused(node.function, same(node.records.name), node.span)
            return (Type(Kind.COUNT) if node.function == "count" else FLAG), None
        if body is None:
            raise self.misused(node.function, same(node.records.name), node.span)
        if node.function in ("all", "any"):
            return FLAG, fit(body, FLAG)
        wanted = NUMERIC if node.function in ("sum", "average") else ORDERED
        if body.type.kind not in wanted:
            have = kind_name(body.type)
            message = Text(
                f"{have.zh}不能用 {node.function} 汇总", f"{have.en} cannot be aggregated by {node.function}"
            )
            raise ExpressionError("E202", message, body.span)
        return body.type, body
