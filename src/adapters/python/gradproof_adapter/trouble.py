"""What can go wrong, as values, and how an exception is put into words."""

import os
import traceback

LONGEST_MESSAGE = 500
LONGEST_TRACE = 8000
_OURS = os.path.dirname(os.path.abspath(__file__))


class ProtocolTrouble(Exception):
    """The request can't be understood: gradproof's fault, or that of whoever wrote it by hand."""


class SubjectTrouble(Exception):
    """The subject can't be served at all; kind is import, missing or form."""

    def __init__(self, kind, message, trace_text=""):
        super().__init__(message)
        self.kind = kind
        self.trace_text = trace_text


class CaseTrouble(Exception):
    """This one case has no result; kind is raised, returned or unsupported."""

    def __init__(self, kind, message, trace_text=""):
        super().__init__(message)
        self.kind = kind
        self.trace_text = trace_text


def as_reply(error):
    """A trouble as the `error` object of a reply."""
    reply = {"kind": error.kind, "message": printable(" ".join(str(error).split()))}
    if error.trace_text:
        reply["traceback"] = printable(error.trace_text)
    return reply


def printable(text):
    """Text that survives any JSON reader: lone surrogates, as in undecodable file names, become escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def one_line(error):
    """An exception as `Type: message`, on one line of bounded length."""
    kind = type(error).__name__
    try:
        text = printable(" ".join(str(error).split()))
    except BaseException:                   # __str__ is the subject's code, and may do anything.
        text = "(its message can't be printed)"
    if len(text) > LONGEST_MESSAGE:
        text = text[:LONGEST_MESSAGE] + "…"
    return f"{kind}: {text}" if text else kind


def trace(error, outside=()):
    """The traceback from where it reaches the subject, as its author would see it; the end of it when it is long."""
    steps = error.__traceback__
    while steps is not None and _is_outside(steps, outside):
        steps = steps.tb_next
    try:
        text = "".join(traceback.format_exception(type(error), error, steps))
    except BaseException:
        return one_line(error)
    return text if len(text) <= LONGEST_TRACE else "…" + text[-LONGEST_TRACE:]


def frames(error):
    """The files through which an exception went, outermost first."""
    steps, files = error.__traceback__, []
    while steps is not None:
        files.append(steps.tb_frame.f_code.co_filename)
        steps = steps.tb_next
    return files


def _is_outside(step, outside):
    name = step.tb_frame.f_code.co_filename
    return name.startswith((_OURS + os.sep, "<frozen importlib", *outside))
