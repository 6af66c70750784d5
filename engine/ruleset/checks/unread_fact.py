"""Every fact is read by something.

A fact that no rule, measure, check or score reads is work for the departments and changes nothing;
often a rule that should read it was forgotten, or names another. A text in which it is shown counts
as reading it. Exempt are the key of a record list, which tells the records apart, and optional
texts, which are remarks for the reader: names, units, summaries.

PASS::

    facts:
      spent: {label: 支出, type: money}
    …
        score: points * min(spent / budget, 100%)

FAIL: nothing reads the staff::

    facts:
      staff: {label: 在职人数, type: count}
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.language.terms import Kind
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.places import key_position
from engine.ruleset.checks.reads import names_read
from engine.ruleset.expressions import Path
from engine.ruleset.model import Fact, Ruleset

CHECK = Check("R107", Text("事实都有用处", "facts are read"), "warning")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each fact that nothing reads; one for a whole group or list of them."""
    read = names_read(ruleset)
    schema = ruleset.schema
    for name, fact in schema.facts.items():
        if _is_idle(fact, read):
            yield _problem(ruleset, ("facts", name))
    for name, group in schema.groups.items():
        idle = [field for field, fact in group.facts.items() if _is_idle(fact, read)]
        if idle and not any(fact.name in read for fact in group.facts.values()):
            yield _problem(ruleset, ("facts", name))
        else:
            yield from (_problem(ruleset, ("facts", name, "fields", field)) for field in idle)
    for name, records in schema.lists.items():
        if name not in read:
            yield _problem(ruleset, ("facts", name))
            continue
        for field, fact in records.fields.items():
            if field != records.key and _is_idle(fact, read):
                yield _problem(ruleset, ("facts", name, "fields", field))


def _is_idle(fact: Fact, read: set[str]) -> bool:
    return fact.name not in read and not (fact.optional and fact.type.kind == Kind.TEXT)


def _problem(ruleset: Ruleset, path: Path) -> Problem:
    message = Text("没有规则、测算项或勾稽关系读取它", "no rule, measure, check or score reads it")
    fix = Text("删去，或在规则中使用", "remove it, or use it in a rule")
    name = ".".join(str(step) for step in path[1:] if step != "fields")
    return CHECK.problem(message, key_position(ruleset.source, path), name, fix)
