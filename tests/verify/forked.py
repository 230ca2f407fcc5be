"""Runs Python scripts in processes forked from one that has imported a framework, as that takes most of a short script's time.

    python -I forked.py MODULE...

Such a process is one that did the script's imports and nothing else: the script is its __main__, and has arguments, a folder and streams of its own.
Only for frameworks that start no threads when they are imported.
"""

import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading


class Forked:
    """The process that the others are forked from, seen from outside."""

    def __init__(self, *modules):
        self.turn = threading.Lock()
        self.process = subprocess.Popen([sys.executable, "-I", os.path.abspath(__file__), *modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, script, *arguments, cwd, timeout):
        """As subprocess.run does it; the streams are kept in files, for the process is not ours to read from."""
        with self.turn, tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
            streams = [f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in (out, err)]
            print(json.dumps({"arguments": [script, *arguments], "folder": cwd, "streams": streams, "seconds": timeout}), file=self.process.stdin, flush=True)
            code = int(self.process.stdout.readline())
            return subprocess.CompletedProcess([script, *arguments], code, *(file.seek(0) or file.read() for file in (out, err)))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def become(request):
    """Turns this process into one that was started to run the script."""
    os.chdir(request["folder"])
    for number, name in enumerate([os.devnull, *request["streams"]]):
        opened = os.open(name, os.O_RDWR)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = request["arguments"]
    signal.alarm(request["seconds"])  # Nobody else ends it.
    runpy.run_path(sys.argv[0], run_name="__main__")


def main():
    for module in sys.argv[1:]:
        importlib.import_module(module)
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            return become(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
