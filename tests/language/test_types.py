"""What may meet what, and what comes of it: kinds, names, and optional facts that may be missing."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.language.checker import check, given_if
from engine.language.compiler import compile_term
from engine.language.errors import ExpressionError
from engine.language.syntax import Call, Comparison, Conditional, Logic, Name, Node, Not
from engine.language.terms import Compare, Kind, Type, walk
from engine.language.types import fit
from tests.language.world import FULL, OPTIONAL, World

WORLD = World()


def refusal(text: str, *lists: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        WORLD.term(text, frozenset(), *lists)
    return caught.value


def at(error: ExpressionError, text: str) -> str:
    return text[slice(*error.span)]


KINDS = {
    # same ± same
    "spent + budget.total": "money", "spent - budget.total": "money", "rate + goal": "ratio", "lag - limit": "days",
    "staff + staff": "count", "weight - weight": "number", "points + points": "points",
    # dates
    "due - filed": "days", "due + lag": "date", "due - lag": "date", "lag + due": "date", "due + 3": "date",
    "3 + due": "date", "due + (filed - due)": "date", "due - 2024-01-01": "days",
    # same / same
    "spent / budget.total": "ratio", "rate / goal": "ratio", "lag / limit": "ratio", "points / points": "ratio",
    "staff / staff": "ratio", "weight / weight": "ratio", "staff / weight": "ratio", "weight / staff": "ratio",
    # X × or / number, ratio, count
    "spent * rate": "money", "rate * spent": "money", "spent * staff": "money", "spent * weight": "money",
    "lag * staff": "days", "points * rate": "points", "points * 90%": "points", "rate * rate": "ratio",
    "rate * staff": "ratio", "staff * rate": "ratio", "rate * weight": "number", "staff * staff": "count",
    "staff * weight": "number", "weight * staff": "number", "weight * weight": "number",
    "spent / rate": "money", "spent / staff": "money", "spent / weight": "money", "points / staff": "points",
    "rate / staff": "ratio", "rate / weight": "ratio", "staff / rate": "count", "weight / rate": "number",
    # literals take the unit that is asked for
    "spent + 5": "money", "5 + spent": "money", "staff + 0.5": "count", "points - 0.5 * staff": "points",
    "lag + 1": "days", "weight + 1": "number", "spent * 2": "money", "2 * spent": "money", "spent / 2": "money",
    "lag / 2": "days", "points / 3": "points", "rate / 2": "ratio", "2 / spent": "ratio", "1 - rate": "ratio",
    "rate - 0": "ratio", "1 + 50%": "ratio", "50%": "ratio", "spent + 2 * 3": "money", "spent + -5": "money",
    "points + 2 * rate": "points", "spent if open else 0": "money", "0 if open else spent": "money",
    "rate if open else 1": "ratio", "min(spent, 5, 7)": "money", "max(0, rate)": "ratio", "-spent": "money",
    # literals among themselves
    "1": "number*", "-1": "number*", "1 + 1": "number*", "2 * 3": "number*", "1 / 3": "ratio*", "2 * staff": "number*",
    "staff * (1 / 3)": "ratio*", "1 / 3 * staff": "ratio*", "rate / (1 / 3)": "ratio*",
    "0.5 * rate": "ratio*", "staff / 3": "ratio*", "1 if open else 2": "number*", "min(1, 2)": "number*",
    "sum(1 for contracts)": "number*", "round(2.5)": "number*", "2 / rate": "number*", "2 * weight": "number*",
    # comparisons
    "spent > budget.total": "flag", "spent > 100": "flag", "100 < spent": "flag", "rate >= 90%": "flag",
    "rate > 0": "flag", "rate == 1": "flag", "rate < 1.0": "flag", "rate > 1 / 3": "flag", "lag > 7": "flag",
    "staff > 0.5 * staff": "flag", "due < filed": "flag", "due < 2024-03-31": "flag", "open == true": "flag",
    "open != open": "flag", "title == '办公厅'": "flag", "mode == '公开'": "flag", "'公开' == mode": "flag",
    "mode == other_mode": "flag", "(spent < 100) == open": "flag", "staff / 3 > 1": "flag",
    "0 < rate < 1": "flag", "0% <= rate <= goal < 1": "flag", "0 <= spent < budget.total < 1000": "flag",
    "due < filed < 2024-12-31": "flag", "spent in (1, 2)": "flag", "rate in (0, 100%)": "flag",
    "mode in ('公开', '邀请')": "flag", "mode not in ('公开', other_mode)": "flag", "title in ('a', 'b')": "flag",
    "due in (2024-01-01, filed)": "flag", "open in (true)": "flag", "'a' in (title, 'b')": "flag",
    # logic and conditions
    "open and not open or spent > 0": "flag", "mode if open else '公开'": "choice", "'a' if open else 'b'": "text",
    "due if open else filed": "date", "open if rate > 0 else false": "flag",
    # functions
    "min(spent, budget.total)": "money", "max(due, filed)": "date", "min(rate, 100%)": "ratio", "abs(lag)": "days",
    "round(rate, 2)": "ratio", "round(spent)": "money", "round(rate, 12)": "ratio", "floor(weight)": "number",
    "ceil(lag)": "days", "whole_steps(rate - 90%, 1%)": "count", "whole_steps(spent, 100)": "count",
    "started_steps(lag, 30)": "count", "whole_steps(rate, 1)": "count", "days(due, filed)": "days",
    "workdays(due, 2024-03-31)": "days", "count_true(open, spent > 0)": "count",
    "given(grant)": "flag", "given(granted)": "flag", "findings(conduct)": "count",
    # records
    "count(contracts)": "count", "count(contracts where late)": "count", "sum(amount for contracts)": "money",
    "average(amount for contracts where late)": "money", "min(signed for contracts)": "date",
    "max(actual / planned for targets)": "ratio", "all(late for contracts)": "flag", "any(late for contracts)": "flag",
    "any(contracts where late)": "flag", "sum(contracts.amount for contracts)": "money",
    "sum(min(actual / planned, 1) * share for targets)": "ratio", "sum(staff for contracts)": "count",
    # names of every source
    "points": "points", "limit": "days", "usage": "ratio", "all_contracts": "money", "mean_share": "ratio",
}  # fmt: skip


@pytest.mark.parametrize("text", KINDS)
def test_the_kind_of(text: str) -> None:
    type_ = WORLD.term(text).type
    assert f"{type_.kind.value}{'*' if type_.flexible else ''}" == KINDS[text]


REFUSED = [
    # text, code, the part it points at, words of the message, of the fix
    # units
    ("spent + lag", "E202", "spent + lag", "money and days cannot be added", None),
    ("spent + rate", "E202", "spent + rate", "money and ratio cannot be added", None),
    ("1 + (spent - staff)", "E202", "spent - staff", "money and count cannot be subtracted", None),
    ("staff + weight", "E202", "staff + weight", "count and number cannot be added", None),
    ("points - rate", "E202", "points - rate", "points and ratio cannot be subtracted", None),
    ("due + due", "E202", "due", "days is wanted here, this is date", None),
    ("due + spent", "E202", "spent", "days is wanted here, this is money", None),
    ("due - 50%", "E202", "50%", "days is wanted here, this is ratio", None),
    ("3 - due", "E202", "3 - due", "date and number cannot be subtracted", None),
    ("open + open", "E202", "open + open", "flag cannot be added", None),
    ("title - title", "E202", "title - title", "text cannot be subtracted", None),
    ("mode + mode", "E202", "mode + mode", "choice cannot be added", None),
    ("spent * budget.total", "E202", "spent * budget.total", "money cannot be multiplied by money", "divide first"),
    ("points * spent / budget.total", "E202", "points * spent", "points cannot be multiplied by money", "divide first"),
    ("due * 2", "E202", "due * 2", "date cannot be multiplied by number", None),
    ("2 * open", "E202", "2 * open", "number cannot be multiplied by flag", None),
    ("spent / lag", "E202", "spent / lag", "money cannot be divided by days", None),
    ("due / due", "E202", "due / due", "date cannot be divided by date", None),
    ("staff / spent", "E202", "staff / spent", "count cannot be divided by money", None),
    ("due / 2", "E202", "due / 2", "date cannot be divided by number", None),
    ("2 / due", "E202", "2 / due", "number cannot be divided by date", None),
    ("rate / open", "E202", "rate / open", "ratio cannot be divided by flag", None),
    ("-due", "E202", "-due", "date has no negative", None),
    ("-title", "E202", "-title", "text has no negative", None),
    # comparisons
    ("spent > rate", "E202", "spent > rate", "money and ratio cannot be compared", None),
    ("spent > 90%", "E202", "spent > 90%", "money and ratio cannot be compared", None),
    ("0 < spent < rate", "E202", "spent < rate", "money and ratio cannot be compared", None),
    ("0 < (spent) < (rate)", "E202", "(spent) < (rate)", "money and ratio cannot be compared", None),
    ("spent < 100 == open", "E202", "100 == open", "flag and number cannot be compared", None),
    ("due == lag", "E202", "due == lag", "date and days cannot be compared", None),
    ("due < '2024-03-31'", "E202", "due < '2024-03-31'", "date and text cannot be compared", None),
    ("open < true", "E202", "open < true", "flag compares only with ==, != and in", None),
    ("open == 1", "E202", "open == 1", "flag and number cannot be compared", None),
    ("title >= 'x'", "E202", "title >= 'x'", "text compares only with ==, != and in", None),
    ("mode > '公开'", "E202", "mode > '公开'", "choice compares only with ==, != and in", None),
    ("title != mode", "E202", "title != mode", "choice and text cannot be compared", None),
    ("mode == shape", "E202", "mode == shape", "choice and choice cannot be compared", "their options differ"),
    ("title in ('a', 1)", "E202", "title in ('a', 1)", "text and number cannot be compared", None),
    ("spent in (1, lag)", "E202", "spent in (1, lag)", "money and days cannot be compared", None),
    # ratio against a bare number
    ("rate > 90", "E203", "90", "a ratio meets a bare number", "write 90%, or 9000% if that is meant"),
    ("rate > 4", "E203", "4", "a ratio meets a bare number", "write 400%, or 4% if that is meant"),
    ("rate > 10", "E203", "10", "a ratio meets a bare number", "write 10%, or 1000% if that is meant"),
    ("90 < rate", "E203", "90", "a ratio meets a bare number", "write 90%, or 9000% if that is meant"),
    ("rate > 0.9", "E203", "0.9", "a ratio meets a bare number", "write 90%, or 0.9% if that is meant"),
    ("rate > -0.05", "E203", "-0.05", "a ratio meets a bare number", "write -5%, or -0.05% if that is meant"),
    ("rate > -1", "E203", "-1", "a ratio meets a bare number", "write -100%, or -1% if that is meant"),
    ("0 < rate < 90", "E203", "90", "a ratio meets a bare number", "write 90%, or 9000% if that is meant"),
    ("rate - 0.5", "E203", "0.5", "a ratio meets a bare number", "write 50%, or 0.5% if that is meant"),
    ("rate > 1 + 1", "E203", "1 + 1", "a ratio meets a bare number", "a ratio's limit needs a percent sign, such as 90%"),
    ("rate in (1, 0.5)", "E203", "0.5", "a ratio meets a bare number", "write 50%, or 0.5% if that is meant"),
    ("rate if open else 2", "E203", "2", "a ratio meets a bare number", "write 200%, or 2% if that is meant"),
    ("min(rate, 90)", "E203", "90", "a ratio meets a bare number", "write 90%, or 9000% if that is meant"),
    ("whole_steps(rate, 5)", "E203", "5", "a ratio meets a bare number", "write 500%, or 5% if that is meant"),
    ("usage > 90", "E203", "90", "a ratio meets a bare number", "write 90%, or 9000% if that is meant"),
    ("rate * 100 > 90", "E203", "90", "a ratio meets a bare number", "compare with a percentage; a ratio is not times 100"),
    # choices
    ("mode == '公开招标'", "E204", "'公开招标'", "'公开招标' is not an option (公开, 邀请, 单一来源)", "did you mean '公开'?"),
    ("mode in ('公开', '询价')", "E204", "'询价'", "'询价' is not an option (公开, 邀请, 单一来源)", None),
    ("mode if open else ''", "E204", "''", "'' is not an option (公开, 邀请, 单一来源)", None),
    ("shape == 'squared'", "E204", "'squared'", "'squared' is not an option (round, square)", "did you mean 'square'?"),
    # flags
    ("not rate", "E202", "rate", "flag is wanted here, this is ratio", None),
    ("open and 1", "E202", "1", "flag is wanted here, this is number", None),
    ("open or (lag)", "E202", "lag", "flag is wanted here, this is days", None),
    ("1 if staff else 2", "E202", "staff", "flag is wanted here, this is count", None),
    ("spent if open else rate", "E202", "spent if open else rate", "money and ratio cannot be the two cases", None),
    # functions
    ("max(open, open)", "E202", "max(open, open)", "flag has no order", None),
    ("min(title, title)", "E202", "min(title, title)", "text has no order", None),
    ("min(spent, rate)", "E202", "min(spent, rate)", "money and ratio cannot be compared", None),
    ("abs(due)", "E202", "due", "date is not a quantity", None),
    ("floor(open)", "E202", "open", "flag is not a quantity", None),
    ("round(due, 1)", "E202", "due", "date is not a quantity", None),
    ("round(rate, 13)", "E205", "13", "the decimals are a whole number from 0 to 12", None),
    ("round(rate, 1.5)", "E205", "1.5", "the decimals are a whole number from 0 to 12", None),
    ("round(rate, -1)", "E205", "-1", "the decimals are a whole number from 0 to 12", None),
    ("round(rate, staff)", "E205", "staff", "the decimals are a whole number from 0 to 12", None),
    ("round(rate, true)", "E205", "true", "the decimals are a whole number from 0 to 12", None),
    ("round(rate, 100%)", "E205", "100%", "the decimals are a whole number from 0 to 12", None),
    ("whole_steps(spent, rate)", "E202", "whole_steps(spent, rate)", "money and ratio cannot be counted in steps", None),
    ("started_steps(due, filed)", "E202", "due", "date is not a quantity", None),
    ("days(due, 3)", "E202", "3", "date is wanted here, this is number", None),
    ("workdays(lag, due)", "E202", "lag", "date is wanted here, this is days", None),
    ("count_true(open, 1)", "E202", "1", "flag is wanted here, this is number", None),
    ("min(spent)", "E205", "min(spent)", "it is used as min(a, b, …)", None),
    ("abs(spent, 1)", "E205", "abs(spent, 1)", "it is used as abs(x)", None),
    ("round()", "E205", "round()", "it is used as round(x, decimals)", None),
    ("round(rate, 1, 2)", "E205", "round(rate, 1, 2)", "it is used as round(x, decimals)", None),
    ("floor(rate, 1)", "E205", "floor(rate, 1)", "it is used as floor(x)", None),
    ("ceil(rate, 1)", "E205", "ceil(rate, 1)", "it is used as ceil(x)", None),
    ("whole_steps(lag, 1, 2)", "E205", "whole_steps(lag, 1, 2)", "it is used as whole_steps(excess, size)", None),
    ("started_steps(lag, 1, 2)", "E205", "started_steps(lag, 1, 2)", "it is used as started_steps(excess,", None),
    ("days(due, due, due)", "E205", "days(due, due, due)", "it is used as days(a, b)", None),
    ("workdays(due, due, due)", "E205", "workdays(due, due, due)", "it is used as workdays(a, b)", None),
    ("days(due)", "E205", "days(due)", "it is used as days(a, b)", None),
    ("count_true()", "E205", "count_true()", "it is used as count_true(a, b, …)", None),
    ("given(spent + 1)", "E205", "given(spent + 1)", "given takes the name of one optional fact", None),
    ("given(grant, reserve)", "E205", "given(grant, reserve)", "given takes the name of one optional fact", None),
    ("given(spent)", "E209", "given(spent)", "'spent' is always given", "remove the guard"),
    ("given(usage)", "E209", "given(usage)", "'usage' is always given", "remove the guard"),
    ("findings(3)", "E205", "findings(3)", "findings takes the id of one criterion", None),
    ("findings()", "E205", "findings()", "findings takes the id of one criterion", None),
    # aggregates
    ("count(contracts where amount)", "E202", "amount", "flag is wanted here, this is money", None),
    ("count(1 for contracts)", "E205", "count(1 for contracts)", "it is used as count(contracts where …)", None),
    ("count(contracts, targets)", "E205", "count(contracts, targets)", "it is used as count(list where …)", None),
    ("sum(contracts where late)", "E205", "sum(contracts where late)", "it is used as sum(… for contracts where …)", None),
    ("all(contracts where late)", "E205", "all(contracts where late)", "it is used as all(… for contracts where …)", None),
    ("average(lag)", "E205", "average(lag)", "it is used as average(… for list where …)", None),
    ("sum(late for contracts)", "E202", "late", "flag cannot be aggregated by sum", None),
    ("average(signed for contracts)", "E202", "signed", "date cannot be aggregated by average", None),
    ("max(id for contracts)", "E202", "id", "text cannot be aggregated by max", None),
    ("min(kind for contracts)", "E202", "kind", "choice cannot be aggregated by min", None),
    ("any(amount for contracts)", "E202", "amount", "flag is wanted here, this is money", None),
    ("abs(amount for contracts)", "E201", "abs(amount for contracts)", "'abs' does not aggregate records", None),
    # names
    ("spnet > 0", "E201", "spnet", "there is no 'spnet'", "did you mean 'spent'?"),
    ("budget", "E201", "budget", "there is no 'budget'", "did you mean 'budget.total'?"),
    ("1 + (budget.totl)", "E201", "budget.totl", "there is no 'budget.totl'", "did you mean 'budget.total'?"),
    ("quite_another", "E201", "quite_another", "there is no 'quite_another'", None),
    ("rond(rate)", "E201", "rond(rate)", "there is no function 'rond'", "did you mean 'round'?"),
    ("averge(amount for contracts)", "E201", "averge(amount for contracts)", "'averge' does not aggregate", "did you mean 'average'?"),
    ("count(contract)", "E201", "contract", "there is no record list 'contract'", "did you mean 'contracts'?"),
    ("count(spent)", "E201", "spent", "there is no record list 'spent'", None),
    ("sum(amunt for contracts)", "E201", "amunt", "there is no 'amunt'", "did you mean 'amount'?"),
    ("findings(conduit)", "E201", "findings(conduit)", "there is no criterion 'conduit'", "did you mean 'conduct'?"),
    ("given(grnt)", "E201", "grnt", "there is no 'grnt'", "did you mean 'grant'?"),
    ("contracts", "E207", "contracts", "'contracts' is a record list, not a value", "aggregate it, such as count(contracts)"),
    ("contracts.amount", "E207", "contracts.amount", "no record of contracts is at hand here", "add each: contracts, or aggregate"),
    ("sum(targets.amount for contracts)", "E207", "targets.amount", "no record of targets is at hand here", None),
    ("amount", "E201", "amount", "there is no 'amount'", None),
    ("contracts.nothing", "E201", "contracts.nothing", "there is no 'contracts.nothing'", None),
    ("sum(contracts.nothing for contracts)", "E201", "contracts.nothing", "there is no 'contracts.nothing'", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "part", "message", "fix"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(text: str, code: str, part: str, message: str, fix: str | None) -> None:
    error = refusal(text)
    assert (error.code, at(error, text)) == (code, part)
    assert message in error.message.en
    assert error.message.zh
    if fix is not None:
        assert error.fix is not None
        assert fix in error.fix.en
        assert error.fix.zh


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("spent / lag", "金额不能除以天数"),
        ("spent * lag", "金额不能乘以天数"),
        ("spent + lag", "金额与天数不能相加"),
        ("spent - lag", "金额与天数不能相减"),
        ("spent < lag", "金额与天数不能比较"),
        ("open > open", "是否只能用 ==、!= 或 in 比较"),
        ("not spent", "此处需要是否，得到的是金额"),
        ("rate > 90", "比率与不带百分号的数相比"),
        ("grant > 0", "选填项 grant 可能没有填报"),
        ("spnet", "没有名称“spnet”"),
        ("sum(late for contracts)", "是否不能用 sum 汇总"),
        ("sum(late, open)", "用法是 sum(… for 表 where …)"),
    ],
)
def test_messages_in_chinese(text: str, message: str) -> None:
    assert refusal(text).message.zh == message


NO_FIX = (
    "due * 2",
    "spent / lag",
    "quite_another",
    "mode in ('公开', '询价')",
    "abs(amount for contracts)",
    "amount",
)


@pytest.mark.parametrize("text", NO_FIX)
def test_no_fix_is_made_up(text: str) -> None:
    assert refusal(text).fix is None


@pytest.mark.parametrize("kind", list(Kind))
def test_a_place_that_wants_a_kind(kind: Kind) -> None:
    """What is expected of a deduction, a condition or a parameter."""
    have = {"money": "spent", "ratio": "rate", "days": "lag", "count": "staff", "number": "weight",
            "points": "points", "date": "due", "flag": "open", "text": "title"}  # fmt: skip
    for name, text in have.items():
        term = WORLD.term(text)
        if name == kind.value:
            assert fit(term, Type(kind)) is term
        else:
            with pytest.raises(ExpressionError) as caught:
                fit(term, Type(kind, ("a", "b") if kind == Kind.CHOICE else ()))
            assert caught.value.code == "E202"


LITERALS = [
    # a term made of literals, and the kinds it fits
    ("5", {"number", "money", "days", "count", "points"}),
    ("1", {"number", "money", "days", "count", "points", "ratio"}),
    ("-1", {"number", "money", "days", "count", "points"}),
    ("0", {"number", "money", "days", "count", "points", "ratio"}),
    ("90%", {"ratio"}),
    ("0.5 * count(contracts)", {"number", "money", "days", "count", "points"}),
    ("1 / 3", {"number", "money", "days", "count", "points", "ratio"}),
    ("1 if open else 0", {"number", "money", "days", "count", "points"}),
    ("0.5 * spent", {"money"}),
    ("points * 2", {"points"}),
]


@pytest.mark.parametrize(("text", "kinds"), LITERALS)
def test_a_literal_takes_the_unit_of_its_place(text: str, kinds: set[str]) -> None:
    fits = set()
    for kind in Kind:
        try:
            term = fit(WORLD.term(text), Type(kind))
        except ExpressionError:
            continue
        assert term.type == Type(kind) or term.type.flexible
        fits.add(kind.value)
    assert fits == kinds


def test_a_ratio_where_points_are_due_is_to_be_multiplied() -> None:
    with pytest.raises(ExpressionError) as caught:
        fit(WORLD.term("rate"), Type(Kind.POINTS))
    assert caught.value.fix is not None
    assert caught.value.fix.en == "multiply it by points, such as points * …"
    with pytest.raises(ExpressionError) as caught:
        fit(WORLD.term("staff"), Type(Kind.POINTS))
    assert caught.value.fix is not None
    assert caught.value.fix.en == "multiply it by points, such as 1 * …"
    for text, kind in [("spent", Kind.POINTS), ("rate", Kind.MONEY)]:
        with pytest.raises(ExpressionError) as caught:
            fit(WORLD.term(text), Type(kind))
        assert caught.value.fix is None


# Names


def test_the_innermost_list_has_the_name() -> None:
    """Both lists have an amount; an inner one hides the outer, which its list's name still reaches."""
    facts = FULL | {"contracts": FULL["contracts"][:1]}
    assert WORLD.value("sum(sum(amount for targets) for contracts)", facts) == 100
    assert WORLD.value("sum(sum(contracts.amount for targets) for contracts)", facts) == 200
    assert WORLD.value("sum(sum(amount + contracts.amount for targets) for contracts)", facts) == 300
    assert (
        WORLD.value("sum(sum(planned for targets where amount < contracts.amount) for contracts)", facts)
        == 13
    )


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("sum(goal for targets)", ()),
        ("goal", ("targets",)),
        ("goal", ("targets", "contracts")),
        ("count(contracts where goal > 0)", ("targets",)),
    ],
)
def test_a_field_and_a_fact_of_one_name(text: str, lists: tuple[str, ...]) -> None:
    error = refusal(text, *lists)
    assert (error.code, at(error, text)) == ("E206", "goal")
    assert error.fix is not None
    assert error.fix.en == "write targets.goal, or rename one"
    assert WORLD.term(text.replace("goal", "targets.goal"), frozenset(), *lists)


