"""Rulesets with one planted fault each, read from the case files, and what each tool finds in them.

A case file has a clean ruleset (``base``) and ``faults``: textual changes to it, each with what finds it.
``noted`` are the answers of the proof that are findings and may be as intended, ``unknown`` those it owes.
``docs/testing.md`` has the table of all; write it anew with ``python -m scripts.fault_table``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import RulesetError
from engine.proof.budget import Work
from engine.proof.proving import prove
from engine.ruleset.building import build_ruleset
from engine.ruleset.checks.registry import run_checks
from engine.ruleset.model import Ruleset
from engine.source import parse_source, plain, read_source
from engine.testing import coverage
from engine.testing.examples import run_examples
from engine.testing.properties import run_properties

CASES = Path(__file__).parent / "cases"
TOOLS = ("check", "property", "proof", "example")
"""What may find a fault: the checks, the invariants, the questions, the examples beside the rules."""

DEPARTMENTS = 60
"""With how many departments the invariants look for a fault; thrice as many find no more of these."""
CLEAN_DEPARTMENTS = 150
SEED = 1
EFFORT = 120.0
"""For each answer, as the solver's own work: what is "unknown" is so on every machine, busy or not."""

Found = Mapping[str, tuple[str, ...]]
"""By tool: codes of checks, names of invariants, ``question:target``, names of examples. Also what is noted or unknown."""


@dataclass(frozen=True)
class Planted:
    """A ruleset as text, and what each tool should find in it; in a clean one, nothing."""

    file: str
    name: str
    text: str
    expected: Found
    usable: bool = True
    """Whether the ruleset can be scored with, so that anything but the checks can be asked."""

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


@dataclass(frozen=True)
class Case:
    """A clean ruleset and its faults."""

    clean: Planted
    faults: tuple[Planted, ...]


def read_cases() -> Iterator[Case]:
    """Every case file, in order."""
    for path in sorted(CASES.glob("*.yaml")):
        written: Any = plain(read_source(path, RulesetError))
        beside = _listed(written, "noted")
        faults = tuple(_fault(path.stem, written["base"], one, beside) for one in written["faults"])
        yield Case(Planted(path.stem, "clean", written["base"], beside), faults)


def _fault(file: str, base: str, written: Any, beside: Found) -> Planted:
    text, name = base, written["name"]
    for old, new in written["change"].items():
        assert text.count(old) == 1, f"{file}: {name}: {old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    found_by = {tool: tuple(found) for tool, found in written["found_by"].items()}
    assert found_by, f"{file}: {name}: nothing finds it"
    assert found_by.keys() <= set(TOOLS), f"{file}: {name}: {found_by}"
    if "unusable" in written:
        return Planted(file, name, text, found_by, usable=False)
    return Planted(file, name, text, {**found_by, **beside, **_listed(written, "unknown")})


def _listed(written: Any, key: str) -> Found:
    return {key: tuple(written[key])} if key in written else {}


def found_in(text: str, folder: Path, departments: int = DEPARTMENTS) -> Found:
    """What each tool finds; of a ruleset that cannot be used, what is told when it is read."""
    try:
        ruleset = build_ruleset(parse_source(text.encode(), "case.yaml", RulesetError))
    except RulesetError as error:
        return {"check": tuple(sorted({problem.code for problem in error.problems}))}
    problems = [*run_checks(ruleset), *coverage.coverage_problems(ruleset, folder)]
    found = {
        "check": tuple(sorted({problem.code for problem in problems})),
        "property": _by_properties(ruleset, departments),
        "example": tuple(one.example.name for one in run_examples(ruleset, folder) if not one.passed),
        **_by_proofs(ruleset),
    }
    return {tool: names for tool, names in found.items() if names}


def _by_properties(ruleset: Ruleset, departments: int) -> tuple[str, ...]:
    results = run_properties(ruleset, max_examples=departments, seed=SEED)
    failed = tuple(one.invariant.name for one in results if one.state == "fails")
    untried = [one.invariant.name for one in results if one.state == "not_tried"]
    # Where one fails that stops the search, the others are not tried.
    assert failed or not untried, f"no department puts these to the test: {untried}"
    return failed


def _by_proofs(ruleset: Ruleset) -> Found:
    found: dict[str, list[str]] = {"refuted": [], "noted": [], "unknown": [], "proved": []}
    for answer in prove(ruleset, budget=Work(EFFORT)):
        found[answer.state].append(f"{answer.question}:{answer.target}")
    return {
        "proof": tuple(found["refuted"]),
        "noted": tuple(found["noted"]),
        "unknown": tuple(found["unknown"]),
    }


# The table in the documentation

HEAD = """| ruleset | fault | check | property | proof | example |
|---|---|---|---|---|---|
"""


def table() -> str:
    """Every fault, and which tools find it."""
    return HEAD + "".join(_row(fault) for case in read_cases() for fault in case.faults)


def _row(fault: Planted) -> str:
    found = fault.expected
    cells = {
        "check": ", ".join(found.get("check", ())),
        "property": ", ".join(f"`{name}`" for name in found.get("property", ())),
        "proof": ", ".join(f"`{name}`" for name in dict.fromkeys(map(_question, found.get("proof", ())))),
        "example": "yes" if found.get("example") else "",
    }
    if "unknown" in found:
        cells["proof"] = "unknown"
    if not fault.usable:
        cells |= dict.fromkeys(TOOLS[1:], "—")
    return (
        "".join(f"| {cell} " if cell else "| " for cell in [fault.file, fault.name, *cells.values()]) + "|\n"
    )


def _question(answer: str) -> str:
    return answer.partition(":")[0]
