"""`python -m gradproof verify ...`: the program, which judges layers in Python with this very Python unless told otherwise."""

import os
import sys

from gradproof.carried import program

_WRONG_USE = 2                              # docs/reference/exit-codes.md


def main():
    path = program()
    try:
        os.execvpe(path, ["gradproof", *sys.argv[1:]], {"GRADPROOF_PYTHON": sys.executable, **os.environ})
    except OSError as trouble:
        print(f"gradproof: can't start {path} ({trouble.strerror}); put gradproof on the path, or name it in GRADPROOF_PROGRAM", file=sys.stderr)
        return _WRONG_USE


if __name__ == "__main__":
    sys.exit(main())
