"""The adapter's command line."""

import argparse

from gradproof_adapter.frameworks import FRAMEWORKS


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="gradproof_adapter",
        description="Serves one gradient reversal layer to gradproof over standard input and output.")
    parser.add_argument("file", metavar="FILE.py", help="the file that defines the layer")
    parser.add_argument("name", metavar="NAME", help="the layer's name in that file; may be dotted, as in Model.grl")
    parser.add_argument("--framework", choices=["auto", *sorted(FRAMEWORKS)], default="auto",
                        help="the framework that the layer is written for (default: auto, which is what FILE.py imports)")
    return parser.parse_args(argv)
