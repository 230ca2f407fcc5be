"""An adapter that hands everything on to another one, and keeps what was said.

    recorder.py RECORD COMMAND...

RECORD gets a line for each line of the exchange, with "> " before a request and "< " before a reply.
"""

import os
import subprocess
import sys
import threading


def hand_on(source, sink, mark, record):
    for line in source:
        record.write(mark + line)
        record.flush()
        sink.write(line)
        sink.flush()
    sink.close()


def main():
    with open(sys.argv[1], "ab") as record, subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        asking = threading.Thread(target=hand_on, args=(sys.stdin.buffer, other.stdin, b"> ", record), daemon=True)
        asking.start()
        hand_on(other.stdout, sys.stdout.buffer, b"< ", record)
        return other.wait()


if __name__ == "__main__":
    # At once: the thread that still reads would hold up an orderly end.
    os._exit(main())
