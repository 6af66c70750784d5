"""The rulesets that ship with the package, as data: one folder a province, one YAML file a year."""

from __future__ import annotations

from pathlib import Path


def shipped_root() -> Path:
    """The folder of the rulesets that ship with the package."""
    return Path(__file__).resolve().parent