def test_a_field_of_no_list_at_hand_does_not_hide_a_fact() -> None:
    assert WORLD.term("sum(goal for contracts)").type.kind == Kind.RATIO
    assert WORLD.term("goal", frozenset(), "contracts").type.kind == Kind.RATIO


def test_a_suggestion_knows_the_fields_at_hand() -> None:
    error = refusal("amuont > 0", "contracts")
    assert error.fix is not None
    assert error.fix.en == "did you mean 'amount'?"


def test_four_lists_may_be_open_at_once() -> None:
    four = (
        "count(targets where count(targets where count(targets where count(targets where {}) > 0) > 0) > 0)"
    )
    assert WORLD.term(four.format("actual > 0")).type.kind == Kind.COUNT
    text = four.format("any(contracts where late)")
    error = refusal(text)
    assert (error.code, at(error, text)) == ("E104", "any(contracts where late)")
    assert refusal(four.format("open"), "contracts").code == "E104"


# Optional facts

GUARDED = [
    "given(grant) and grant > 0",
    "open and given(grant) and rate > 0 and grant > 0",
    "not given(grant) or grant > 0",
    "open or not given(grant) or grant > 0",
    "not not given(grant) and grant > 0",
    "not (not given(grant) or not given(reserve)) and grant > reserve",
    "not given(grant) or not given(reserve) or grant > reserve",
    "given(grant) and given(reserve) and grant > reserve",
    "(given(grant) and given(reserve)) and grant > reserve",
    "(given(grant) and open or given(grant) and rate > 0) and grant > 0",
    "not (given(grant) and grant > 5)",
    "not (given(grant) and open) or grant > 0",
    "given(grant) and (open or grant > 0)",
    "given(grant) and not grant > 5",
    "given(grant) and grant in (1, 2)",
    "given(grant) and spent in (1, grant)",
    "given(grant) and 0 < grant < 5",
    "given(grant) and min(grant, 1) > 0",
    "given(audited) and audited",
    "given(audited) and not audited",
    "given(closed) and days(due, closed) > 3",
    "(grant if given(grant) else 0) > 1",
    "(0 if not given(grant) else grant) > 1",
    "(grant if given(grant) and open else 0) > 1",
    "(0 if not given(grant) or open else grant) > 1",
    "(grant - reserve if given(grant) and given(reserve) else 0) > 1",
    "(grant if given(grant) else reserve if given(reserve) else 0) > 1",
    "given(audited) and (given(grant) and grant > 1 if audited else open)",
    # a measure needs all that it reads
    "given(granted) and granted > 0",
    "given(grant) and given(reserve) and granted > 0",
    "given(granted) and grant - reserve > 0",
    "not given(granted) or granted > 0",
    "(granted if given(granted) else 0) > 0",
    # through aggregates
    "given(grant) and count(contracts where amount > grant) > 0",
    "given(grant) and sum(amount - grant for contracts) > 0",
    "sum(amount for contracts where given(grant) and amount > grant) > 0",
    "sum(amount - grant for contracts where given(grant)) > 0",
    "count(contracts where given(posted) and posted > signed) > 0",
    "all(given(posted) and posted > signed for contracts)",
    "all(not given(posted) or posted > signed for contracts)",
    "all(posted > signed for contracts where given(posted))",
    "all(posted > signed for contracts where late and given(posted))",
    "all(posted > signed for contracts where not (late or not given(posted)))",
    "any(reached for targets where given(reached))",
    "count(contracts where given(contracts.posted) and posted > signed) > 0",
    "count(contracts where given(posted) and contracts.posted > signed) > 0",
    "count(contracts where given(posted) and any(posted > due for targets)) > 0",
    "count(contracts where given(posted) and any(posted > signed for contracts where given(posted))) > 0",
]
UNGUARDED = [
    # the text, and the read that is refused
    ("grant > 0", "grant"),
    ("-grant > 0", "grant"),
    ("audited", "audited"),
    ("not audited", "audited"),
    ("grant > 0 and given(grant)", "grant"),
    ("given(grant) or grant > 0", "grant"),
    ("not given(grant) and grant > 0", "grant"),
    ("not (given(grant) or open) and grant > 0", "grant"),
    ("given(reserve) and grant > 0", "grant"),
    ("(given(grant) or given(reserve)) and grant > 0", "grant"),
    ("(given(grant) and open or given(reserve)) and grant > 0", "grant"),
    ("(given(grant) and open) or grant > 0", "grant"),
    ("not (not given(grant) and grant > 5)", "grant"),
    ("given(grant) and open or grant > 0", "grant"),
    ("(open or not given(grant)) and grant > 0", "grant"),
    ("grant in (1, 2)", "grant"),
    ("spent in (1, grant)", "grant"),
    ("0 < grant < 5", "grant"),
    ("min(grant, 1) > 0", "grant"),
    ("count_true(given(grant), grant > 0) > 1", "grant"),
    ("(grant if open else 0) > 1", "grant"),
    ("(0 if open else grant) > 1", "grant"),
    ("(grant if not given(grant) else 0) > 1", "grant"),
    ("(0 if given(grant) else grant) > 1", "grant"),
    ("(grant if given(grant) or open else 0) > 1", "grant"),
    ("(0 if given(grant) and open else grant) > 1", "grant"),
    ("(0 if grant > 1 else 1) > 1 and given(grant)", "grant"),
    ("(given(grant) if open else false) and grant > 0", "grant"),
    ("(open if given(grant) else open) and grant > 0", "grant"),
    ("given(grant) == true and grant > 0", "grant"),
    ("granted > 0", "granted"),
    ("given(grant) and granted > 0", "granted"),
    ("(granted if given(reserve) else 0) > 0", "granted"),
    ("not given(granted) and granted > 0", "granted"),
    ("not given(granted) or granted > 0 and (not given(granted)) == open or closed > due", "closed"),
    ("count(contracts where amount > grant) > 0", "grant"),
    ("sum(amount - grant for contracts) > 0", "grant"),
    ("count(contracts where given(grant)) > 0 and grant > 0", "grant"),
    ("all(given(grant) for contracts) and grant > 0", "grant"),
    ("count(contracts where posted > signed) > 0", "posted"),
    ("max(posted for contracts) > due", "posted"),
    ("all(posted > signed for contracts where not given(posted))", "posted"),
    ("all(posted > signed for contracts where given(posted) or late)", "posted"),
    ("count(contracts where given(posted)) > 0 and count(contracts where posted > signed) > 0", "posted"),
    ("count(contracts where given(posted) and count(contracts where posted > signed) > 0) > 0", "posted"),
    (
        "count(contracts where any(posted > signed for contracts where given(posted)) and posted > due) > 0",
        "posted",
    ),
    ("count(contracts where given(posted) and any(reached for targets)) > 0", "reached"),
]


