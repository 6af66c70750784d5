"""What is begun and not finished, so that it is taken back whatever ends it: an error, or the end of the process.

A signal may come at any place, where an exception would be swallowed by whatever library is at work. So whoever
handles signals does not raise anything: it calls :func:`take_back` and ends the process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

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
    """The same for what goes away in any case; until it has gone it is unfinished."""
    with unfinished(remove):
        yield
        remove()


def forget() -> None:
    """In a process that was forked: what is unfinished is the first one's."""
    _begun.clear()


def remove_tree(folder: Path) -> None:
    """Remove a temporary folder, also while something still writes into it: it loses its name first."""
    gone = folder.with_name(f"{folder.name}.gone")
    with suppress(OSError):
        folder.rename(gone)
    rmtree(gone, ignore_errors=True)
    rmtree(folder, ignore_errors=True)


def take_back() -> None:
    """Undo all that is not finished, the latest first. An undoing that fails keeps no other from being tried."""
    while _begun:
        with suppress(Exception):
            _begun[-1]()
        _begun.pop()
