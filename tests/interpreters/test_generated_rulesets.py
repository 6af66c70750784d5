"""Rulesets with an expression drawn for every place: everything that reads one gives the same answer, and none breaks down.

The seeds are fixed, so that a run is judged on the same rulesets each time; a long run draws others:
``python -m tests.interpreters.campaign``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interpreters.campaign import drawn, faults_of, tables_of

pytest.importorskip("duckdb")


@pytest.mark.parametrize("seed", range(2))
def test_every_interpreter_gives_the_same_answer(seed: int) -> None:
    for generated in drawn(seed, rulesets=3, depth=2):
        assert list(faults_of(generated)) == [], generated.text


def test_the_compiled_script_gives_the_same_totals(tmp_path: Path) -> None:
    for number, generated in enumerate(drawn(7, rulesets=2, depth=2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert list(tables_of(generated, folder)) == [], generated.text
