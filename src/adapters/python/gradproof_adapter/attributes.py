"""Layers that hold λ themselves: which attribute or method it is, and how it is set."""

import math

from gradproof_adapter.signatures import means_lambda


def setters(instance):
    """The names of methods such as set_lambda or update_alpha, also of functions that a closure carries as attributes."""
    return [name for name in dir(instance) if _sets_lambda(name) and callable(_value_of(instance, name))]


def settable(framework, owner):
    """The names of attributes that could be λ and can be set."""
    return [name for name in _numbers_named_lambda(framework, owner) if not _is_read_only(owner, name)]


def told(framework, owner, module):
    """The λ of a layer that can't be given one, where an attribute or a constant of its file tells it."""
    found = [getattr(owner, name) for name in _numbers_named_lambda(framework, owner)]
    if not found:
        found = [value for name, value in vars(module).items()
                 if name.isupper() and means_lambda(name) and framework.is_number(value)]
    return float(found[0]) if len(found) == 1 and math.isfinite(found[0]) else None


def _sets_lambda(name):
    plain = name.lower().replace("_", "")
    return any(plain.startswith(verb) and means_lambda(plain[len(verb):]) for verb in ("set", "update"))


def _numbers_named_lambda(framework, owner):
    """The names of its own attributes first, then those of its classes, the framework's apart."""
    names = framework.attributes(owner)
    for kind in (owner if isinstance(owner, type) else type(owner)).__mro__:
        if kind.__module__ != "builtins" and not kind.__module__.startswith(framework.own_modules):
            names += vars(kind)
    return [name for name in dict.fromkeys(names)
            if not name.startswith("__") and means_lambda(name) and framework.is_number(_value_of(owner, name))]


def _value_of(owner, name):
    try:
        return getattr(owner, name)
    except Exception:                       # A property may raise whatever it likes.
        return None


def _is_read_only(owner, name):
    on_class = getattr(type(owner), name, None)
    return isinstance(on_class, property) and on_class.fset is None
