"""Examples as a JUnit XML report, which continuous integration reads."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

import click

from cli.context import Session
from engine.inputs import shown
from engine.ruleset.model import Ruleset
from engine.testing.examples import ExampleOutcome


def junit_report(suites: Sequence[tuple[Ruleset, Sequence[ExampleOutcome]]], session: Session) -> bytes:
    """One test suite a ruleset, one test case an example."""
    from cli.rules.test import example_lines

    root = ElementTree.Element("testsuites")
    for ruleset, outcomes in suites:
        failures = sum(not outcome.passed for outcome in outcomes)
        suite = ElementTree.SubElement(
            root, "testsuite", name=ruleset.id, tests=str(len(outcomes)), failures=str(failures), errors="0"
        )
        for outcome in outcomes:
            name = _printable(outcome.example.name)
            where = outcome.position
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=ruleset.id,
                name=name,
                file=_printable(shown(where.file)),
                line=str(where.line),
            )
            if not outcome.passed:
                lines = [
                    _printable(click.unstyle(line)) for line in example_lines(outcome, session, verbose=False)
                ]
                failure = ElementTree.SubElement(
                    case, "failure", message=lines[1].strip() if len(lines) > 1 else name
                )
                failure.text = "\n".join(lines)
    report: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return report


def _printable(text: str) -> str:
    """XML 1.0 has no control characters."""
    return "".join(one if one.isprintable() or one in "\n\t" else " " for one in text)
