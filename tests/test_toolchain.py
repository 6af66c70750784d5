"""Set-up says in one message what a machine lacks, before anything is installed; and what it installs has one version."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
CHECK = ROOT / "scripts" / "check_toolchain.sh"
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


# The exact versions

EXACT = [
    Requirement(line)
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def declared() -> Iterator[Requirement]:
    """What ``pyproject.toml`` asks for, with every extra, and what installs and builds it."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    yield from map(Requirement, ("pip", "wheel", *written["build-system"]["requires"]))
    for wanted in (written["project"]["dependencies"], *written["project"]["optional-dependencies"].values()):
        yield from (one for one in map(Requirement, wanted) if one.name != "audit-score")


def versions(wanted: Requirement, machine: dict[str, str]) -> list[str]:
    """The versions that ``constraints.txt`` names of a package, on one kind of machine."""
    return [
        str(one.specifier).removeprefix("==")
        for one in EXACT
        if canonicalize_name(one.name) == canonicalize_name(wanted.name)
        and (one.marker is None or one.marker.evaluate(machine))
    ]


def asked_by(wanted: Requirement, exact: str) -> Iterator[Requirement]:
    """What a package asks for in its turn, if that very version is installed here."""
    try:
        installed = distribution(wanted.name)
    except PackageNotFoundError:
        return
    if installed.version == exact:
        yield from map(Requirement, installed.requires or ())


def test_the_exact_versions_are_just_that() -> None:
    assert all(str(one.specifier).startswith("==") for one in EXACT)
    assert all(len(one.specifier) == 1 and "*" not in str(one.specifier) for one in EXACT)
    assert not any(one.url or one.extras for one in EXACT)


@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_all_that_make_installs_has_one_version(python: str, processor: str) -> None:
    """For every Python: of what is declared, and of what that asks for in its turn."""
    machine = {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": python, "python_full_version": f"{python}.0", "platform_machine": processor,
        "sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "extra": "",
    }  # fmt: skip
    left, seen = [*declared()], set[str]()
    while left:
        wanted = left.pop()
        if wanted.marker is not None and not wanted.marker.evaluate(machine):
            continue
        found = versions(wanted, machine)
        assert len(found) == 1, f"{wanted} has {found or 'no version'} in constraints.txt; run: make lock"
        assert wanted.specifier.contains(found[0], prereleases=True), f"{wanted} is not {found[0]}"
        if wanted.name not in seen:
            seen.add(wanted.name)
            left += asked_by(wanted, found[0])
    assert len(seen) > 50
