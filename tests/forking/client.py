"""Ask the server for a run: ``python -S -E client.py SOCKET ARGUMENTS…`` is ``audit ARGUMENTS…``.

It imports little: in a shell it is started for every run.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
import sys

LENGTH = struct.Struct("=I")
CODE = struct.Struct("=i")


Limits = tuple[tuple[int, int], ...]
"""Limits of the system's, by the numbers of :mod:`resource`; of memory, what a run takes beside what is loaded."""


def run(
    path: str,
    arguments: list[str],
    cwd: str,
    environment: dict[str, str],
    streams: list[int],
    limits: Limits = (),
) -> int:
    """The exit code of a run whose standard streams are the three file descriptors; negative where a signal ended it.

    Raises :class:`OSError` where the server is gone.
    """
    request = json.dumps([arguments, cwd, environment, limits]).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        handed_over = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", streams))
        connection.sendmsg([LENGTH.pack(len(request))], [handed_over])
        connection.sendall(request)
        answer = connection.recv(CODE.size, socket.MSG_WAITALL)
    if len(answer) < CODE.size:
        raise ConnectionError("no answer")
    return CODE.unpack(answer)[0]


def main() -> None:
    _, path, *arguments = sys.argv
    cwd = os.getcwd()  # noqa: PTH109 - pathlib takes longer to load than all else here
    code = run(path, arguments, cwd, dict(os.environ), [0, 1, 2])
    if code < 0:
        os.kill(os.getpid(), -code)
    sys.exit(code)


if __name__ == "__main__":
    main()
