"""The benchmark's rulesets carried out by others: zen-engine, rule-engine, durable-rules by hand, plain Python.

Each function here prepares the rules of a mix and the facts of departments in the form its engine likes best,
outside the timing, and gives a function from a department's number to its total. None of them keeps a ledger; zen-engine
keeps a trace where asked for. Counts of days and working days are handed to them as facts, ready made.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import Any

from benchmarks.ruleset import BANDS, CRITERIA, CRITERION_POINTS, Department, Dialect, Mix, Rule, rules
from engine.language.numbers import round_half_up

Total = Callable[[int], Any]
"""From the number of a department (counted round and round) to its total."""


def _rate(mix: Mix, criterion: int) -> str:
    return f"{mix.group(criterion)}.spent / {mix.group(criterion)}.planned"


def _flat(text: str) -> str:
    """``text`` with ``g0_spent`` for ``g0.spent``."""
    return re.sub(r"\b(g\d+|r)\.", r"\1_", text)


def _flat_scalars(values: Mapping[str, Any]) -> dict[str, Any]:
    """The facts other than contracts, by their names in :func:`_flat`."""
    groups = [(group, named) for group, named in values.items() if group != "contracts"]
    return {f"{group}_{name}": value for group, named in groups for name, value in named.items()}


def _cents(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.01"), ROUND_HALF_UP)


# zen-engine


def zen(mix: Mix, departments: Sequence[Department], *, trace: bool) -> Total:
    """The fastest of several decision graphs for each purpose, with facts by flat names, which is faster too.

    With trace: a decision table with a row for each rule, whose hits are collected, then nodes of expressions
    for the criteria and the total. Without: one expression for each criterion, rules and all.
    """
    from zen import ZenEngine

    graph = _zen_table(mix) if trace else _zen_expressions(mix)
    decision = ZenEngine().create_decision(json.dumps(graph))
    contexts = [_zen_context(one.values(float)) for one in departments]
    options: Any = {"trace": trace}

    def total(number: int) -> float:
        result = decision.evaluate(contexts[number % len(contexts)], options)["result"]
        return float(result["total"])

    return total


def _zen_context(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**_flat_scalars(values), "contracts": values["contracts"]}


def _zen_expressions(mix: Mix) -> dict[str, Any]:
    criteria = {
        f"c{criterion}": _zen_left(mix, criterion, [f"({_zen_deduction(one)})" for one in deductions])
        for criterion, deductions in enumerate(rules(Dialect(), mix))
    }
    return _zen_graph(_zen_node("criteria", criteria), _zen_node("total", _ZEN_TOTAL))


def _zen_table(mix: Mix) -> dict[str, Any]:
    rows = [
        {
            "_id": f"{criterion}_{place}",
            "when": _zen_condition(one),
            "of": str(criterion),
            "lost": _zen_deduction(one),
        }
        for criterion, deductions in enumerate(rules(Dialect(), mix))
        for place, one in enumerate(deductions)
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when", "field": ""}],
        "outputs": [{"id": name, "name": name, "field": name} for name in ("of", "lost")],
        "rules": rows,
        "outputPath": "hits",
        "passThrough": True,
    }
    criteria = {
        f"c{criterion}": _zen_left(mix, criterion, [f"sum(map(filter(hits, #.of == {criterion}), #.lost))"])
        for criterion in range(CRITERIA)
    }
    node = {"id": "rules", "name": "rules", "type": "decisionTableNode", "content": table}
    return _zen_graph(node, _zen_node("criteria", criteria), _zen_node("total", _ZEN_TOTAL))


_ZEN_TOTAL = {"total": " + ".join(f"c{criterion}" for criterion in range(CRITERIA))}


def _zen_node(name: str, expressions: Mapping[str, str]) -> dict[str, Any]:
    content = [{"id": key, "key": key, "value": text} for key, text in expressions.items()]
    return {"id": name, "name": name, "type": "expressionNode", "content": {"expressions": content}}


def _zen_graph(*nodes: dict[str, Any]) -> dict[str, Any]:
    """The nodes one after the other."""
    chain = [
        {"id": "in", "name": "in", "type": "inputNode"},
        *nodes,
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": f"edge{number}", "sourceId": one["id"], "targetId": two["id"]}
        for number, (one, two) in enumerate(itertools.pairwise(chain))
    ]
    return {"nodes": chain, "edges": edges}


def _zen_left(mix: Mix, criterion: int, lost: Sequence[str]) -> str:
    return f"max([0, {' - '.join([_zen_start(mix, criterion), *lost])}])"


def _zen_condition(one: Rule) -> str:
    return f"count(contracts, {one.when.replace('r.', '#.')}) > 0" if one.each else _flat(one.when)


def _zen_deduction(one: Rule) -> str:
    if one.each:
        holds = one.when.replace("r.", "#.")
        amount = f"{one.deduct} * count(contracts, {holds})"
        return f"min([{amount}, {one.at_most}])" if one.at_most else amount
    amount = f"min([{one.deduct}, {one.at_most}])" if one.at_most else one.deduct
    return _flat(f"({one.when}) ? {amount} : 0")


def _zen_start(mix: Mix, criterion: int) -> str:
    rate = _flat(_rate(mix, criterion))
    if mix.start(criterion) == "rate":
        return f"round({CRITERION_POINTS} * min([{rate}, 1]), 2)"
    if mix.start(criterion) == "bands":
        ladder = "".join(f"{rate} >= {low} ? {points} : (" for low, points in BANDS)
        return f"({ladder}0{')' * len(BANDS)})"
    return str(CRITERION_POINTS)


# rule-engine: conditions and amounts are its rules, the sums are Python's


def rule_engine(mix: Mix, departments: Sequence[Department]) -> Total:
    """Its numbers are decimals of 28 digits; facts are given as such, so that nothing is converted.

    They are given by flat names as well: a mapping within the facts is converted whole each time it is read,
    which makes a rule over ``g0.spent`` take 28 times as long as one over ``g0_spent``.
    """
    from rule_engine import Rule as Compiled

    dialect = Dialect(steps="(({}) / {}).floor".format)
    compiled = [
        [
            (
                Compiled(_flat(one.when)), Compiled(_flat(one.deduct)), one.each,
                Decimal(one.at_most) if one.at_most else None,
            )
            for one in deductions
        ]
        for deductions in rules(dialect, mix)
    ]  # fmt: skip
    starts = [Compiled(_flat(_rule_engine_start(mix, criterion))) for criterion in range(CRITERIA)]
    facts = [_rule_engine_facts(one.values(Decimal)) for one in departments]

    def total(number: int) -> Decimal:
        scalars, contracts = facts[number % len(facts)]
        points = Decimal(0)
        for begin, deductions in zip(starts, compiled, strict=True):
            left = _cents(begin.evaluate(scalars[0]))
            for when, deduct, each, at_most in deductions:
                things = contracts if each else scalars
                lost = sum((deduct.evaluate(thing) for thing in things if when.matches(thing)), Decimal(0))
                left -= lost if at_most is None else min(lost, at_most)
            points += max(left, Decimal(0))
        return points

    return total


def _rule_engine_facts(values: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The scalars, in a list of one, and the contracts."""
    contracts = [{f"r_{name}": value for name, value in one.items()} for one in values["contracts"]]
    return [_flat_scalars(values)], contracts


