"""What a user gets from ``pip install``: a wheel in an empty environment, used from another folder.

Nothing is simulated: the wheel is built in an isolated environment and its dependencies are fetched and
compiled as pip is configured to, so these tests need what set-up needs. They have the versions of ``constraints.txt``,
so that no release of a package decides what is seen here; those of today in ``make test-latest``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.command import PATIENCE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
FIXTURE = ROOT / "fixtures" / "guangdong-general-office-2024.yaml"
PACKAGES = ("engine", "cli", "rulesets")
SHIPPED = {".py", ".typed", ".yaml", ".lark", ".json", ".mo", ".html", ".docx"}
SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"
NEW_PYTHON = sys.version_info >= (3, 13)
"""durable-rules needs a flag to compile, and no cached build without it: see scripts/install.sh."""


def run(*command: str | Path, cwd: Path) -> str:
    """What the command prints; a failure shows all of its output."""
    unwanted = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in unwanted and not name.startswith(("COVERAGE_", "COV_"))
    }
    if not os.environ.get("AUDIT_TEST_NEWEST"):
        exact = (ROOT / "constraints.txt").as_uri()
        environment |= {"PIP_CONSTRAINT": exact, "PIP_BUILD_CONSTRAINT": exact}
    if NEW_PYTHON:
        environment["CPPFLAGS"] = "-DPyEval_CallObject=PyObject_CallObject"
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is packaged, so that building leaves no trace in the tree and takes none from it."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", target, source, cwd=target)
    [built] = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The executables of an environment that holds the wheel, its dependencies and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    executables = folder / "venv" / SCRIPTS
    into = ("--python", executables / "python")
    options = ["--quiet", "--no-compile", *(["--no-cache-dir"] if NEW_PYTHON else [])]
    run(sys.executable, "-m", "pip", *into, "install", *options, wheel, cwd=folder)
    return executables


def test_the_wheel_holds_all_code_and_data_and_nothing_else(wheel: Path) -> None:
    written = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix in SHIPPED
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        texts = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
    assert held == written
    assert len(texts) == 1
    assert "rulesets/guangdong/2024.yaml" in held


def test_the_installed_command_scores_from_another_folder(environment: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    shutil.copy(FIXTURE, facts)
    assert "97.41" in run(environment / "audit", "score", facts.name, cwd=tmp_path)


def test_the_rulesets_are_found_in_the_environment(environment: Path, tmp_path: Path) -> None:
    code = "import engine, json, rulesets; print(json.dumps([engine.__file__, str(rulesets.shipped_root())]))"
    engine, shipped = (
        Path(place) for place in json.loads(run(environment / "python", "-c", code, cwd=tmp_path))
    )
    inside = environment.parent.resolve()
    assert engine.resolve().is_relative_to(inside)
    assert shipped.is_relative_to(inside)
    assert (shipped / "guangdong" / "2024.yaml").is_file()


def test_pip_install_from_the_folder_makes_the_command(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target)
    run(*pip, ".", cwd=source)
    [installed] = distributions(path=[str(target)])
    assert installed.name == "audit-score"
    assert {(entry.group, entry.name, entry.value) for entry in installed.entry_points} == {
        ("console_scripts", "audit", "cli.main:main"),
        ("pytest11", "engine.testing.plugin", "engine.testing.plugin"),
    }
    assert any(path.stem == "audit" for path in (target / SCRIPTS).iterdir())
