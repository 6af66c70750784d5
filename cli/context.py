"""What every command works with: the language, the rulesets at hand, and rulesets already loaded."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click
from msgspec import Struct

from cli.cache import cache_folder
from cli.outputs import check_outputs
from engine.errors import Language, Text

if TYPE_CHECKING:
    from engine.ruleset.library import Library
    from engine.ruleset.model import Ruleset
    from engine.scoring import Scorer

Arguments = ParamSpec("Arguments")


class Session(Struct):
    """One run of the command line."""

    language: Language
    folders: tuple[Path, ...] = ()
    scorers: dict[str, Scorer] = {}

    def say(self, text: Text) -> str:
        return text.in_language(self.language)

    def library(self) -> Library:
        from engine.ruleset.library import Library

        return Library(self.folders)

    def ruleset(self, reference: str) -> Ruleset:
        return self.scorer(reference).ruleset

    def scorer(self, reference: str) -> Scorer:
        """The scorer of a ruleset, loaded once. Raises :class:`RulesetError`."""
        from engine.ruleset.keeping import Shelf
        from engine.scoring import Scorer

        if reference not in self.scorers:
            folder, library = cache_folder(), self.library()
            kept = Shelf(folder / "rulesets").load(library, reference) if folder else library.load(reference)
            self.scorers[reference] = Scorer(kept)
        return self.scorers[reference]


def pass_session(command: Callable[Concatenate[Session, Arguments], None]) -> Callable[Arguments, None]:
    """Give the command its session, once the names of its outputs are found sound."""

    @wraps(command)
    def called(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        context = click.get_current_context()
        check_outputs(context)
        command(context.obj, *arguments, **options)

    return called
