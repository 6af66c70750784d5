"""Jinja2 for reports: sandboxed, escaped, and strict about names, whoever wrote the template."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from engine.documents.extras import require


def environment(*, escape: bool = True) -> Any:
    """An environment in which a template can read what it is given, and do nothing else."""
    require("jinja2")
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        autoescape=escape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def shipped(name: str) -> bytes:
    """A template of ours."""
    return files("engine.documents.report").joinpath(name).read_bytes()
