"""What is begun and not finished, so that it is taken back whatever ends it: an error, or the end of the process.

A signal may come at any place, where an exception would be swallowed by whatever library is at work. So whoever
handles signals does not raise: it calls :func:`take_back` and ends the process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_begun: list[Callable[[], object]] = []


@contextmanager
def unfinished(undo: Callable[[], object]) -> Iterator[None]:
    """What is done inside is taken back by ``undo`` where it does not come to its end.

    ``undo`` is called wherever the process is: before anything was done, and after everything was. It looks for what
    there is to undo.
    """
    _begun.append(undo)
    try:
        yield
    except BaseException:
        undo()
        raise
    finally:
        _begun.remove(undo)


@contextmanager
def passing(remove: Callable[[], object]) -> Iterator[None]:
    """The same for what goes away in any case."""
    with unfinished(remove):
        yield
    remove()


def take_back() -> None:
    """Undo all that is not finished, the latest first. An undoing that fails keeps no other from being tried."""
    while _begun:
        with suppress(Exception):
            _begun[-1]()
        _begun.pop()
