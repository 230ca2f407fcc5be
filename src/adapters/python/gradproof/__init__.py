"""Judges a gradient reversal layer that lives in this process, as from a test:

    import gradproof

    def test_reversal():
        gradproof.verify(GradientReversal)

The program gradproof does the judging ($GRADPROOF_PROGRAM, else the one in this package, else `gradproof` on the path).  It asks, and we answer over a
Unix socket in a folder that nobody else can enter.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

from gradproof.carried import program
from gradproof_adapter.frameworks import framework_of
from gradproof_adapter.loading import InHand
from gradproof_adapter.service import Session, answer, as_json

__all__ = ["verify"]

_HOLDS = 0
_VERDICTS = (_HOLDS, 1, 3, 4)               # the exit codes that come with a report; docs/reference/exit-codes.md
_SLICE = 0.05                               # seconds between two looks at whether the program has ended


def verify(layer, *, name=None, framework=None, replay=None, seed=None, graphs=None, dtypes=None, timeout=None,
           contract=None, failures="gradproof-failures", **said):
    """The report's text where the layer is VERIFIED; an AssertionError whose message is that text where it is not.

    `framework` is torch, jax, tensorflow or paddle, and otherwise what the calling file imports.  `contract` is what --contract takes,
    such as "schedule" for a schedule of λ in place of a layer.  `replay` is a replay file,
    whose case alone is judged then.  Further arguments are what a file says in GRADPROOF: reads="backward" for instance, and
    for the way in which λ is given, since `lambda` is a word of Python's, **{"lambda": "ctor:alpha"}.
    """
    framework = framework or framework_of(sys._getframe(1).f_code.co_filename, contract == "schedule")
    name = _plain(name or getattr(layer, "__name__", None) or type(layer).__name__)
    session = Session(InHand(layer, said), name, framework)
    options = {"seed": seed, "graphs": graphs, "dtype": ",".join(dtypes or ()) or None, "timeout": timeout, "contract": contract,
               "failures": os.path.abspath(failures)}
    code, out, error = _judged(session, name, replay and os.path.abspath(replay), options)
    if code == _HOLDS:
        return out
    __tracebackhide__ = True                # pytest then shows the caller's line, and not ours.
    if code in _VERDICTS:
        raise AssertionError(f"{_in_a_line(out)}\n\n{out}")
    raise RuntimeError(f"gradproof ended with exit code {code}: {error.strip()}")


def _in_a_line(report):
    """The verdict and its cause: all that a summary of many tests shows of the message."""
    verdict = re.search(r"^(?:NOT VERIFIED|INCONCLUSIVE|NO SUBJECT|FAILS).*$", report, re.MULTILINE)
    cause = re.search(r"^  likely cause: (.*)$", report, re.MULTILINE)
    return (verdict[0] if verdict else "not verified") + (f": {cause[1]}" if cause else "")


def _plain(name):
    """A name for the report that can stand in a path, and not a long one: that of a socket has to be short."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", name)[:40]


def _judged(session, name, replay, options):
    """The program's exit code and what it said.  It runs in the socket's folder, so that the report has a short name."""
    target = "socket:" + name
    words = ["replay", replay, "--subject", target] if replay else ["verify", target, *_as_words(options)]
    folder = tempfile.mkdtemp(prefix="gradproof-")
    try:
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(os.path.join(folder, name))
            listener.listen()
            listener.settimeout(_SLICE)
            # Files, for nobody reads pipes while we answer.
            out, error = (stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in range(2))
            stack.enter_context(_same_threads())
            process = _started([*words, "--quiet"], folder, out, error)
            try:
                _serve(listener, session, process)
            finally:
                process.kill()
                process.wait()
            return process.returncode, _text(out), _text(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_words(options):
    return [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]


def _text(file):
    file.seek(0)
    return file.read()


def _started(words, folder, out, error):
    path = program()
    try:
        return subprocess.Popen([path, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=error)
    except OSError as trouble:
        raise RuntimeError(f"can't start {path} ({trouble.strerror}); put gradproof on the path, or name it in "
                           "GRADPROOF_PROGRAM") from None


def _serve(listener, session, process):
    """Answers until the program has ended.  One connection is what a process is elsewhere; another one may follow."""
    while process.poll() is None:
        try:
            connection, _ = listener.accept()
        except socket.timeout:
            continue
        with connection, contextlib.suppress(ConnectionError), connection.makefile("rb") as requests:
            connection.settimeout(None)
            for line in requests:
                reply, last = answer(session, line)
                connection.sendall(as_json(reply).encode("ascii") + b"\n")
                if last:
                    break


@contextlib.contextmanager
def _same_threads():
    """PyTorch is set to one thread while it is judged; the test's own setting comes back."""
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else None
    try:
        yield
    finally:
        if torch:
            torch.set_num_threads(before)
