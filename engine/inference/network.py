"""durable-rules as the inference engine, within the bounds in which it was measured to be right.

What enters the Rete network is small: for each rule one message with the rule's number and the
signs or truths of the comparisons that its condition looked at, made exactly beforehand. Each
rule stands in the network twice, once for its condition and once for the opposite, so that every
message must come back with exactly one verdict: a lost or doubled firing shows at once.

Two records for which all comparisons come out alike are told by one message, because nothing in
the network could tell them apart; ten thousand contracts cost a handful of messages.

The bounds: one state an evaluation, deleted after it; few properties a message, all small whole
numbers; alpha conditions only; explicit unique ids; fewer than 500 network rules a ruleset; the
memory of a network freed with it; and none of the library's timer threads.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterable
from typing import Any

import durable_rules_engine
from durable.engine import Host, MessageNotHandledException, MessageObservedException

from engine.language.conditions import is_sided
from engine.language.terms import Choose, Combine, Compare, Invert, Term
from engine.ruleset.model import Rule

CHUNK = 200
"""Rules a network ruleset; each makes two network rules, and 500 was the most that registers quickly."""

BATCH = 500
"""Messages handed over at once."""

Message = tuple[int, tuple[tuple[int, int], ...]]
"""A rule's index, and for each atom looked at its number and its sign (or 0 and 1 for its truth)."""

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_NETWORK_OPERATORS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}


class _QuietHost(Host):
    """A host without the threads that would look for timers every 0.2 seconds."""

    def _run(self) -> None:
        pass


class Network:
    """The conditions of one ruleset, registered. Free it with :meth:`close`, or let it go."""

    _states = itertools.count(1)

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._verdicts: list[tuple[int, bool]] = []
        self._host = _QuietHost()
        self._names: list[str] = []
        ordered = list(rules)
        for start in range(0, len(ordered), CHUNK):
            name = f"rules{start // CHUNK}"
            definitions: dict[str, Any] = {}
            for rule in ordered[start : start + CHUNK]:
                definitions[f"holds{rule.index}"] = self._definition(rule, True)
                definitions[f"fails{rule.index}"] = self._definition(rule, False)
            self._host.set_rulesets({name: definitions})
            self._names.append(name)
        handles = [self._host.get_ruleset(name)._handle for name in self._names]
        self.close = weakref.finalize(self, _free, handles)

    def _definition(self, rule: Rule, truth: bool) -> dict[str, Any]:
        verdicts = self._verdicts
        numbers = {id(atom): number for number, atom in enumerate(rule.condition.atoms)}
        condition = {"$and": [{"rule": rule.index}, _network_condition(rule.condition.term, truth, numbers)]}

        def fire(closure: Any) -> None:
            verdicts.append((closure.m.id, truth))

        return {"all": [{"m": condition}], "run": fire}

    def session(self) -> Session:
        """One evaluation, to be used in a ``with`` statement."""
        return Session(self, f"state{next(self._states)}")


class Session:
    """One state of the network, for one department; deleted at the end whatever happens."""

    def __init__(self, network: Network, state: str) -> None:
        self._network = network
        self._state = state
        self._ids = itertools.count(1)
        self._opened: set[str] = set()  # the rulesets that have the state: its first message makes it
        self._refused: set[str] = set()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        # Where messages were refused there may be no state, and to delete none ends the process.
        for name in self._opened - self._refused:
            self._network._host.delete_state(name, self._state)

    def verdicts(self, messages: Iterable[Message]) -> dict[Message, list[bool]]:
        """What the network says of each message: a list with exactly one truth, if all is well."""
        asked = {next(self._ids): message for message in messages}
        answers: dict[Message, list[bool]] = {message: [] for message in asked.values()}
        by_ruleset: dict[str, list[dict[str, Any]]] = {}
        for number, (rule, signs) in asked.items():
            body = {
                "sid": self._state,
                "id": number,
                "rule": rule,
                **{f"a{atom}": one for atom, one in signs},
            }
            by_ruleset.setdefault(self._network._names[rule // CHUNK], []).append(body)
        found = self._network._verdicts
        found.clear()
        for name, bodies in by_ruleset.items():
            self._opened.add(name)
            for start in range(0, len(bodies), BATCH):
                self._assert(name, bodies[start : start + BATCH])
        for number, truth in found:
            answers[asked[number]].append(truth)
        return answers

    def _assert(self, name: str, bodies: list[dict[str, Any]]) -> None:
        """Hands messages over; any that the library refuses, and the rest of its batch, have no verdict."""
        try:
            state = self._network._host.assert_facts(name, bodies)
        except (MessageNotHandledException, MessageObservedException):
            state = None
        if state is None:
            self._refused.add(name)


def _free(handles: list[Any]) -> None:
    for handle in handles:
        durable_rules_engine.delete_ruleset(handle)


def _network_condition(term: Term, truth: bool, numbers: dict[int, int]) -> dict[str, Any]:
    """That ``term`` is ``truth``, with ``not`` pushed down to the atoms."""
    match term:
        case Invert(operand=operand):
            return _network_condition(operand, not truth, numbers)
        case Combine(operator=word, operands=operands):
            joined = "$and" if (word == "and") == truth else "$or"
            return {joined: [_network_condition(operand, truth, numbers) for operand in operands]}
        case Choose(condition=condition, then=then, otherwise=otherwise):
            branches = ((condition, True, then), (condition, False, otherwise))
            return {
                "$or": [
                    {
                        "$and": [
                            _network_condition(gate, way, numbers),
                            _network_condition(branch, truth, numbers),
                        ]
                    }
                    for gate, way, branch in branches
                ]
            }
    return _atom_condition(term, truth, f"a{numbers[id(term)]}")


def _atom_condition(atom: Term, truth: bool, name: str) -> dict[str, Any]:
    if not is_sided(atom):
        return {name: int(truth)}
    assert isinstance(atom, Compare)
    operator = atom.operator if truth else _OPPOSITE[atom.operator]
    if operator == "==":
        return {name: 0}
    return {_NETWORK_OPERATORS[operator]: {name: 0}}
