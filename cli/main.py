"""Where the program begins: with the signals that end it, before anything else is imported.

A signal may come while any library is at work, and many take whatever is raised there for an error of their own. So
nothing is raised. The first thread stops where it is; a second one, which does nothing else, takes back what is
unfinished and ends the process.
"""

import os
import sys
from _signal import SIG_IGN, getsignal, set_wakeup_fd, signal
from _thread import allocate_lock, start_new_thread

_SIGHUP, _SIGINT, _SIGTERM = 1, 2, 15
_MOMENT = 0.2
"""How many seconds the first thread gets to stop. It cannot while a library computes, which begins nothing of ours."""


def main() -> None:
    """Run the command line. Whatever happens, the user gets messages and an exit code, no traceback."""
    ending = [_SIGINT, _SIGTERM, *([_SIGHUP] if getsignal(_SIGHUP) != SIG_IGN else [])]
    for number in ending:
        signal(number, _end_at_once)  # nothing is begun yet
    _fill_up()
    _watch(ending)
    try:
        from cli.root import run

        code = run()
    finally:
        for number in ending:
            signal(number, _end_at_once)  # nothing is unfinished any more, and threads are about to end
    sys.exit(code)


def _end_at_once(number: int, _: object) -> None:
    os._exit(128 + number)


def _fill_up() -> None:
    """Let standard streams that are closed lead nowhere: the next file opened would get their number, and be written to."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _watch(ending: list[int]) -> None:
    """From here on a signal ends the process in a second thread."""
    first, stopped, never = os.getpid(), allocate_lock(), allocate_lock()
    signals, told = os.pipe()
    os.set_blocking(told, False)
    stopped.acquire()
    never.acquire()

    def stop(number: int, _: object) -> None:
        if os.getpid() != first:
            os._exit(128 + number)  # a process forked from this one has nothing of its own to take back
        if stopped.locked():
            stopped.release()
        never.acquire()

    def end() -> None:
        number = os.read(signals, 1)[0]
        try:
            stopped.acquire(timeout=_MOMENT)
            for module, last in (("engine.unfinished", "take_back"), ("cli.messages", "say_interrupted")):
                if do := getattr(sys.modules.get(module), last, None):
                    do()
        finally:
            os._exit(128 + number)

    start_new_thread(end, ())
    set_wakeup_fd(told, warn_on_full_buffer=False)
    for number in ending:
        signal(number, stop)
