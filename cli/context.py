"""What every command works with: the language, the rulesets at hand, and rulesets already loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.errors import Language, Text

if TYPE_CHECKING:
    from engine.ruleset.library import Library
    from engine.ruleset.model import Ruleset
    from engine.scoring import Scorer


@dataclass
class Session:
    """One run of the command line."""

    language: Language
    folders: tuple[Path, ...] = ()
    scorers: dict[str, Scorer] = field(default_factory=dict)

    def say(self, text: Text) -> str:
        return text.in_language(self.language)

    def library(self) -> Library:
        from engine.ruleset.library import Library

        return Library(self.folders)

    def ruleset(self, reference: str) -> Ruleset:
        return self.scorer(reference).ruleset

    def scorer(self, reference: str) -> Scorer:
        """The scorer of a ruleset, loaded once. Raises :class:`RulesetError`."""
        from engine.scoring import Scorer

        if reference not in self.scorers:
            self.scorers[reference] = Scorer(self.library().load(reference))
        return self.scorers[reference]


pass_session = click.make_pass_decorator(Session)
