"""Set-up says in one message what a machine lacks, before anything is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).resolve().parent.parent / "scripts" / "check_toolchain.sh"
TOOLS = ("sh", "mktemp", "rm")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the check is a POSIX shell script")


def check(tmp_path: Path, python: str = sys.executable, **settings: str) -> subprocess.CompletedProcess[str]:
    """The check on a machine whose only programs are the shell's own and those in ``tmp_path/bin``."""
    programs = tmp_path / "bin"
    programs.mkdir(exist_ok=True)
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (programs / tool).symlink_to(found)
    return subprocess.run(
        [str(programs / "sh"), str(CHECK), python],
        env={"PATH": str(programs), "TMPDIR": str(tmp_path), **settings},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def program(tmp_path: Path, name: str, script: str) -> Path:
    path = tmp_path / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def assert_stopped(done: subprocess.CompletedProcess[str], *wanted: str) -> None:
    assert done.returncode == 1
    english, chinese = done.stderr.splitlines()
    assert english.startswith("Set-up stopped: ")
    assert chinese.startswith("无法继续：")
    for text in wanted:
        assert text in english
        assert text in chinese
    assert not done.stdout


def test_this_machine_passes(tmp_path: Path) -> None:
    done = check(tmp_path, PATH=os.environ["PATH"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_python(tmp_path: Path) -> None:
    assert_stopped(check(tmp_path, "python-of-nowhere"), "python-of-nowhere", "apt-get install python3")


@pytest.mark.parametrize("version", ["2.7", "3.10", "3.14"])
def test_a_python_out_of_range(tmp_path: Path, version: str) -> None:
    python = program(tmp_path, "python-other", f"echo {version}")
    assert_stopped(check(tmp_path, str(python)), f"Python {version}", "3.11", "make PYTHON=")


def test_a_python_without_venv(tmp_path: Path) -> None:
    python = program(tmp_path, "python-bare", 'case "$2" in *ensurepip*) exit 1 ;; esac\necho 3.11')
    assert_stopped(check(tmp_path, str(python)), "apt-get install python3-venv")


def test_no_compiler(tmp_path: Path) -> None:
    assert_stopped(check(tmp_path), "durable-rules", "apt-get install gcc", "python3-dev")


def test_a_compiler_without_the_c_library(tmp_path: Path) -> None:
    compiler = program(tmp_path, "bare-cc", "exit 1")
    assert_stopped(check(tmp_path, CC=str(compiler)), "stdio.h", "libc6-dev")


def test_no_python_headers(tmp_path: Path) -> None:
    compiler = program(
        tmp_path, "half-cc", 'while read -r line; do case $line in *Python.h*) exit 1 ;; esac; done <"$3"'
    )
    # The check calls: COMPILER -Iheaders -c trial.c -o trial.o
    assert_stopped(check(tmp_path, CC=str(compiler)), "Python.h", "python3-dev")
