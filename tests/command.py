"""The real command, run as a user runs it."""

from __future__ import annotations

import atexit
import os
import resource
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Thread

from tests.forking import client

ROOT = Path(__file__).parent.parent
CACHE = tempfile.TemporaryDirectory(prefix="audit-cache-")
"""The tests' own cache, so that they neither use nor change the user's."""
PATIENCE = 1800
"""Seconds after which a run is taken to hang. However busy the machine is, none takes so long."""
LOADED = 600_000_000
"""Bytes of libraries' code where a run loads them itself; they count as its memory, and are mostly not in it."""
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


def shell_command() -> str:
    """What runs ``audit`` in a shell; its arguments come after it."""
    python = shlex.quote(sys.executable)
    if not may_be_forked({}):
        return f"{python} -m cli"
    return f"{python} -S -E {shlex.quote(client.__file__)} {forking()}"


def audit(*arguments: object, cwd: Path = ROOT, **environment: str) -> Run:
    """Run ``audit`` with ``arguments``. A traceback fails the test, whatever else is asserted."""
    run = forked if may_be_forked(environment) else started
    done = run([*map(str, arguments)], cwd, settings(**environment))
    assert "Traceback" not in done.out + done.err, done.err
    assert "X000" not in done.err, done.err
    return done


def may_be_forked(environment: Mapping[str, str]) -> bool:
    """What Python itself reads when it starts needs a start, as does measuring coverage."""
    read_at_start = ("PYTHON", "LC_", "LANG", "TZ")
    return hasattr(os, "pidfd_open") and not (
        any(one.startswith(read_at_start) for one in environment)
        or any(one.startswith("COV") for one in os.environ)
    )


def started(arguments: list[str], cwd: Path, environment: dict[str, str], limits: client.Limits = ()) -> Run:
    """A run in a process of its own from the start."""

    def limit() -> None:
        for what, most in limits:
            bound = most + LOADED if what == resource.RLIMIT_AS else most
            resource.setrlimit(what, (bound, bound))

    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments], cwd=cwd, env=environment, capture_output=True, encoding="utf-8",
        timeout=PATIENCE, check=False, preexec_fn=limit if limits else None,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr)


def forked(arguments: list[str], cwd: Path, environment: dict[str, str], limits: client.Limits = ()) -> Run:
    """A run in a process that is forked from one that has the program loaded."""
    said: list[bytes] = [b"", b""]
    ends = [os.pipe(), os.pipe()]

    def listen(number: int) -> None:
        with os.fdopen(ends[number][0], "rb") as pipe:
            said[number] = pipe.read()

    listening = [Thread(target=listen, args=(number,)) for number in range(2)]
    for one in listening:
        one.start()
    with Path(os.devnull).open("rb") as nothing:
        try:
            code = client.run(
                forking(),
                arguments,
                str(cwd),
                environment,
                [nothing.fileno(), ends[0][1], ends[1][1]],
                limits,
            )
        finally:
            for _, end in ends:
                os.close(end)
    for one in listening:
        one.join()
    return Run(code, *(one.decode() for one in said))


@cache
def forking() -> str:
    """The socket of the process that forks for every run; it is started once, and ends with this one."""
    path = f"{CACHE.name}/forking"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forking.server", path],
        cwd=ROOT, env=settings(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    atexit.register(server.communicate)
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    return path


def changed(tmp_path: Path, *replacements: tuple[str, str], name: str = "facts.yaml") -> Path:
    """A copy of the golden facts with texts replaced; each must be there to replace."""
    text = GOLDEN.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path
