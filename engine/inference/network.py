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
from collections.abc import Iterable, Mapping
from typing import Any

import durable_rules_engine
from durable.engine import Host, MessageNotHandledException, MessageObservedException

from engine.inference.units import Message, Unit, units_of
from engine.ruleset.model import Rule

CHUNK = 200
"""Conditions and parts of conditions a network ruleset; each makes two network rules, and 500 was the most that registers quickly."""

BATCH = 500
"""Messages handed over at once."""


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
        ordered = list(rules)
        numbers = itertools.count(max((rule.index for rule in ordered), default=0) + 1)
        self.units = {rule.index: units_of(rule, numbers) for rule in ordered}
        every = [unit for units in self.units.values() for unit in units]
        self.names: dict[int, str] = {}
        for start in range(0, len(every), CHUNK):
            name = f"rules{start // CHUNK}"
            definitions: dict[str, Any] = {}
            for unit in every[start : start + CHUNK]:
                self.names[unit.number] = name
                definitions[f"holds{unit.number}"] = self._definition(unit, True)
                definitions[f"fails{unit.number}"] = self._definition(unit, False)
            self._host.set_rulesets({name: definitions})
        handles = [self._host.get_ruleset(name)._handle for name in dict.fromkeys(self.names.values())]
        self.close = weakref.finalize(self, _free, handles)

    def _definition(self, unit: Unit, truth: bool) -> dict[str, Any]:
        verdicts = self._verdicts

        def fire(closure: Any) -> None:
            verdicts.append((closure.m.id, truth))

        return {"all": [{"m": {"$and": [{"rule": unit.number}, unit.condition(truth)]}}], "run": fire}

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
        """What the network says of each message: a list with exactly one truth, if all is well.

        The parts of a large condition are decided first; one without exactly one truth leaves its rule without any.
        """
        answers: dict[Message, list[bool]] = {message: [] for message in messages}
        units = {message: self._network.units[message[0]] for message in answers}
        known: dict[tuple[Message, int], bool] = {}
        for height in range(1 + max((units[message][-1].height for message in answers), default=0)):
            asked: list[tuple[Message, Unit]] = [
                (message, unit)
                for message in answers
                for unit in units[message]
                if unit.height == height and unit.is_looked_at(message)
            ]
            for (message, unit), found in zip(asked, self._decide(asked, known), strict=True):
                if unit is units[message][-1]:
                    answers[message] = found
                elif len(found) == 1:
                    known[message, unit.number] = found[0]
        return answers

    def _decide(
        self, asked: list[tuple[Message, Unit]], known: Mapping[tuple[Message, int], bool]
    ) -> list[list[bool]]:
        """The truths that come back for each unit asked of."""
        answers: dict[int, list[bool]] = {}
        by_ruleset: dict[str, list[dict[str, Any]]] = {}
        for message, unit in asked:
            number = next(self._ids)
            answers[number] = []
            atoms = {f"a{atom}": one for atom, one in message[1] if atom in unit.atoms}
            parts = {
                f"p{part.number}": int(known[message, part.number])
                for part in unit.parts
                if (message, part.number) in known
            }
            body = {"sid": self._state, "id": number, "rule": unit.number, **atoms, **parts}
            by_ruleset.setdefault(self._network.names[unit.number], []).append(body)
        found = self._network._verdicts
        found.clear()
        for name, bodies in by_ruleset.items():
            self._opened.add(name)
            for start in range(0, len(bodies), BATCH):
                self._assert(name, bodies[start : start + BATCH])
        for number, truth in found:
            answers[number].append(truth)
        return list(answers.values())

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
