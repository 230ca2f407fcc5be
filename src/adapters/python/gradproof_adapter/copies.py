"""Copies of a process that has imported its framework and nothing of the subject's, so that a fresh subject costs no second import."""

import faulthandler
import mmap
import os
import signal
import struct

_STATE = struct.Struct("?q")    # whether another copy is wanted, and the id of the request that wants it


class Copies:
    """The process that stays behind, and what it shares with its copies."""

    def __init__(self):
        self._shared = mmap.mmap(-1, _STATE.size)

    def begin(self, number):
        """Returns in a copy, and in another one after each `another`: the id of the request that is to be answered there.

        The process that stays behind ends as its last copy ended, so that whoever started it sees what became of the subject.
        """
        _STATE.pack_into(self._shared, 0, False, number)
        while (copy := os.fork()) != 0:
            _, status = os.waitpid(copy, 0)
            wanted, number = _STATE.unpack_from(self._shared, 0)
            if not wanted:
                _end_like(status)
            _STATE.pack_into(self._shared, 0, False, number)
        return _STATE.unpack_from(self._shared, 0)[1]

    def another(self, number):
        """Ends this copy, and has another one answer the request with that id."""
        _STATE.pack_into(self._shared, 0, True, number)
        os._exit(0)


def _end_like(status):
    if os.WIFEXITED(status):
        os._exit(os.WEXITSTATUS(status))
    faulthandler.disable()
    number = os.WTERMSIG(status)
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    os.kill(os.getpid(), number)
    os._exit(128 + number)
