"""Talks to a real adapter process over a pipe, as gradproof does."""

import importlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PACKAGES = os.path.join(ROOT, "src", "adapters", "python")
SUBJECTS = os.path.join(ROOT, "tests", "subjects", "torch")
sys.path.insert(0, PACKAGES)

HELLO = {"command": "hello", "protocol": 1}


def subject_files(kind):
    folder = os.path.join(SUBJECTS, kind)
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".py"))


def subject_name(file):
    """The name that a file of the collection says is its subject."""
    with open(file, encoding="utf-8") as text:
        return re.search(r"^Subject: (\S+)$", text.read(), re.MULTILINE)[1]


class Silence(Exception):
    """No reply by the deadline."""


class Adapter:
    """An adapter and the pipes to it; `reply` reads with a deadline, so that no test can hang."""

    def __init__(self, file, name, *, fresh=False, command=None):
        self.next_id = 0
        if fresh or command:
            self._start_program(command or [sys.executable, "-m", "gradproof_adapter", file, name])
        else:
            self._start_copy(file, name)

    def _start_program(self, command):
        environment = {**os.environ, "PYTHONPATH": PACKAGES}
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment, start_new_session=True)
        self.pid = process.pid
        ends = process.stdin, process.stdout, process.stderr
        self.to, self.back, self.errors = (os.dup(end.fileno()) for end in ends)
        for end in ends:
            end.close()
        process.returncode = 0              # From here on the exit status is ours to collect.
        self._received = b""

    def _start_copy(self, file, name):
        """The adapter's own main loop in a copy of this process, which saves importing PyTorch for every subject."""
        import_for_copies()
        requests, self.to = os.pipe()
        self.back, replies = os.pipe()
        self.errors, complaints = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                for end, descriptor in ((requests, 0), (replies, 1), (complaints, 2)):
                    os.dup2(end, descriptor)
                for end in (requests, replies, complaints, self.to, self.back, self.errors):
                    os.close(end)
                sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
                from gradproof_adapter.service import serve
                from gradproof_adapter.wire import take_standard_streams
                serve(take_standard_streams(), file, name, "torch")
            finally:
                os._exit(70)
        for end in (requests, replies, complaints):
            os.close(end)
        self._received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, text):
        os.write(self.to, text.encode("utf-8") if isinstance(text, str) else text)

    def reply(self, seconds=20):
        """The next line, and on the way there whatever comes on standard error is read and dropped."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._received:
            left = deadline - time.monotonic()
            ready = select.select([self.back, self.errors], [], [], max(left, 0))[0]
            if not ready:
                raise Silence
            if self.errors in ready and not os.read(self.errors, 1 << 16) and ready == [self.errors]:
                time.sleep(0.01)
            if self.back in ready:
                piece = os.read(self.back, 1 << 20)
                if not piece:
                    raise EOFError
                self._received += piece
        line, _, self._received = self._received.partition(b"\n")
        return json.loads(line)

    def ask(self, request, seconds=20):
        request = {"id": self.next_id, **request}
        self.next_id += 1
        self.send(json.dumps(request) + "\n")
        reply = self.reply(seconds)
        assert reply["id"] == request["id"], (request, reply)
        return reply

    def hello(self, seconds=20):
        return self.ask(HELLO, seconds)

    def run(self, *cases, seconds=20):
        reply = self.ask({"command": "run", "cases": list(cases)}, seconds)
        assert reply["ok"], reply
        return reply["results"]

    def status(self, seconds=5):
        """How the process ended: an exit code, or a signal as a negative number."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = None
                return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
            time.sleep(0.005)
        raise Silence

    def close(self):
        os.close(self.to)
        if self.pid is not None:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.back)
        os.close(self.errors)


def import_for_copies():
    """Imports what every copy would import, down to what PyTorch leaves to the first backward pass."""
    import torch
    try:
        importlib.import_module("torch.fx.experimental.symbolic_shapes")
    except ImportError:
        pass                                # Earlier versions have no need for it.
    torch.set_num_threads(1)


def in_a_copy(function, *arguments):
    """The result of a function, which JSON must be able to hold, computed in a copy of this process.

    This process never runs a backward pass: some builds of PyTorch start threads for the first one, and refuse any
    other in a copy that is made after that.
    """
    import_for_copies()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "w") as answer:
                json.dump(function(*arguments), answer)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)


def case(graph, dtype="f64", layout="contiguous", rank=2):
    return {"graph": graph, "dtype": dtype, "layout": layout, "rank": rank}
