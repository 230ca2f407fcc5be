"""The frameworks that a subject may be written for.

Each is a module with one function, open_subject(file, name), whose result has `description`, a dictionary that goes
into the reply to hello, and `run(case)`, which gives one entry of the reply to run.  The module is imported when
gradproof says hello, so that a framework that prints or fails on import does so inside an exchange.
"""

import importlib
import sys

from gradproof_adapter.trouble import SubjectTrouble, one_line, trace

FRAMEWORKS = {"torch": "gradproof_adapter.pytorch"}


def open_subject(framework, file, name):
    try:
        module = importlib.import_module(FRAMEWORKS[framework])
    except ImportError as error:
        raise SubjectTrouble(
            "import", f"{sys.executable} cannot import {framework} ({one_line(error)}); "
            f"install it there, or choose another Python with --python", trace(error)) from error
    return module.open_subject(file, name)
