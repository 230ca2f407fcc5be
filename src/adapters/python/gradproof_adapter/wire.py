"""The two ends of the exchange: whole lines in, whole lines out, and nobody else's prints in between."""

import os
import sys


class Wire:
    """The pipe from gradproof and the pipe back to it, both out of the subject's reach."""

    def __init__(self, requests, replies):
        self.requests = requests
        self.replies = replies

    def send(self, line):
        self.replies.write(line.encode("ascii") + b"\n")
        self.replies.flush()


class Lines:
    """The lines of a pipe.

    Until `read_ahead` is set nothing beyond the line is taken out of the pipe: who copies the process then copies no
    request that waits in a buffer.
    """

    def __init__(self, descriptor):
        self.read_ahead = False
        self._descriptor = descriptor
        self._buffered = os.fdopen(descriptor, "rb")

    def __iter__(self):
        while line := self._buffered.readline() if self.read_ahead else self._alone():
            yield line

    def _alone(self):
        line = bytearray()
        while not line.endswith(b"\n") and (byte := os.read(self._descriptor, 1)):
            line += byte
        return bytes(line)


def take_standard_streams():
    """Moves the exchange to descriptors of its own.

    From here on whatever the framework or the subject prints, by print() or by writing to descriptor 1, goes to
    standard error, and whatever it tries to read from standard input is an empty file.  Descriptors from dup() are
    closed on exec, so that a program that the subject starts can't hold the exchange open.
    """
    requests = Lines(os.dup(0))
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    if sys.stderr is None:
        os.dup2(nowhere, 2)
        sys.stderr = os.fdopen(2, "w", buffering=1)
    os.dup2(2, 1)
    os.close(nowhere)
    sys.stdout = sys.stderr
    return Wire(requests, replies)