def _rule_engine_start(mix: Mix, criterion: int) -> str:
    rate = _rate(mix, criterion)
    if mix.start(criterion) == "rate":
        return f"{CRITERION_POINTS} * ({rate} < 1 ? {rate} : 1)"
    if mix.start(criterion) == "bands":
        ladder = "".join(f"{rate} >= {low} ? {points} : (" for low, points in BANDS)
        return f"{ladder}0{')' * len(BANDS)}"
    return str(CRITERION_POINTS)


# Plain Python: the rules written out as one function, no trace


def python(mix: Mix, departments: Sequence[Department], number: Callable[[str], Any]) -> Total:
    """The rules as a programmer would write them down by hand, with numbers made by ``number``."""
    dialect = Dialect(
        number=lambda text: _constant(text, number, constants),
        percent=lambda text: _constant(text, number, constants),
        steps="(({}) // {})".format,
    )
    constants: dict[str, Any] = {"rounded": _rounder(number)}
    lines = ["def score(f):", "    total = 0"]
    lines += [f"    g{group} = f.g{group}" for group in range(mix.groups)]
    lines += [f"    rate{group} = g{group}.spent / g{group}.planned" for group in range(mix.groups)]
    for criterion, deductions in enumerate(rules(dialect, mix)):
        rate = mix.group(criterion).replace("g", "rate")
        lines.append(f"    left = {_python_start(mix, criterion, dialect, rate)}")
        for one in deductions:
            lines += [f"    {line}" for line in _python_deduction(one)]
        lines += ["    if left > 0:", "        total += left"]
    lines.append("    return total")
    exec("\n".join(lines), constants)
    score = constants["score"]
    facts = [_namespace(one.values(number)) for one in departments]
    return lambda number: score(facts[number % len(facts)])


def _constant(text: str, number: Callable[[str], Any], constants: dict[str, Any]) -> str:
    name = f"n{text.replace('.', '_')}"
    constants[name] = number(text)
    return name


def _rounder(number: Callable[[str], Any]) -> Callable[[Any], Any]:
    if number is float:
        return lambda value: round(value, 2)
    return lambda value: round_half_up(value, 2)


