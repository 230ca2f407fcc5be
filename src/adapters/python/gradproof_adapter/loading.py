"""Imports the subject's file and finds the name in it, whatever the framework."""

import difflib
import importlib
import importlib.machinery
import importlib.util
import os
import sys
import types
from typing import NamedTuple

from gradproof_adapter.trouble import SubjectTrouble, one_line, trace


class InHand(NamedTuple):
    """A layer that this process has already, given where others give a file; `said` is what a file says in GRADPROOF."""
    layer: object
    said: dict


def load(file, name):
    """The module made from `file`, and the object that `name`, which may be dotted, stands for."""
    if isinstance(file, InHand):
        module = types.ModuleType(name)
        module.GRADPROOF = file.said
        return module, file.layer
    module = _imported(file)
    found, path = module, []
    for part in name.split("."):
        if not hasattr(found, part):
            raise SubjectTrouble("missing", _nothing_called(part, found, path, file))
        found = getattr(found, part)
        path.append(part)
    return module, found


def loading_text(module, framework):
    """What a script must know besides the file: the module's name where it is part of a package, and a mode of its own."""
    mode = {"mode": framework.mode} if framework.mode else {}
    if framework.vector and framework.vector_text:
        mode["vector"] = framework.vector_text + (framework.column_text if framework.vector == "column" else "")
    return {**mode, "module": module.__name__} if getattr(module, "__package__", "") else mode


def reads(module):
    """When the author says that λ is read: GRADPROOF = {"reads": "backward"}; in the forward pass unless told."""
    table = getattr(module, "GRADPROOF", None)
    when = table.get("reads", "forward") if isinstance(table, dict) else "forward"
    if when not in ("forward", "backward"):
        raise SubjectTrouble("form", f"GRADPROOF says that λ is read {when!r}; it must be 'forward' or 'backward'")
    return when


_WORDS = ("lambda", "reads", "framework", "vector", "under", "schedule", "step", "read", "twice", "convention", "alias")


def check_words(module):
    """Whatever an author says is understood: a word that nobody knows would be a promise that nobody judges."""
    table = getattr(module, "GRADPROOF", None)
    if table is None:
        return
    if not isinstance(table, dict):
        raise SubjectTrouble("form", f"GRADPROOF is {table!r}; it must be a dictionary such as {{'lambda': 'ctor:alpha'}}")
    for word in table:
        if word not in _WORDS:
            near = difflib.get_close_matches(str(word), _WORDS, 1)
            raise SubjectTrouble("form", f"GRADPROOF says {word!r}, which means nothing" + (f"; {near[0]!r}?" if near else "") +
                                         f"; known: {', '.join(_WORDS)}")


def said_of(module, word, unless_told):
    """What the author says under this word of GRADPROOF."""
    table = getattr(module, "GRADPROOF", None)
    return table.get(word, unless_told) if isinstance(table, dict) else unless_told


def twice(module, unless_told):
    """Whether the author says that the layer can be differentiated twice: GRADPROOF = {"twice": True}."""
    table = getattr(module, "GRADPROOF", None)
    answer = table.get("twice", unless_told) if isinstance(table, dict) else unless_told
    if not isinstance(answer, bool):
        raise SubjectTrouble("form", f"GRADPROOF says {answer!r} of differentiating twice; it must be True or False")
    return answer


def convention(module):
    """What the author says of the sign: GRADPROOF = {"convention": "factor"} of a layer that multiplies by the number it takes."""
    word = said_of(module, "convention", "reversal")
    if word not in ("reversal", "factor"):
        raise SubjectTrouble("form", f"GRADPROOF says that the convention is {word!r}; it must be 'reversal' (the gradient times -λ) "
                                     "or 'factor' (the gradient times the number that the layer is given)")
    return word


