"""An installation of gradproof in a folder, as the tests of packages see it.

GRADPROOF_BUILD is the build folder that is installed from, GRADPROOF_CMAKE the cmake and GRADPROOF_CXX the compiler of that build.
"""

import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = ROOT / "tests/package/project"
BUILD = pathlib.Path(os.environ.get("GRADPROOF_BUILD", ""))
CMAKE = os.environ.get("GRADPROOF_CMAKE", "cmake")
CXX = os.environ.get("GRADPROOF_CXX", "c++")
SECONDS = 600


def clean_environment(prefix, **more):
    """Ours without what points into the sources, and with the installed program in front."""
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith(("GRADPROOF_", "CMAKE_PREFIX", "PYTHONPATH", "PKG_CONFIG"))}
    return {**kept, "PATH": f"{prefix}/bin:{kept['PATH']}", "PYTHONDONTWRITEBYTECODE": "1", **more}


def run(words, folder, environment, seconds=SECONDS):
    """(exit code, output) of a command, or of a line for the shell."""
    done = subprocess.run(words, cwd=folder, env=environment, shell=isinstance(words, str), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=seconds, check=False)
    return done.returncode, done.stdout


def install(prefix):
    """Into another folder first, and then moved, for an installation must not depend on where it was made."""
    made = prefix.with_name(prefix.name + "-made")
    for folder in (made, prefix):
        shutil.rmtree(folder, ignore_errors=True)
    for component in ("gradproof", "development"):
        code, said = run([CMAKE, "--install", str(BUILD), "--component", component, "--prefix", str(made)], BUILD, dict(os.environ))
        assert code == 0, said
    made.rename(prefix)


def commands_in(text):
    """What `gradproof adapter init` says to type next: the indented lines."""
    return re.findall(r"^  (\S.*)$", text, re.M)
