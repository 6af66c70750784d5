"""Work shared by forked processes: they inherit rulesets, whose closures could not be sent to them."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from engine.errors import AuditError
from engine.unfinished import forget, passing

_ENDING = (signal.SIGINT, signal.SIGTERM)
Piece = TypeVar("Piece")
Found = TypeVar("Found")


def send(connection: Connection, message: object) -> None:
    """Give ``message`` to the other end, for its ``recv``.

    Not by the connection's own ``send``: where the other end is gone, that leaves its buffer to the collector in such a
    state that Python 3.12 and 3.13 can end by a segmentation fault.
    """
    connection.send_bytes(pickle.dumps(message))


def can_fork() -> bool:
    """Whether the system has processes that inherit what this one has."""
    return "fork" in multiprocessing.get_all_start_methods()


def side_by_side(
    work: Callable[[Piece], Iterable[Found]], pieces: Iterable[Piece], processes: int
) -> Iterator[Found]:
    """What ``work`` finds for each of ``pieces``, as it is found, by so many processes.

    A process takes the next piece when it is done with one. An error in one of them ends all, and is raised
    here: an :class:`AuditError` as it was, any other as a :class:`RuntimeError`. None outlives this process.
    """
    left = iter(pieces)
    workers: dict[Connection, BaseProcess] = {}

    def end() -> None:
        for connection, process in workers.items():
            process.kill()  # there is nothing that it could leave half done
            process.join()
            connection.close()

    with passing(end):
        for _ in range(processes):
            _begin(work, workers)
        busy = {one for one in workers if _given(one, left)}
        while busy:
            for connection in [one for one in wait(busy) if isinstance(one, Connection)]:
                kind, message = _received(connection)
                if kind == "found":
                    yield message
                elif kind == "error":
                    raise message[0](message[1])
                elif not _given(connection, left):
                    busy.discard(connection)


def _begin(work: Callable[[Piece], Iterable[Found]], workers: dict[Connection, BaseProcess]) -> None:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, [*workers, ours], work), daemon=True)
    # A signal meanwhile waits until the new process has turned a deaf ear to it.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        process.start()
        workers[ours] = process
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    theirs.close()


def _given(connection: Connection, left: Iterator[Piece]) -> bool:
    """Whether there was another piece to give."""
    for piece in left:
        with _expected_to_live():
            send(connection, piece)
        return True
    return False


def _received(connection: Connection) -> tuple[str, Any]:
    with _expected_to_live():
        message: tuple[str, Any] = connection.recv()
    return message


@contextmanager
def _expected_to_live() -> Iterator[None]:
    """A process that is gone shows as the end of what it says, or as an error: a broken pipe or a reset connection, which
    must not be taken for one of the program's own input or output."""
    try:
        yield
    except (EOFError, OSError) as error:
        raise RuntimeError(f"a process ended before its work was done ({error!r})") from None


def _serve(
    connection: Connection, others: Iterable[Connection], work: Callable[[Piece], Iterable[Found]]
) -> None:
    """What a process does: work on what it is given, and tell what it finds. An interrupt is for the first process."""
    forget()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for other in others:
        other.close()  # the first process alone holds these ends, so that this one sees it end
    try:
        while True:
            for one in work(connection.recv()):
                send(connection, ("found", one))
            send(connection, ("done", None))
    except (EOFError, BrokenPipeError):
        return
    except AuditError as error:
        send(connection, ("error", (type(error), error.problems)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the first process tells of it and ends
        send(connection, ("error", (RuntimeError, repr(error))))
