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


def take_standard_streams():
    """Moves the exchange to descriptors of its own.

    From here on whatever the framework or the subject prints, by print() or by writing to descriptor 1, goes to
    standard error, and whatever it tries to read from standard input is an empty file.  Descriptors from dup() are
    closed on exec, so that a program that the subject starts can't hold the exchange open.
    """
    requests = os.fdopen(os.dup(0), "rb")
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
