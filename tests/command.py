"""The real command, run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
CACHE = tempfile.TemporaryDirectory(prefix="audit-cache-")
"""The tests' own cache, so that they neither use nor change the user's."""
PATIENCE = 1800
"""Seconds after which a run is taken to hang. However busy the machine is, none takes so long."""
GOLDEN = ROOT / "fixtures" / "guangdong-general-office-2024.yaml"


NOT_INHERITED = {
    "CI", "COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PY_COLORS", "LANGUAGE", "PYTHONDONTWRITEBYTECODE",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


def settings(**environment: str) -> dict[str, str]:
    """The environment of a run: this one without the user's own settings of ``audit``, of pytest and of the terminal,
    and not as CI, where pytest prints more. Python keeps what it has compiled, which otherwise is a third of a run."""
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("AUDIT_", "PYTEST_")) and key not in NOT_INHERITED
    }
    return inherited | {
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "XDG_CACHE_HOME": CACHE.name,
        **environment,
    }


def audit(*arguments: object, cwd: Path = ROOT, **environment: str) -> Run:
    """Run ``audit`` with ``arguments``. A traceback fails the test, whatever else is asserted."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *map(str, arguments)],
        cwd=cwd, env=settings(**environment), capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert "X000" not in done.stderr, done.stderr
    return Run(done.returncode, done.stdout, done.stderr)


def changed(tmp_path: Path, *replacements: tuple[str, str], name: str = "facts.yaml") -> Path:
    """A copy of the golden facts with texts replaced; each must be there to replace."""
    text = GOLDEN.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path