def alias(module):
    """What the author says of the result's memory: GRADPROOF = {"alias": "view"} or "fresh"; any unless told."""
    word = said_of(module, "alias", "any")
    if word not in ("any", "view", "fresh"):
        raise SubjectTrouble("form", f"GRADPROOF says {word!r} of the result's memory; it must be 'view' (the input's), 'fresh' (its own) "
                                     "or 'any'")
    return word


def vector(module):
    """Whether the author says that λ may be a vector, with an entry for each row: GRADPROOF = {"vector": True} or "column"."""
    answer = said_of(module, "vector", False)
    if answer not in (True, False, "column"):
        raise SubjectTrouble("form", f"GRADPROOF says {answer!r} of vectors of λ; it must be True, False or 'column'")
    return answer


def under(module, known):
    """In which mode the author wants the layer judged: GRADPROOF = {"under": "jit"}; as it is unless told."""
    table = getattr(module, "GRADPROOF", None)
    mode = table.get("under", "") if isinstance(table, dict) else ""
    if not isinstance(mode, str) or mode not in known:
        modes = ", ".join(repr(each) for each in known if each) or "none here"
        raise SubjectTrouble("form", f"GRADPROOF says that the layer runs under {mode!r}; known: {modes}")
    return mode


def _imported(file):
    path = os.path.abspath(file)
    if not os.path.isfile(path):
        what = "is a folder, not a file" if os.path.isdir(path) else "does not exist"
        raise SubjectTrouble("import", f"{file} {what}")
    # Judging a file must leave nothing beside it.
    sys.dont_write_bytecode = True
    try:
        try:
            return _on_its_own(path)
        except ImportError as error:
            module = _as_part_of_a_package(path) if "relative import" in str(error) else None
            if module is None:
                raise
            return module
    except BaseException as error:          # sys.exit() at import is an answer to us, not an order.
        raise SubjectTrouble("import", _what_failed(file, path, error), trace(error)) from None


def _on_its_own(path):
    """Imports a file as a script is run: its own folder comes first on the search path."""
    sys.path.insert(0, os.path.dirname(path))
    # The prefix keeps a subject called random.py from becoming everybody's `random`.
    name = "subject_" + os.path.splitext(os.path.basename(path))[0]
    loader = importlib.machinery.SourceFileLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(name, path, loader=loader))
    # Classes find their own module here, which pickle, copy and dataclasses rely on.
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def _as_part_of_a_package(path):
    """Imports a file under its full name in the package that it lies in, or gives None where it lies in none."""
    folder, stem = os.path.dirname(path), os.path.splitext(os.path.basename(path))[0]
    names = [stem]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        names.insert(0, os.path.basename(folder))
        folder = os.path.dirname(folder)
    if len(names) == 1 or not all(name.isidentifier() for name in names):
        return None
    sys.path.insert(0, folder)
    return importlib.import_module(".".join(names[:-1] if stem == "__init__" else names))


def _what_failed(file, path, error):
    place = file
    if isinstance(error, SyntaxError) and error.filename == path:
        place = f"{file}:{error.lineno}"
    steps = error.__traceback__
    while steps is not None:
        if steps.tb_frame.f_code.co_filename == path:
            place = f"{file}:{steps.tb_lineno}"
        steps = steps.tb_next
    return f"importing {place} raised {one_line(error)}"


def _nothing_called(part, found, path, file):
    known = [each for each in vars(found) if not each.startswith("_")] if hasattr(found, "__dict__") else []
    if not path:
        # A file's own definitions are meant; what it merely imports is not.
        own = [each for each in known if getattr(vars(found)[each], "__module__", None) == found.__name__]
        known = own or known
    known.sort(key=lambda each: -difflib.SequenceMatcher(None, each.lower(), part.lower()).ratio())
    where = f"{file}: {'.'.join(path)}" if path else file
    listed = ", ".join(known[:8]) + (f" and {len(known) - 8} more" if len(known) > 8 else "")
    return f"{where} has no {part!r}; it has {listed or 'no names at all'}"
