"""Examples beside the rules: facts changed from a base, scored, and held against what must follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.errors import AuditError, FactsError, Position, Problem, RulesetError, Text
from engine.facts.reading import read_facts
from engine.inference.direct import record_key
from engine.language.numbers import format_exact
from engine.ledger.scoring import Scoring
from engine.ruleset.document import Example, Model
from engine.ruleset.model import ROOT, Ruleset
from engine.ruleset.validation import problems_of
from engine.scoring import Scorer
from engine.source import Entry, Mapping, Node, Scalar, node_at, plain, read_source

SECTIONS = ("claimed", "judgements", "waivers", "explanations")


@dataclass(frozen=True, slots=True, eq=False)
class Mismatch:
    """One expectation that was not met."""

    what: Text
    expected: str
    found: str


@dataclass(frozen=True, slots=True, eq=False)
class ExampleOutcome:
    """An example that was run: its scoring (or the error it ended in) and what did not match."""

    example: Example
    position: Position
    scoring: Scoring | None
    error: AuditError | None
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        return not self.mismatches


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """An example with the document it was written in, and the base facts it changes."""

    example: Example
    node: Mapping
    base: Node | None


def run_examples(ruleset: Ruleset, folder: Path) -> Iterator[ExampleOutcome]:
    """Every example of the ruleset, run; ``folder`` holds base facts and files of further examples.

    Raises :class:`RulesetError` where a base cannot be found or a file of examples cannot be read.
    """
    scorer = Scorer(ruleset)
    for case in cases_of(ruleset, folder):
        yield run_example(scorer, case)


def cases_of(ruleset: Ruleset, folder: Path) -> Iterator[Case]:
    """The examples beside the rules, then those in the files of ``folder`` that have ``examples``."""
    bases: dict[str, Node] = {}
    for index, example in enumerate(ruleset.examples):
        yield _case(example, node_at(ruleset.source, ("examples", index)), folder, bases)
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        root = read_source(path, RulesetError)
        if isinstance(root, Mapping) and "examples" in root.entries:
            for index, example in enumerate(_examples_in(root)):
                yield _case(example, node_at(root, ("examples", index)), folder, bases)


class _ExampleFile(Model):
    """A file of examples in a ruleset's own folder."""

    examples: list[Example]


def _examples_in(root: Mapping) -> list[Example]:
    try:
        return _ExampleFile.model_validate(plain(root)).examples
    except ValidationError as error:
        raise RulesetError(problems_of(error, root)) from None


def _case(example: Example, node: Node, folder: Path, bases: dict[str, Node]) -> Case:
    assert isinstance(node, Mapping)
    return Case(example, node, _base(example, node, folder, bases))


def run_example(scorer: Scorer, case: Case) -> ExampleOutcome:
    """One example, scored by the product's main path and held against what must follow."""
    example, node = case.example, case.node
    scoring, error = None, None
    try:
        scoring = scorer.score(read_facts(example_document(case, scorer.ruleset), scorer.ruleset))
    except AuditError as failure:
        error = failure
    mismatches = tuple(mismatches_of(example, scoring, error))
    return ExampleOutcome(example, node.position, scoring, error, mismatches)


def _base(example: Example, node: Mapping, folder: Path, bases: dict[str, Node]) -> Node | None:
    if example.base is None:
        return None
    if example.base not in bases:
        path = folder / f"{example.base}.yaml"
        if "/" in example.base or "\\" in example.base or not path.is_file():
            message = Text(
                f"没有示例事实文件 {example.base}", f"there is no example facts file '{example.base}'"
            )
            fix = Text(f"应在 {path}", f"it should be {path}")
            raise RulesetError(
                [Problem("R070", message, node_at(node, ("base",)).position, example.name, fix)]
            )
        bases[example.base] = read_source(path, FactsError)
    return bases[example.base]


