"""The pytest plugin in a project of the user's own, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from engine import testing
from engine.testing import PropertyFailure, check_properties, departments, facts_from
from tests.command import PATIENCE, ROOT, settings
from tests.testing.test_properties import RATED, WRONG
from tests.testing.test_strategies import HEAD, build

EXAMPLES = """
examples:
  - {name: nothing spent, given: {spent: 0, budget: 10}, expect: {total: 0}}
  - {name: all of it spent, given: {spent: 10, budget: 10}, expect: {total: 9}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "test_own.py").write_text("def test_own():\n    assert True\n", encoding="utf-8")
    (tmp_path / "table.yaml").write_text(HEAD + WRONG + EXAMPLES, encoding="utf-8")
    return tmp_path


def run(project: Path, *arguments: str, code: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "engine.testing.plugin", "-p", "no:randomly", *arguments],
        cwd=project, env=settings(AUDIT_LANG="en"), capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_is_found_by_pytest_where_the_package_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"engine.testing.plugin": "engine.testing.plugin"}


def test_an_item_for_each_invariant_and_each_example(project: Path) -> None:
    out = run(project, "--audit-ruleset", "table.yaml", "--audit-max-examples", "400", "-v", code=1)
    outcomes = dict(re.findall(r"^table\.yaml::(.*?) (PASSED|FAILED|SKIPPED)", out, re.MULTILINE))
    assert {name: outcome for name, outcome in outcomes.items() if outcome != "PASSED"} == {
        "property[monotone]": "FAILED",
        "property[one_more]": "SKIPPED",
        "property[unread]": "SKIPPED",
        "example[all of it spent]": "FAILED",
    }
    assert len(outcomes) == len(testing.INVARIANTS) + 2
    assert "test_own.py::test_own PASSED" in out
    assert "execution declares rate higher" in out
    assert re.search(r"^department: ", out, re.MULTILINE)
    assert "total earned: expected 9, found 10" in out
    assert "Traceback" not in out


def test_items_are_chosen_as_other_tests_are(project: Path) -> None:
    out = run(project, "--audit-ruleset", "table.yaml", "-k", "nothing or bounded", "-v", code=0)
    assert re.search(r"collected 1[45] items / 1[23] deselected / 2 selected", out)
    assert "table.yaml::property[bounded] PASSED" in out
    assert "table.yaml::example[nothing spent] PASSED" in out


def test_a_failure_is_remembered_in_pytests_cache(project: Path) -> None:
    how = ("--audit-ruleset", "table.yaml", "-k", "monotone")
    run(project, *how, "--audit-max-examples", "400", code=1)
    run(project, *how, "--audit-max-examples", "1", code=1)
    assert any((project / ".pytest_cache").rglob("audit-score/made-departments/*/*"))


def test_a_ruleset_that_cannot_be_used_is_a_usage_error(project: Path) -> None:
    out = run(project, "--audit-ruleset", "nowhere/2024", code=4)
    assert "R010" in out
    assert "INTERNALERROR" not in out


def test_without_the_option_nothing_of_the_engine_is_imported(project: Path) -> None:
    (project / "test_own.py").write_text(
        "import sys\n\ndef test_own():\n"
        "    assert {m for m in sys.modules if m.startswith('engine')} "
        "== {'engine', 'engine.testing', 'engine.testing.plugin'}\n",
        encoding="utf-8",
    )
    run(project, "-p", "no:hypothesispytest", code=0)


def test_every_public_name_is_there_and_told() -> None:
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    for name in testing.__all__:
        assert getattr(testing, name) is not None
        assert f"`{name}" in page
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = testing.nothing_of_the_kind


def test_helpers_in_a_test_of_the_users_own() -> None:
    check_properties(build(RATED), max_examples=20, seed=1)
    with pytest.raises(PropertyFailure, match="monotone: execution declares rate higher") as failure:
        check_properties(build(WRONG), max_examples=400, seed=1)
    (result,) = failure.value.results
    assert result.counterexample is not None
    assert facts_from(result.counterexample, build(WRONG)).department
    assert departments(build(RATED)) is not None


def test_the_environment_names_further_folders_of_rulesets(project: Path) -> None:
    (project / "sets" / "mine").mkdir(parents=True)
    text = (HEAD + RATED).replace("made/departments", "mine/table")
    (project / "sets" / "mine" / "table.yaml").write_text(text, encoding="utf-8")
    environment = settings(AUDIT_RULESETS=os.pathsep.join([str(project / "sets")]))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "engine.testing.plugin", "--audit-ruleset", "mine/table", "-k", "bounded"],
        cwd=project, env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