def _namespace(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{name: _namespace(one) for name, one in value.items()})
    return [_namespace(one) for one in value] if isinstance(value, list) else value


def _python_start(mix: Mix, criterion: int, d: Dialect, rate: str) -> str:
    full = d.number(str(CRITERION_POINTS))
    if mix.start(criterion) == "rate":
        return f"rounded({full} * min({rate}, 1))"
    if mix.start(criterion) == "bands":
        ladder = "".join(f"{d.number(points)} if {rate} >= {d.percent(low)} else " for low, points in BANDS)
        return f"{ladder}0"
    return full


def _python_deduction(one: Rule) -> list[str]:
    if one.each:
        lines = ["lost = 0", "for r in f.contracts:", f"    if {one.when}:", f"        lost += {one.deduct}"]
        return [*lines, f"left -= min(lost, {one.at_most})" if one.at_most else "left -= lost"]
    amount = f"min({one.deduct}, {one.at_most})" if one.at_most else one.deduct
    return [f"if {one.when}:", f"    left -= {amount}"]


# durable-rules by hand, within the bounds in which it is right


def durable(mix: Mix, departments: Sequence[Department]) -> Total:
    """The network decides, Python computes the amounts.

    One state an evaluation, deleted after it; a small message for each rule and contract with its operands
    as floats, explicit ids; inequalities within one message only; a catch-all rule, without which an
    unmatched message is an exception.
    """
    from durable.engine import Host

    class QuietHost(Host):
        """Without the threads that look for timers."""

        def _run(self) -> None:
            pass

    fired: list[int] = []
    flat = [(criterion, one) for criterion, several in enumerate(rules(Dialect(), mix)) for one in several]

    def fire(closure: Any) -> None:
        fired.append(closure.m.id)

    definitions = {
        f"rule{index}": {"all": [{"m": {"$and": [{"rule": index}, _durable_condition(one)]}}], "run": fire}
        for index, (_, one) in enumerate(flat)
    }
    definitions["others"] = {"all": [{"m": {"$lt": {"rule": len(flat)}}}], "run": lambda closure: None}
    host = QuietHost()
    host.set_rulesets({"benchmark": definitions})
    states = itertools.count()
    namespaces = [_namespace(one.values(float)) for one in departments]
    readers = [[_python_text(side) for side in _operands(one)] for _, one in flat]
    amounts = [_python_text(one.deduct.replace("floor(", "int(")) for _, one in flat]
    starts = [
        _python_text(_python_start(mix, criterion, Dialect(), _rate(mix, criterion)))
        for criterion in range(CRITERIA)
    ]

    def total(number: int) -> float:
        facts = namespaces[number % len(namespaces)]
        state = f"s{next(states)}"
        asked: list[tuple[int, Any]] = []
        messages: list[dict[str, Any]] = []
        for index, (_, one) in enumerate(flat):
            for record in facts.contracts if one.each else (None,):
                operands = {f"o{place}": read(facts, record) for place, read in enumerate(readers[index])}
                messages.append({"sid": state, "id": len(asked), "rule": index, **operands})
                asked.append((index, record))
        fired.clear()
        try:
            host.assert_facts("benchmark", messages)
        finally:
            host.delete_state("benchmark", state)
        lost = [0.0] * len(flat)
        for message in fired:
            index, record = asked[message]
            lost[index] += amounts[index](facts, record)
        left = [begin(facts, None) for begin in starts]
        for (criterion, one), points in zip(flat, lost, strict=True):
            left[criterion] -= min(points, float(one.at_most)) if one.at_most else points
        return float(sum(max(points, 0.0) for points in left))

    return total


_OPERATORS = {"<": "$lt", ">": "$gt", "==": None}


def _operands(one: Rule) -> list[str]:
    """The sides of the rule's comparisons, each a property of its message."""
    return [side for comparison in one.comparisons for side in (comparison.left, comparison.right) if side]


def _durable_condition(one: Rule) -> dict[str, Any]:
    atoms: list[dict[str, Any]] = []
    places = itertools.count()
    for comparison in one.comparisons:
        left = f"o{next(places)}"
        if not comparison.operator:
            atoms.append({left: comparison.wanted})
            continue
        right = {"$m": f"o{next(places)}"}
        word = _OPERATORS[comparison.operator]
        atoms.append({left: right} if word is None else {word: {left: right}})
    return atoms[0] if len(atoms) == 1 else {f"${one.joined}": atoms}


def _python_text(text: str) -> Callable[[Any, Any], Any]:
    """``text`` as a function of the facts and the record at hand."""
    text = re.sub(r"\b(g\d+)\.", r"f.\1.", text)
    compiled: Callable[[Any, Any], Any] = eval(f"lambda f, r: {text}", {"rounded": _rounder(float)})
    return compiled