def example_document(case: Case, ruleset: Ruleset) -> Mapping:
    """The facts document that the example describes."""
    example, node, base = case.example, case.node, case.base
    entries = dict(base.entries) if isinstance(base, Mapping) else {}
    for key, text in (("department", example.name), ("year", str(ruleset.year))):
        if key not in entries or key == "year":
            entries[key] = _entry(node, key, Scalar(node.file, node.start, text))
    facts: Node = entries["facts"].value if "facts" in entries else Mapping(node.file, node.start)
    given = node.get("given")
    if given is not None:
        facts = _changed(facts, given)
    for path in example.without:
        facts = _without(facts, path.split("."))
    entries["facts"] = _entry(node, "facts", facts)
    for section in SECTIONS:
        if section in node.entries:
            entries[section] = node.entries[section]
    return Mapping(node.file, node.start, entries)


def _entry(node: Mapping, key: str, value: Node) -> Entry:
    return Entry(Scalar(node.file, node.start, key), value)


def _changed(base: Node, given: Node) -> Node:
    """Groups merge by field; everything else, record lists too, is replaced whole."""
    if not (isinstance(base, Mapping) and isinstance(given, Mapping)):
        return given
    entries = dict(base.entries)
    for key, entry in given.entries.items():
        entries[key] = (
            Entry(entry.key, _changed(entries[key].value, entry.value)) if key in entries else entry
        )
    return Mapping(base.file, base.start, entries)


def _without(facts: Node, path: list[str]) -> Node:
    if not isinstance(facts, Mapping) or path[0] not in facts.entries:
        return facts
    entries = dict(facts.entries)
    removed = entries.pop(path[0])
    if len(path) > 1:
        entries[path[0]] = Entry(removed.key, _without(removed.value, path[1:]))
    return Mapping(facts.file, facts.start, entries)


def mismatches_of(example: Example, scoring: Scoring | None, error: AuditError | None) -> list[Mismatch]:
    """What of the example's expectations was not met by its score, or by the error it ended in."""
    return list(_error_mismatches(example, error) if scoring is None else _mismatches(example, scoring))


def _error_mismatches(example: Example, error: AuditError | None) -> Iterator[Mismatch]:
    assert error is not None
    rendered = error.render("en")
    if example.expect.error is None:
        yield Mismatch(Text("应能计分", "a score"), "", rendered)
    elif example.expect.error not in rendered and example.expect.error not in error.render("zh"):
        yield Mismatch(Text("错误", "error"), example.expect.error, rendered)


def _mismatches(example: Example, scoring: Scoring) -> Iterator[Mismatch]:
    expect = example.expect
    if expect.error is not None:
        yield Mismatch(Text("错误", "error"), expect.error, f"total {format_exact(scoring.total)}")
    fired = fired_rules(scoring)
    if isinstance(expect.fired, dict):
        for rule, keys in expect.fired.items():
            if sorted(keys) != sorted(fired.get(rule, [])):
                yield Mismatch(
                    Text(f"{rule} 触发", f"{rule} fired"), ", ".join(keys), ", ".join(fired.get(rule, []))
                )
    for rule in expect.fired or [] if not isinstance(expect.fired, dict) else []:
        if rule not in fired:
            yield Mismatch(Text("触发", "fired"), rule, ", ".join(fired))
    for rule in expect.not_fired or []:
        if rule in fired:
            yield Mismatch(Text("未触发", "not fired"), rule, ", ".join(fired[rule]) or rule)
    wanted = dict(expect.criteria or {}) | ({ROOT: expect.total} if expect.total is not None else {})
    for name, points in wanted.items():
        node = scoring.nodes.get(name)
        if node is None or node.earned != points:
            found = format_exact(node.earned) if node else "—"
            yield Mismatch(Text(f"{name} 得分", f"{name} earned"), format_exact(points), found)
    if expect.grade is not None and expect.grade != scoring.grade:
        yield Mismatch(Text("等级", "grade"), expect.grade, scoring.grade)


def fired_rules(scoring: Scoring) -> dict[str, list[str]]:
    """Every rule that fired, with the keys of its records (one empty key for a rule without)."""
    evaluation = scoring.evaluation
    fired = {
        rule.id: [
            record_key(rule, record) for record, truth, _ in evaluation.decisions[rule.index] or () if truth
        ]
        for rule in evaluation.ruleset.rules
    }
    return {rule: keys for rule, keys in fired.items() if keys}
