"""What a command tells on standard error of the files it was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from cli.context import Session
from cli.messages import print_problem
from engine.errors import Problem, Text, one_line

if TYPE_CHECKING:
    from engine.portfolio.finding import Unread

_MOST_UNREAD = 20
_MOST_NOTES = 20


def tell(
    session: Session,
    unread: Sequence[Unread],
    encodings: Mapping[str, str] | None = None,
    notes: Sequence[Problem] = (),
) -> None:
    """Name the files that were not read, those that were read in another encoding than UTF-8, and what else is to be
    known of what was read."""
    for note in notes[:_MOST_NOTES]:
        print_problem(note, session.language)
    if len(notes) > _MOST_NOTES:
        rest = len(notes) - _MOST_NOTES
        _say(session, Text(f"另有 {rest:,} 条提示，见 notes", f"{rest:,} more such notes, see 'notes'"))
    for file, encoding in (encodings or {}).items():
        _say(session, Text(f"{file} 按 {encoding} 编码读取", f"{file} was read as {encoding}"))
    for one in unread[:_MOST_UNREAD]:
        _say(session, Text(f"未读取 {one.file}（{one.why.zh}）", f"not read: {one.file} ({one.why.en})"))
    more = len(unread) - _MOST_UNREAD
    if more > 0:
        _say(
            session,
            Text(f"另有 {more:,} 个文件未读取，见 unread", f"{more:,} more were not read, see 'unread'"),
        )


def _say(session: Session, text: Text) -> None:
    click.echo(one_line(session.say(text)), err=True)
