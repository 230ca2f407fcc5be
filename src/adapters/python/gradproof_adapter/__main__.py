"""The entry point.  It takes standard output away from everybody else before anything else is imported."""

import os
import sys


def tidy_search_path():
    """Keeps the subject's neighbours, and our own modules, from standing in for the standard library's.

    Python put either the current folder (-m) or this package's own folder (run as a path) first.  The folder above this
    package takes that place, and the current folder goes last, where a project's own packages are still found.
    """
    above = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[0:1] = [above]
    sys.path.append(os.getcwd())


def main():
    tidy_search_path()
    from gradproof_adapter.wire import take_standard_streams
    from gradproof_adapter.command_line import arguments
    from gradproof_adapter.service import serve

    wanted = arguments(sys.argv[1:])
    serve(take_standard_streams(), wanted.file, wanted.name, wanted.framework)


if __name__ == "__main__":
    main()
