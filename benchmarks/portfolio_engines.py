"""guangdong/2024 written out by hand: as SQL over the typed tables, in plain Python, for zen-engine, and for durable-rules.

Only what the generated departments hold: no waivers, no judgements.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from engine.facts.model import Facts
from engine.language.calendar import working_days
from engine.ruleset.model import Ruleset

_RATE = """
    SELECT department, count(*) AS n, sum(weight)::BIGINT AS w,
        sum(weight * (CASE WHEN direction = 'positive' THEN least(actual, target) * 1000000000 // target
            WHEN actual = 0 THEN 1000000000 ELSE least(actual, target) * 1000000000
                // CASE WHEN direction = 'positive' THEN target ELSE greatest(actual, 1) END END))::BIGINT AS low,
        sum(weight * (CASE WHEN direction = 'positive' THEN (least(actual, target) * 1000000000 + target - 1) // target
            WHEN actual = 0 THEN 1000000000 ELSE (least(target, actual) * 1000000000 + greatest(actual, 1) - 1) // greatest(actual, 1) END))::BIGINT AS high
    FROM {table} GROUP BY department
"""
_WORKDAYS = '("{b}:worked" >> 1) - ("{a}:worked" >> 1)'


def _half_up(numerator: str, denominator: str) -> str:
    return f"(({numerator}) * 2 + ({denominator})) // (({denominator}) * 2)"


def _late(published: str, approved: str) -> str:
    days = f'"{published}" - "{approved}"'
    return (
        f'CASE WHEN "disclosure.classified" THEN 200 WHEN "{published}" IS NULL THEN CASE WHEN as_of - "{approved}" > 20 THEN 0 ELSE 200 END '
        f"WHEN {days} > 20 THEN greatest(200 - 50 * (({days} - 20 + 4) // 5), 0) ELSE 200 END"
    )


BY_HAND = f"""
WITH out AS ({_RATE.format(table="outputs")}), eff AS ({_RATE.format(table="outcomes")}),
pro AS (SELECT department, count(*) FILTER (WHERE NOT argued) AS unargued, count(*) FILTER (WHERE is_new) AS new,
    count(*) FILTER (WHERE is_new AND ex_ante_evaluated) AS evaluated, count(*) FILTER (WHERE NOT self_evaluated) AS unevaluated
    FROM projects GROUP BY department),
inc AS (SELECT department, sum(CASE WHEN kind = 'misuse' THEN 200 ELSE 100 END)::BIGINT AS lost FROM incidents GROUP BY department),
pur AS (SELECT department, count(*) FILTER (WHERE NOT intent_exempt AND (intent_published IS NULL OR begins - intent_published < 30)) AS late
    FROM procurements GROUP BY department),
con AS (SELECT r.department,
    count(*) FILTER (WHERE coalesce(signed, m.as_of) - awarded > 30) AS unsigned,
    count(*) FILTER (WHERE signed IS NOT NULL AND coalesce("filed:worked" >> 1, m."as_of:worked" >> 1) - ("signed:worked" >> 1) > 7) AS unfiled,
    count(*) FILTER (WHERE signed IS NOT NULL AND NOT announcement_exempt
        AND coalesce("announced:worked" >> 1, m."as_of:worked" >> 1) - ("signed:worked" >> 1) > 2) AS unannounced
    FROM contracts AS r JOIN main AS m USING (department) GROUP BY r.department),
rec AS (SELECT r.department, count(*) FILTER (WHERE coalesce(remitted, m.as_of) > due) AS late
    FROM receipts AS r JOIN main AS m USING (department) GROUP BY r.department),
leaves AS (SELECT department, false_figures, procurement_penalty,
    greatest(1000 - 200 * ((NOT "goals.follows_duties")::INT + (NOT "goals.ties_to_plans")::INT + (NOT "goals.matches_budget")::INT
        + (NOT "goals.broken_down")::INT) - least(200 * coalesce(unargued, 0), 200), 0) AS goal_setting,
    CASE WHEN coalesce(out.n, 0) = 0 THEN 0 ELSE {_half_up("out.low * 2000", "out.w * 1000000000")} END AS output_low,
    CASE WHEN coalesce(out.n, 0) = 0 THEN 0 ELSE {_half_up("out.high * 2000", "out.w * 1000000000")} END AS output_high,
    CASE WHEN coalesce(eff.n, 0) = 0 THEN 0 ELSE {_half_up("eff.low * 2000", "eff.w * 1000000000")} END AS outcome_low,
    CASE WHEN coalesce(eff.n, 0) = 0 THEN 0 ELSE {_half_up("eff.high * 2000", "eff.w * 1000000000")} END AS outcome_high,
    greatest(200 - 50 * ((greatest({_WORKDAYS.format(a="preparation.due", b="preparation.submitted")}, 0) + 4) // 5), 0) AS budget_submission,
    CASE WHEN coalesce(new, 0) = 0 THEN 300 ELSE {_half_up("evaluated * 300", "new")} END AS ex_ante_evaluation,
    least({_half_up('"general_budget.spent" * 1000', '"general_budget.opening" + "general_budget.income"')}, 1000) AS execution,
    greatest(500 - coalesce(inc.lost, 0), 0) AS compliance,
    {_late("disclosure.budget_published", "disclosure.budget_approved")} AS budget_disclosure,
    {_late("disclosure.accounts_published", "disclosure.accounts_approved")} AS accounts_disclosure,
    {_late("disclosure.performance_published", "disclosure.accounts_approved")} AS performance_disclosure,
    400 - 100 * ((NOT "performance.system_in_place")::INT + (NOT "performance.monitored")::INT + (NOT "performance.results_used")::INT)
        - least(100 * coalesce(unevaluated, 0), 100) AS performance_management,
    greatest(200 - 50 * coalesce(pur.late, 0), 0) AS procurement_intent,
    greatest(300 - 100 * coalesce(unsigned, 0), 0) AS contract_signing,
    greatest(300 - 100 * coalesce(unfiled, 0), 0) AS contract_filing,
    greatest(200 - 50 * coalesce(unannounced, 0), 0) AS contract_announcement,
    CASE WHEN "assets.counted" THEN 100 ELSE 0 END AS asset_stocktake, CASE WHEN "assets.books_match" THEN 100 ELSE 0 END AS asset_books,
    CASE WHEN coalesce(rec.late, 0) > 0 THEN 0 ELSE 200 END AS asset_income,
    {_half_up('"assets.fixed_in_use" * 200', '"assets.fixed_total"')} AS asset_use,
    CASE WHEN "three_public.budget" = 0 THEN CASE WHEN "three_public.actual" > 0 THEN 0 ELSE 400 END
        ELSE greatest(400 - 50 * (greatest("three_public.actual" - "three_public.budget", 0) * 100 // "three_public.budget"), 0) END AS running_cost,
    abs("general_budget.opening" + "general_budget.income" - "general_budget.spent" - "general_budget.closing") <= 2
        AND abs("all_funds.opening" + "all_funds.income" + "all_funds.surplus_used" - "all_funds.spent" - "all_funds.surplus_distributed" - "all_funds.closing") <= 2
        AND "general_budget.income" <= "all_funds.income" + 2 AND "general_budget.spent" <= "all_funds.spent" + 2
        AND "assets.fixed_in_use" <= "assets.fixed_total" AS good
    FROM main LEFT JOIN out USING (department) LEFT JOIN eff USING (department) LEFT JOIN pro USING (department) LEFT JOIN inc USING (department)
    LEFT JOIN pur USING (department) LEFT JOIN con USING (department) LEFT JOIN rec USING (department)),
sections AS (SELECT *, goal_setting + output_low + outcome_low AS efficacy, budget_submission + ex_ante_evaluation AS budget_preparation,
    execution + compliance AS budget_execution, budget_disclosure + accounts_disclosure + performance_disclosure AS information_disclosure,
    CASE WHEN procurement_penalty THEN 0 ELSE procurement_intent + contract_signing + contract_filing + contract_announcement END AS procurement,
    asset_stocktake + asset_books + asset_income + asset_use AS asset_management FROM leaves),
management AS (SELECT *, budget_preparation + budget_execution + information_disclosure + performance_management + procurement
    + asset_management + running_cost AS management FROM sections)
SELECT department, CASE WHEN good AND output_low = output_high AND outcome_low = outcome_high THEN efficacy + management END AS total,
    CASE WHEN false_figures THEN '差' WHEN total >= 9000 THEN '优' WHEN total >= 8000 THEN '良' WHEN total >= 6000 THEN '中' ELSE '差' END AS grade,
    efficacy, management, goal_setting, output_low AS output_completion, outcome_low AS outcome_completion, budget_preparation, budget_submission,
    ex_ante_evaluation, budget_execution, execution, compliance, information_disclosure, budget_disclosure, accounts_disclosure,
    performance_disclosure, performance_management, procurement, procurement_intent, contract_signing, contract_filing, contract_announcement,
    asset_management, asset_stocktake, asset_books, asset_income, asset_use, running_cost
FROM management
"""


# Departments as the other engines take them: amounts in cents, days counted beforehand


def inputs_of(facts: Sequence[Facts], ruleset: Ruleset) -> list[dict[str, Any]]:
    """Plain dictionaries of whole numbers and flags; engines without working days are given them."""
    return [_input(one, ruleset) for one in facts]


def _plain(value: Any, cents: bool) -> Any:
    if isinstance(value, (bool, str, date)) or value is None:
        return value
    return int(value * 100) if cents else value


def _input(facts: Facts, ruleset: Ruleset) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for fact in ruleset.schema.scalars():
        made[fact.name.replace(".", "_")] = _plain(facts.slots[fact.place], True)
    for name, records in ruleset.schema.lists.items():
        made[name] = [
            {field: _plain(record[fact.place], True) for field, fact in records.fields.items()}
            for record in facts.slots[records.records.slot]
        ]
    as_of = made["as_of"]
    made["late"] = int(working_days(made["preparation_due"], made["preparation_submitted"]))
    for one in made["contracts"]:
        signed = one["signed"]
        one["sign"] = ((signed or as_of) - one["awarded"]).days
        one["file"] = int(working_days(signed, one["filed"] or as_of)) if signed else 0
        one["announce"] = (
            int(working_days(signed, one["announced"] or as_of))
            if signed and not one["announcement_exempt"]
            else 0
        )
    for one in made["procurements"]:
        one["ahead"] = (
            999
            if one["intent_exempt"]
            else (one["begins"] - one["intent_published"]).days
            if one["intent_published"]
            else -1
        )
    for one in made["receipts"]:
        one["over"] = ((one["remitted"] or as_of) - one["due"]).days
    for name, approved in (("budget", "budget"), ("accounts", "accounts"), ("performance", "accounts")):
        published, begins = made[f"disclosure_{name}_published"], made[f"disclosure_{approved}_approved"]
        made[f"never_{name}"] = published is None
        made[f"days_{name}"] = ((published or as_of) - begins).days
    return {key: _without_dates(value) for key, value in made.items() if not isinstance(value, date)}


def _without_dates(value: Any) -> Any:
    if isinstance(value, list):
        return [
            {key: one for key, one in row.items() if not isinstance(one, date) and one is not None}
            for row in value
        ]
    return value


def _round(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def python(inputs: Sequence[dict[str, Any]]) -> Callable[[int], float]:
    """The rules as a programmer would write them down, exact, without a trace."""
    from gmpy2 import mpq

    def rate(targets: list[dict[str, Any]]) -> int:
        if not targets:
            return 0
        total = weight = mpq(0)
        for one in targets:
            weight += one["weight"]
            if one["direction"] == "positive":
                met = min(mpq(one["actual"], one["target"]), 1)
            else:
                met = 1 if one["actual"] == 0 else min(mpq(one["target"], one["actual"]), 1)
            total += one["weight"] * met
        exact = total / weight * 2000
        return _round(int(exact.numerator), int(exact.denominator))

    def disclosed(f: dict[str, Any], name: str) -> int:
        days = f[f"days_{name}"]
        if f["disclosure_classified"] or days <= 20:
            return 200
        return 0 if f[f"never_{name}"] else max(200 - 50 * -(-(days - 20) // 5), 0)

    def score(number: int) -> float:
        f = inputs[number]
        goals = sum(
            not f[f"goals_{one}"]
            for one in ("follows_duties", "ties_to_plans", "matches_budget", "broken_down")
        )
        unargued = sum(not one["argued"] for one in f["projects"])
        total = (
            max(1000 - 200 * goals - min(200 * unargued, 200), 0) + rate(f["outputs"]) + rate(f["outcomes"])
        )
        total += max(200 - 50 * -(-max(f["late"], 0) // 5), 0)
        new = [one for one in f["projects"] if one["is_new"]]
        total += _round(300 * sum(one["ex_ante_evaluated"] for one in new), len(new)) if new else 300
        funds = f["general_budget_opening"] + f["general_budget_income"]
        total += min(_round(1000 * f["general_budget_spent"], funds), 1000)
        total += max(500 - sum(200 if one["kind"] == "misuse" else 100 for one in f["incidents"]), 0)
        total += disclosed(f, "budget") + disclosed(f, "accounts") + disclosed(f, "performance")
        total += 400 - 100 * sum(
            not f[f"performance_{one}"] for one in ("system_in_place", "monitored", "results_used")
        )
        total -= min(100 * sum(not one["self_evaluated"] for one in f["projects"]), 100)
        if not f["procurement_penalty"]:
            total += max(200 - 50 * sum(one["ahead"] < 30 for one in f["procurements"]), 0)
            total += max(300 - 100 * sum(one["sign"] > 30 for one in f["contracts"]), 0)
            total += max(300 - 100 * sum(one["file"] > 7 for one in f["contracts"]), 0)
            total += max(200 - 50 * sum(one["announce"] > 2 for one in f["contracts"]), 0)
        total += 100 * f["assets_counted"] + 100 * f["assets_books_match"]
        total += 0 if any(one["over"] > 0 for one in f["receipts"]) else 200
        total += _round(200 * f["assets_fixed_in_use"], f["assets_fixed_total"])
        budget, actual = f["three_public_budget"], f["three_public_actual"]
        if budget == 0:
            total += 0 if actual > 0 else 400
        else:
            total += max(400 - 50 * (max(actual - budget, 0) * 100 // budget), 0)
        return total / 100

    return score


_MET = "(#.direction == 'positive' ? min([#.actual / #.target, 1]) : (#.actual == 0 ? 1 : min([#.target / #.actual, 1])))"


def _zen_rate(name: str) -> str:
    weighted = f"sum(map({name}, #.weight * {_MET}))"
    return f"len({name}) == 0 ? 0 : round(20 * {weighted} / sum(map({name}, #.weight)), 2)"


def _zen_disclosed(name: str) -> str:
    return f"disclosure_classified or days_{name} <= 20 ? 2 : (never_{name} ? 0 : max([2 - 0.5 * ceil((days_{name} - 20) / 5), 0]))"


_ZEN = {
    "goal_setting": "max([10 - 2 * ((goals_follows_duties ? 0 : 1) + (goals_ties_to_plans ? 0 : 1) + (goals_matches_budget ? 0 : 1) "
    "+ (goals_broken_down ? 0 : 1)) - min([2 * count(projects, not #.argued), 2]), 0])",
    "output": _zen_rate("outputs"),
    "outcome": _zen_rate("outcomes"),
    "submission": "max([2 - 0.5 * ceil(max([late, 0]) / 5), 0])",
    "ex_ante": "count(projects, #.is_new) == 0 ? 3 : round(3 * count(projects, #.is_new and #.ex_ante_evaluated) / count(projects, #.is_new), 2)",
    "execution": "min([round(10 * general_budget_spent / (general_budget_opening + general_budget_income), 2), 10])",
    "compliance": "max([5 - 2 * count(incidents, #.kind == 'misuse') - count(incidents, #.kind != 'misuse'), 0])",
    "budget": _zen_disclosed("budget"),
    "accounts": _zen_disclosed("accounts"),
    "performance": _zen_disclosed("performance"),
    "management": "4 - (performance_system_in_place ? 0 : 1) - (performance_monitored ? 0 : 1) - (performance_results_used ? 0 : 1) "
    "- min([count(projects, not #.self_evaluated), 1])",
    "procurement": "procurement_penalty ? 0 : max([2 - 0.5 * count(procurements, #.ahead < 30), 0]) + max([3 - count(contracts, #.sign > 30), 0]) "
    "+ max([3 - count(contracts, #.file > 7), 0]) + max([2 - 0.5 * count(contracts, #.announce > 2), 0])",
    "assets": "(assets_counted ? 1 : 0) + (assets_books_match ? 1 : 0) + (count(receipts, #.over > 0) > 0 ? 0 : 2) "
    "+ round(2 * assets_fixed_in_use / assets_fixed_total, 2)",
    "running": "three_public_budget == 0 ? (three_public_actual > 0 ? 0 : 4) : "
    "max([4 - 0.5 * floor(max([three_public_actual - three_public_budget, 0]) * 100 / three_public_budget), 0])",
}


def zen(inputs: Sequence[dict[str, Any]]) -> Callable[[int], float]:
    """Two expression nodes: the criteria, then their sum."""
    import json

    import zen as engine

    criteria = [{"id": key, "key": key, "value": text} for key, text in _ZEN.items()]
    total = [{"id": "total", "key": "total", "value": " + ".join(_ZEN)}]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {
            "id": "criteria",
            "name": "criteria",
            "type": "expressionNode",
            "content": {"expressions": criteria},
        },
        {"id": "total", "name": "total", "type": "expressionNode", "content": {"expressions": total}},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": f"e{number}", "sourceId": one["id"], "targetId": two["id"]}
        for number, (one, two) in enumerate(itertools.pairwise(nodes))
    ]
    decision = engine.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda number: decision.evaluate(inputs[number])["result"]["total"]


# durable-rules by hand: a message a rule and record, its truth found by the network


_BY_RECORD: dict[str, tuple[str, str, float]] = {
    "unargued": ("projects", "argued", 1), "unevaluated": ("projects", "self_evaluated", 1), "ahead": ("procurements", "ahead", 30),
    "sign": ("contracts", "sign", 30), "file": ("contracts", "file", 7), "announce": ("contracts", "announce", 2), "over": ("receipts", "over", 0),
}  # fmt: skip


def durable(inputs: Sequence[dict[str, Any]]) -> Callable[[int], float]:
    """The network counts the records that break each rule; the rest is the plain Python above."""
    from durable.engine import Host

    class QuietHost(Host):
        def _run(self) -> None:
            pass

    fired: list[int] = []

    def fire(closure: Any) -> None:
        fired.append(closure.m.id)

    def definition(index: int, name: str, limit: float) -> dict[str, Any]:
        word = "$lt" if name in ("unargued", "unevaluated", "ahead") else "$gt"
        return {"all": [{"m": {"$and": [{"rule": index}, {word: {"value": limit}}]}}], "run": fire}

    definitions = {
        name: definition(index, name, limit) for index, (name, (_, _, limit)) in enumerate(_BY_RECORD.items())
    }
    definitions["others"] = {"all": [{"m": {"$lt": {"rule": len(_BY_RECORD)}}}], "run": lambda closure: None}
    host = QuietHost()
    host.set_rulesets({"portfolio": definitions})
    states = itertools.count()
    rest = python(inputs)

    def score(number: int) -> float:
        facts, state = inputs[number], f"s{next(states)}"
        messages: list[dict[str, Any]] = []
        for index, (records, field, _) in enumerate(_BY_RECORD.values()):
            for one in facts[records]:
                messages.append(
                    {"sid": state, "id": len(messages), "rule": index, "value": float(one[field])}
                )
        fired.clear()
        try:
            if messages:
                host.assert_facts("portfolio", messages)
        finally:
            host.delete_state("portfolio", state)
        return rest(number)

    return score
