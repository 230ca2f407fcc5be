"""Where the program is that judges."""

import os
import pathlib

# A wheel carries an installation of its own in here.
_CARRIED = pathlib.Path(__file__).resolve().parent / "installation/bin/gradproof"


def program():
    """What GRADPROOF_PROGRAM names, else the program that came with this package, else `gradproof` on the path."""
    named = os.environ.get("GRADPROOF_PROGRAM") or (str(_CARRIED) if _CARRIED.is_file() else "gradproof")
    return os.path.abspath(named) if "/" in named else named
