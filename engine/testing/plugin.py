"""The pytest plugin: ``pytest --audit-ruleset R`` tests a ruleset beside a project's own tests.

One item for each invariant and for each example. All invariants of a ruleset are tried in one search,
when the first of its items is run. Without the option nothing of the engine is imported.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from engine.errors import Language, Text
    from engine.ruleset.model import Ruleset
    from engine.scoring import Scorer
    from engine.testing.examples import Case
    from engine.testing.invariants.base import Invariant
    from engine.testing.properties import PropertyResult

DURABLE = "ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning:durable"
"""durable-rules asks for the time in a way that newer Pythons deprecate."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; without them the plugin does nothing."""
    group = parser.getgroup("audit", "audit rulesets")
    group.addoption(
        "--audit-ruleset",
        action="append",
        default=[],
        metavar="RULESET",
        help="Test this ruleset (an id or a file): its examples, and the invariants on generated departments.",
    )
    group.addoption(
        "--audit-max-examples", type=int, default=200, metavar="N", help="How many departments to generate."
    )
    group.addoption(
        "--audit-seed", type=int, default=None, metavar="S", help="For the same departments again."
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the rulesets' items, before ``-k`` and ``-m`` choose among them."""
    for reference in dict.fromkeys(config.getoption("--audit-ruleset")):
        collector = RulesetCollector.from_parent(session, name=reference, nodeid=reference)
        collector.load()
        report = collector.ihook.pytest_make_collect_report(collector=collector)
        collector.ihook.pytest_collectreport(report=report)
        items.extend(report.result)


class RulesetCollector(pytest.Collector):
    """One ruleset, and the results of its invariants."""

    @cached_property
    def language(self) -> Language:
        return "en" if os.environ.get("AUDIT_LANG") == "en" else "zh"

    def say(self, text: Text) -> str:
        return text.in_language(self.language)

    def load(self) -> None:
        """Read the ruleset and its examples. A ruleset that cannot be used ends the whole run."""
        from engine.errors import AuditError
        from engine.ruleset.library import Library
        from engine.testing.examples import cases_of

        library = Library(_folders())
        try:
            self.ruleset: Ruleset = library.load(self.name)
            self.cases: list[Case] = list(cases_of(self.ruleset, library.example_folder(self.ruleset)))
        except AuditError as error:
            raise pytest.UsageError(error.render(self.language)) from None

    def collect(self) -> Iterator[pytest.Item]:
        from engine.testing.invariants.registry import INVARIANTS

        for invariant in INVARIANTS:
            yield PropertyItem.from_parent(self, name=f"property[{invariant.name}]", invariant=invariant)
        for case in self.cases:
            yield ExampleItem.from_parent(self, name=f"example[{case.example.name}]", case=case)

    @cached_property
    def results(self) -> Mapping[str, PropertyResult]:
        """The results of the invariants whose items are to be run, by name."""
        from engine.testing.properties import run_properties

        mine = (item for item in self.session.items if item.parent is self)
        found = run_properties(
            self.ruleset,
            max_examples=self.config.getoption("--audit-max-examples"),
            seed=self.config.getoption("--audit-seed"),
            database=self.memory(),
            only={item.invariant.name for item in mine if isinstance(item, PropertyItem)},
        )
        return {one.invariant.name: one for one in found}

    @cached_property
    def scorer(self) -> Scorer:
        from engine.scoring import Scorer

        return Scorer(self.ruleset)

    def memory(self) -> Path | None:
        """Where failures are remembered; nowhere if pytest is told to keep no cache."""
        cache = getattr(self.config, "cache", None)
        return cache.mkdir("audit-score") / self.ruleset.id.replace("/", "-") if cache is not None else None


def _folders() -> tuple[Path, ...]:
    """The folders of further rulesets, as the command line finds them."""
    return tuple(Path(one) for one in os.environ.get("AUDIT_RULESETS", "").split(os.pathsep) if one)


class RulesetItem(pytest.Item):
    """What property and example items have in common."""

    parent: RulesetCollector

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.add_marker(pytest.mark.filterwarnings(DURABLE))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class Failed(AssertionError):
    """Told by its text alone: where it was raised is no news."""


class PropertyItem(RulesetItem):
    """One invariant."""

    def __init__(self, *, invariant: Invariant, **how: Any) -> None:
        super().__init__(**how)
        self.invariant = invariant

    def runtest(self) -> None:
        from engine.testing.properties import failure_report

        result = self.parent.results[self.invariant.name]
        if result.failed:
            raise Failed(failure_report(result, self.parent.language))
        if result.state != "holds":
            pytest.skip(self.parent.say(result.told))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        where = Path(self.parent.ruleset.source.file.name)
        return where, None, f"{self.parent.name} {self.invariant.name}"


class ExampleItem(RulesetItem):
    """One example that stands beside the rules."""

    def __init__(self, *, case: Case, **how: Any) -> None:
        super().__init__(**how)
        self.case = case

    def runtest(self) -> None:
        from engine.testing.examples import run_example

        outcome = run_example(self.parent.scorer, self.case)
        if not outcome.passed:
            lines = [
                f"{self.parent.say(one.what)}: expected {one.expected or '-'}, found {one.found or '-'}"
                for one in outcome.mismatches
            ]
            raise Failed("\n".join([f"{outcome.position}: {self.case.example.name}", *lines]))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        position = self.case.node.position
        return Path(position.file), position.line - 1, f"{self.parent.name} {self.case.example.name}"
