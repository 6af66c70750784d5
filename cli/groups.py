"""Groups of commands whose modules are imported only when they are called: start-up is most of a short run."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from gettext import gettext

import click

from cli.language import in_language, localize, wanted


class LazyGroup(click.Group):
    """A group made from ``commands``: name → (module, attribute, one line of help)."""

    def __init__(self, *, lazy: Mapping[str, tuple[str, str, str]], **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = self.lazy.get(cmd_name)
        if found is None:
            return None
        command: click.Command = getattr(importlib.import_module(found[0]), found[1])
        return localize(command, wanted())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        language = wanted()
        with formatter.section(gettext("Commands")):
            formatter.write_dl(
                [(name, in_language(line, language)) for name, (_, _, line) in self.lazy.items()]
            )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.lazy and not args[0].startswith("-"):
            from engine.suggestions import suggestion

            close = suggestion(args[0], list(self.lazy))
            hint = close.in_language(wanted()).capitalize() if close else ""
            ctx.fail(f"{gettext('No such command {name!r}.').format(name=args[0])} {hint}".rstrip())
        return super().resolve_command(ctx, args)
