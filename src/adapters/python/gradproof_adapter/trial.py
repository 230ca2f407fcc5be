"""Tries a way of calling the subject, in a process of its own.

A trial is a forward pass on a tiny tensor.  Whether the backward pass is right is what the verdict is about, and
decides nothing here.  The fork keeps the subject that is judged afterwards untouched, and turns a layer that hangs or
ends the process into an answer.  A framework that has threads by now, because the subject's file has computed
something, might wait for them for ever in a fork; then the trial takes place here, against the clock.
"""

import json
import os
import select
import signal
import time
from typing import NamedTuple

from gradproof_adapter.trouble import frames, one_line

SECONDS = 2.0
WAKING = 18.0            # more, for a framework that gets ready in its first forward pass
STRENGTH = 0.5


class NotThisWay(Exception):
    """What came back shows that the subject is not meant to be called like this."""


class Outcome(NamedTuple):
    rank: int           # 3: a tensor like the input; 2: another tensor; 1: a fault of the layer's; 0: not the way
    text: str
    is_final: bool = False
    remark: str = ""
    usage: object = None    # what only a layer that was made could tell of its use as source text


def attempt(framework, way, is_here=False):
    if is_here or not framework.is_trial_in_a_fork():
        return _attempt_here(framework, way)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer_and_leave(framework, way, writing)
    os.close(writing)
    seconds = SECONDS + (WAKING if framework.wakes_late else 0)
    answer = _read_until(reading, time.monotonic() + seconds)
    os.close(reading)
    _end(child)
    if answer is None:
        return Outcome(1, f"no answer within {seconds:g} s", True)
    if not answer:
        return Outcome(1, "ended the process", True)
    return Outcome(*json.loads(answer))


class _TimeIsUp(BaseException):
    """Raised by the clock; a layer that catches every Exception does not catch it."""


def _attempt_here(framework, way):
    def ring(_number, _frame):
        raise _TimeIsUp
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS + WAKING)
    try:
        return _outcome(framework, way)
    except _TimeIsUp:
        return Outcome(1, f"no answer within {SECONDS + WAKING:g} s", True)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _answer_and_leave(framework, way, writing):
    here = os.getpid()
    try:
        # What the layer prints, it will print again when it is run in earnest.
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        answer = json.dumps(_outcome(framework, way)).encode("ascii")
        # A layer that forks comes back twice.
        if os.getpid() == here:
            os.write(writing, answer)
    finally:
        os._exit(0)


def _outcome(framework, way):
    try:
        x, y = framework.probe(way.layers(), STRENGTH)
    except NotThisWay as error:
        return Outcome(0, str(error))
    except _TimeIsUp:
        raise
    except BaseException as error:
        # An argument too many or too few is refused before any line of the subject's is reached.
        refused = isinstance(error, TypeError) and all(file.startswith(framework.outside) for file in frames(error))
        return Outcome(0 if refused else 1, one_line(error))
    if isinstance(y, framework.tensor):
        return Outcome(3 if framework.shape(y) == framework.shape(x) else 2, "a tensor",
                       remark=framework.remark(), usage=way.usage)
    return Outcome(0 if callable(y) else 1, f"gave a {type(y).__name__}")


def _read_until(reading, deadline):
    """All that the trial wrote, or None when it is not done by then."""
    answer = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            return None
        piece = os.read(reading, 65536)
        if not piece:
            return answer
        answer += piece


def _end(child):
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass                                # A subject may have asked the system to reap children by itself.
