"""Runs the program as a user types it, and looks at what it leaves behind."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MARK = "GRADPROOF_TEST_MARK"  # in the environment of whatever a test starts, so that leftovers are found


def program():
    path = os.environ.get("GRADPROOF_PROGRAM", "")
    if not os.access(path, os.X_OK):
        sys.exit(f"GRADPROOF_PROGRAM is {path!r}, which is no program; set it to the gradproof that is to be tested")
    return os.path.abspath(path)


def example(name):
    folder = os.environ.get("GRADPROOF_EXAMPLES") or os.path.join(os.path.dirname(program()), "examples")
    return os.path.join(folder, name)


def to_be_mended(why):
    """Marks a test that shows a known fault. When the program is mended the test passes, which unittest reports until the mark is gone."""
    assert why
    return unittest.expectedFailure


class Ended:
    """What a run came to."""

    def __init__(self, code, out, err, seconds, mark):
        self.code, self.out, self.err, self.seconds, self.mark = code, out, err, seconds, mark


def environment(mark, **changes):
    result = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "GRADPROOF_PYTHON", "GRADPROOF_ADAPTERS")}
    result[MARK] = mark
    result.update(changes)
    return result


class Running:
    """The program at work, in a process group of its own as a shell would have it."""

    def __init__(self, *arguments, cwd, stdin=None, **changes):
        self.mark = uuid.uuid4().hex
        self.began = time.monotonic()
        self.process = subprocess.Popen([program(), *arguments], cwd=cwd, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment(self.mark, **changes), start_new_session=True)

    def interrupt(self, number=signal.SIGINT):
        """As Ctrl-C does: the signal goes to the whole group."""
        os.killpg(self.process.pid, number)

    def end(self, timeout=60, text=None):
        try:
            out, err = self.process.communicate(text, timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            end_leftovers(self.mark)
            raise AssertionError(f"still running after {timeout} s: {self.process.args}") from None
        return Ended(self.process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"),
                     time.monotonic() - self.began, self.mark)


def run(*arguments, cwd, text=None, timeout=60, **changes):
    running = Running(*arguments, cwd=cwd, stdin=subprocess.PIPE if text is not None else None, **changes)
    return running.end(timeout, text.encode() if text is not None else None)


def marked(mark):
    """The processes whose environment has the mark."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                if f"{MARK}={mark}".encode() in file.read():
                    found.append(int(entry))
        except OSError:
            pass  # It has ended, or belongs to somebody else.
    return found


def leftovers(mark, patience=1.0):
    """What is still there of a run when the kernel has had the time to bury it."""
    end = time.monotonic() + patience
    while (found := marked(mark)) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def end_leftovers(mark):
    for process in marked(mark):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass


def wait_for(condition, timeout=20):
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it never came to that")
        time.sleep(0.01)


def on_terminal(*arguments, cwd, timeout=60, **changes):
    """A run whose standard output and error are two terminals."""
    mark = uuid.uuid4().hex
    ends = {"out": pty.openpty(), "err": pty.openpty()}
    process = subprocess.Popen([program(), *arguments], cwd=cwd, stdin=subprocess.DEVNULL, stdout=ends["out"][1], stderr=ends["err"][1],
                               env=environment(mark, TERM="xterm", **changes), start_new_session=True)
    for _, theirs in ends.values():
        os.close(theirs)
    text = {"out": b"", "err": b""}
    names = {ours: name for name, (ours, _) in ends.items()}
    began = time.monotonic()
    while names:
        ready = select.select(list(names), [], [], max(0, began + timeout - time.monotonic()))[0]
        if not ready:
            process.kill()
            break
        for end in ready:
            try:
                data = os.read(end, 65536)
            except OSError:  # The other side of a terminal is closed.
                data = b""
            text[names[end]] += data
            if not data:
                os.close(end)
                del names[end]
    return Ended(process.wait(), text["out"].decode("utf-8", "replace"), text["err"].decode("utf-8", "replace"), time.monotonic() - began, mark)


class CliCase(unittest.TestCase):
    """A test with a folder of its own, in which the program runs."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gradproof-cli-")
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return name

    def script(self, name, content):
        self.file(name, content)
        os.chmod(os.path.join(self.folder, name), 0o755)
        return os.path.join(self.folder, name)

    def example(self, name):
        """A bundled example, copied so that its target reads the same wherever it was built."""
        shutil.copy(example(name), self.folder)
        return "so:" + name

    def plugin(self, name, source):
        compiler = shutil.which("cc")
        if compiler is None:
            self.skipTest("there is no C compiler (cc)")
        self.file(name + ".c", source)
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-I", os.path.join(ROOT, "include"), name + ".c", "-o", name + ".so"],
                       cwd=self.folder, check=True)
        return f"so:{name}.so"

    def gradproof(self, *arguments, **more):
        ended = run(*arguments, cwd=self.folder, **more)
        self.decent(ended)
        return ended

    def decent(self, ended):
        """What holds of every run, good or bad."""
        self.assertIn(ended.code, (0, 1, 2, 3, 4, 5), ended.err)
        for words in ("terminate called", "what():", "std::", "our own fault", "Traceback (most recent call last)", "Assertion"):
            self.assertNotIn(words, ended.err)
        self.assertEqual(leftovers(ended.mark), [])

    def refused(self, *arguments, says, **more):
        """Exit code 2, nothing on standard output, and one message that says all of this."""
        ended = self.gradproof(*arguments, **more)
        self.assertEqual(ended.code, 2, ended.out + ended.err)
        self.assertEqual(ended.out, "")
        lines = [line for line in ended.err.splitlines() if line != "Run with --help for more information."]
        self.assertEqual(len(lines), 1, ended.err)
        for words in says:
            self.assertIn(words, lines[0])
        return ended
