"""The frameworks that a subject may be written for, and which one a file is written for.

Each is a module with one function, open_subject(file, name, kind), whose result, one of KINDS, has `description`, a dictionary that goes
into the reply to hello, and `run(case)`, which gives one entry of the reply to run.  The module is imported when
gradproof says hello, so that a framework that prints or fails on import does so inside an exchange.
"""

import ast
import importlib
import importlib.util
import os
import sys

from gradproof_adapter.trouble import SubjectTrouble, one_line, trace

FRAMEWORKS = {"torch": "gradproof_adapter.pytorch", "jax": "gradproof_adapter.jax_",
              "tensorflow": "gradproof_adapter.tensorflow_", "paddle": "gradproof_adapter.paddle_"}

# No framework at all, which a schedule may do with.
PLAIN = "python"

# Which package's import tells of which framework.
PACKAGES = {"torch": "torch", "jax": "jax", "tensorflow": "tensorflow", "keras": "tensorflow",
            "tf_keras": "tensorflow", "paddle": "paddle"}


# What a subject may be opened as, by the contract in the request for hello.
KINDS = {"": ("gradproof_adapter.subject", "Subject"), "schedule": ("gradproof_adapter.schedule", "ScheduleSubject"),
         "training": ("gradproof_adapter.training", "TrainingSubject")}


def open_subject(framework, file, name, contract=""):
    place, kind = KINDS[contract]
    kind = getattr(importlib.import_module(place), kind)
    if framework == PLAIN:
        return kind(None, file, name, None, None)
    return imported(framework).open_subject(file, name, kind)


def imported(framework):
    """Our module for a framework, and with it the framework."""
    try:
        return importlib.import_module(FRAMEWORKS[framework])
    except ImportError as error:
        # Where it is not installed, all of the trace is ours and says no more.
        absent = isinstance(error, ModuleNotFoundError) and error.name == framework
        raise SubjectTrouble(
            "import", f"{sys.executable} cannot import {framework} ({one_line(error)}); "
            f"install it there, or choose another Python with --python or GRADPROOF_PYTHON", "" if absent else trace(error)) from error


def framework_of(file, or_plain=False):
    """The framework that a file is written for: what it says in GRADPROOF, or what it imports, or what is there.

    What needs none may be written in plain Python.

    The file is read and not run: importing it may need the framework to be set up first.
    """
    found = _said_or_imported(os.path.abspath(file), set())
    if found is None and or_plain:
        return PLAIN
    if found is None:
        found = next((name for name in FRAMEWORKS if _is_installed(name)), "torch")
    if found not in FRAMEWORKS:
        raise SubjectTrouble("import", f"GRADPROOF names the framework {found!r}; known: {', '.join(FRAMEWORKS)}")
    return found


def _said_or_imported(path, seen):
    """A file that imports no framework by itself has it from one that lies beside it."""
    seen.add(path)
    try:
        with open(path, "rb") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None                         # Importing the file will say what is wrong.
    said = _said(tree)
    if said is not None:
        return said
    imported = list(_imported(tree))
    for name in imported:
        if name.partition(".")[0] in PACKAGES:
            return PACKAGES[name.partition(".")[0]]
    for name in imported:
        beside = os.path.join(os.path.dirname(path), *name.split(".")) + ".py"
        if name and beside not in seen and os.path.isfile(beside):
            found = _said_or_imported(beside, seen)
            if found is not None:
                return found
    return None


def _said(tree):
    """The framework in GRADPROOF = {"framework": "jax"}."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict) and any(
                isinstance(target, ast.Name) and target.id == "GRADPROOF" for target in statement.targets):
            for key, value in zip(statement.value.keys, statement.value.values):
                if isinstance(key, ast.Constant) and key.value == "framework" and isinstance(value, ast.Constant):
                    return str(value.value)
    return None


def _imported(tree):
    """The names of all imported modules, in the order of the text; relative ones without their dots."""
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in sorted(imports, key=lambda node: node.lineno):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            yield node.module
        else:
            yield from (alias.name for alias in node.names)


def _is_installed(framework):
    try:
        found = importlib.util.find_spec(framework)
    except (ImportError, ValueError):
        return False
    return found is not None and found.origin is not None
