"""The rulesets of this folder, each one shape of rule or one point of what a score is, with their examples."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from engine.errors import AuditError
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.language.numbers import format_exact
from engine.ledger.lines import Line
from engine.ledger.scoring import Scoring
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer
from engine.source import Entry, Mapping, Node, Sequence
from engine.testing.examples import Case, ExampleOutcome, cases_of, example_document, run_example

FOLDER = Path(__file__).parent
LIBRARY = Library((FOLDER.parent,))
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@dataclass(frozen=True)
class ShapeCase:
    """One example of the ruleset ``shapes/NAME``."""

    name: str
    case: Case

    def __str__(self) -> str:
        return f"{self.name}: {self.case.example.name}"

    @property
    def ruleset(self) -> Ruleset:
        return load(self.name)

    @cached_property
    def outcome(self) -> ExampleOutcome:
        """The example scored by the product's main path, once for all tests."""
        return run_example(scorer(self.name), self.case)

    def facts(self, order: random.Random | None = None) -> Facts:
        """The example's facts, their records as written or, with ``order``, in another order."""
        document = example_document(self.case, self.ruleset)
        return read_facts(document if order is None else _shuffled(document, order), self.ruleset)


@cache
def load(name: str) -> Ruleset:
    return LIBRARY.load(f"shapes/{name}")


@cache
def scorer(name: str) -> Scorer:
    return Scorer(load(name))


@cache
def all_cases() -> dict[str, ShapeCase]:
    """Every example, by its file and name; none where a ruleset does not load, which a test of its own tells."""
    found: dict[str, ShapeCase] = {}
    for name in NAMES:
        try:
            ruleset = load(name)
        except AuditError:
            continue
        for case in cases_of(ruleset, LIBRARY.example_folder(ruleset)):
            found.setdefault(str(ShapeCase(name, case)), ShapeCase(name, case))
    return found


def described(line: Line) -> str:
    """A line as one text: kind, criterion or rule with its record, nominal and applied points, reason."""
    who = line.rule.id if line.rule is not None else line.criterion.id
    key = f"[{line.key}]" if line.key else ""
    return f"{line.kind} {who}{key} {format_exact(line.nominal)} {format_exact(line.applied)} {line.reason}".strip()


def described_nodes(scoring: Scoring) -> dict[str, tuple[str, ...]]:
    """Every node's full and earned points and its lines, for comparing two scorings."""
    return {
        name: (str(node.full), str(node.earned), node.state, node.chosen, *map(described, node.lines))
        for name, node in scoring.nodes.items()
    }


def _shuffled(node: Node, order: random.Random) -> Node:
    if isinstance(node, Mapping):
        entries = {key: Entry(one.key, _shuffled(one.value, order)) for key, one in node.entries.items()}
        return Mapping(node.file, node.start, entries)
    if isinstance(node, Sequence):
        items = [_shuffled(item, order) for item in node.items]
        order.shuffle(items)
        return Sequence(node.file, node.start, items)
    return node