@pytest.mark.parametrize("text", GUARDED)
def test_a_guarded_read(text: str) -> None:
    """Also evaluated, whatever of the optional facts is missing: no guard can be passed wrongly."""
    term = WORLD.term(text)
    assert term.type == Type(Kind.FLAG)
    evaluate = compile_term(term)
    for absent in product([True, False], repeat=len(OPTIONAL)):
        missing = {name: None for name, gone in zip(sorted(OPTIONAL), absent, strict=True) if gone}
        assert isinstance(evaluate(WORLD.slots(FULL | missing)), bool)


@st.composite
def flags(draw: st.DrawFn, depth: int = 4) -> Node:
    """Conditions that ask for optional facts, and read them, in any order."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        name = Name(draw(st.sampled_from(["grant", "reserve", "granted"])))
        if draw(st.integers(0, 2)):
            return Call("given", (name,))
        return draw(st.sampled_from([Name("open"), Comparison(name, ((">", Name("spent")),))]))
    inner = flags(depth - 1)
    known = Call("given", (Name(draw(st.sampled_from(["grant", "reserve", "granted"]))),))
    match draw(st.integers(0, 5)):
        case 0:
            return Not(draw(inner))
        case 1:
            return Conditional(draw(inner), draw(inner), draw(inner))
        case 2:
            return Logic("and", (known, draw(inner)))
        case 3:
            return Logic("or", (Not(known), draw(inner)))
    operands = tuple(draw(inner) for _ in range(draw(st.integers(2, 3))))
    return Logic(draw(st.sampled_from(["and", "or"])), operands)


@settings(max_examples=settings.default.max_examples * 4)
@given(flags())
def test_no_optional_fact_is_read_that_is_not_given(tree: Node) -> None:
    """What the checker lets through never meets a fact that is missing, whichever they are."""
    try:
        term = check(tree, WORLD.scope())
    except ExpressionError as error:
        event(error.code)
        return
    event("reads" if any(isinstance(one, Compare) for one in walk(term)) else "reads nothing")
    evaluate = compile_term(term)
    for grant, reserve, truth in product([None, 30], [None, 10], [True, False]):
        assert isinstance(
            evaluate(WORLD.slots(FULL | {"grant": grant, "reserve": reserve, "open": truth})), bool
        )


@pytest.mark.parametrize(("text", "read"), UNGUARDED)
def test_an_unguarded_read(text: str, read: str) -> None:
    error = refusal(text)
    assert (error.code, at(error, text)) == ("E208", read)
    assert error.fix is not None
    assert error.fix.en.startswith("guard it with given(")


@pytest.mark.parametrize(
    ("text", "lists", "message", "fix"),
    [
        ("grant > 0", (), "the optional grant may not be given", "guard it with given(grant)"),
        ("granted > 0", (), "the optional grant, reserve may not be given", "guard it with given(grant) and given(reserve)"),
        ("given(grant) and granted > 0", (), "the optional reserve may not be given", "guard it with given(reserve)"),
        ("posted > signed", ("contracts",), "the optional contracts.posted may not be given", "guard it with given(posted)"),
    ],
)  # fmt: skip
def test_a_guard_is_proposed(text: str, lists: tuple[str, ...], message: str, fix: str) -> None:
    error = refusal(text, *lists)
    assert error.message.en == message
    assert error.fix is not None
    assert error.fix.en == fix


@pytest.mark.parametrize("guard", ["given(posted)", "given(contracts.posted)"])
def test_a_rule_over_records_guards_its_own_record(guard: str) -> None:
    assert WORLD.term(f"{guard} and posted > signed", frozenset(), "contracts")
    assert WORLD.term(f"{guard} and any(posted > due for targets)", frozenset(), "contracts")
    assert refusal(f"{guard} and any(posted > signed for contracts)", "contracts").code == "E208"
    assert refusal("given(signed) and signed > due", "contracts").code == "E209"


def test_what_is_known_from_outside_needs_no_guard() -> None:
    assert WORLD.term("grant > 0", frozenset({"grant"})).type.kind == Kind.FLAG
    assert refusal("granted > 0").code == "E208"
    assert WORLD.term("granted > 0", frozenset({"grant", "reserve"})).type.kind == Kind.FLAG


@pytest.mark.parametrize(
    ("text", "if_true", "if_false"),
    [
        ("given(grant)", {"grant"}, set()),
        ("not given(grant)", set(), {"grant"}),
        ("given(grant) and given(reserve)", {"grant", "reserve"}, set()),
        ("given(grant) or given(reserve)", set(), set()),
        ("not given(grant) or not given(reserve)", set(), {"grant", "reserve"}),
        ("given(granted)", {"grant", "reserve"}, set()),
        ("open", set(), set()),
    ],
)
def test_what_a_condition_says_of_optional_facts(text: str, if_true: set[str], if_false: set[str]) -> None:
    term = WORLD.term(text)
    assert given_if(term, True) == if_true
    assert given_if(term, False) == if_false
