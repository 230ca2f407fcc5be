"""Which parameter is λ, which one is the tensor, and how a call is made from them.  Knows no framework."""

import inspect
from inspect import Parameter
from typing import NamedTuple, Optional

_LAMBDA_NAMES = frozenset(
    "l lam lamb lbd lmd lmb λ α weight w scale scaling factor gamma beta mu eta hp const constant c k s rate p "
    "multiplier intensity tradeoff".split())
_LAMBDA_PARTS = ("lambd", "lamda", "lmbd", "alpha", "coef", "strength", "reversal", "grlweight", "adaptation")
_LOW_NAMES = frozenset("lo low lower minlambda lambdamin minalpha alphamin mincoeff start startvalue".split())
_HIGH_NAMES = frozenset("hi high upper maxlambda lambdamax maxalpha alphamax maxcoeff end endvalue".split())
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_TENSOR_NAMES = frozenset(
    "x xs z h inp input inputs tensor tensors t data feature features feat feats hidden embedding embeddings".split())


def means_lambda(name):
    plain = name.lower().replace("_", "")
    return plain in _LAMBDA_NAMES or any(part in plain for part in _LAMBDA_PARTS)


def means_tensor(name):
    return name.lower().replace("_", "").rstrip("0") in _TENSOR_NAMES


def parameters_of(thing):
    """The parameters with which `thing` can be called, or None where Python can't tell."""
    try:
        return list(inspect.signature(thing).parameters.values())
    except (TypeError, ValueError):
        return None


class _Place:
    """Stands for an argument that a call is given later."""


_TENSOR, _STRENGTH = _Place(), _Place()


class Call(NamedTuple):
    """A way to call something that has a parameter for the tensor, one for λ, or both."""
    parameters: tuple
    tensor: Optional[str]
    strength: Optional[str]
    twin: Optional[str] = None          # another parameter that is given λ

    def arguments(self, x, strength):
        """Positional and keyword arguments.  Defaults are filled in only where a later argument needs its place."""
        by_position, by_name, pending = [], {}, []
        for parameter in self.parameters:
            if not _is_named(parameter):
                continue
            if parameter.name in (self.tensor, self.strength, self.twin):
                value = x if parameter.name == self.tensor else strength
                if parameter.kind == parameter.KEYWORD_ONLY:
                    by_name[parameter.name] = value
                else:
                    by_position += [*pending, value]
                    pending = []
            elif parameter.kind != parameter.KEYWORD_ONLY:
                pending.append(parameter.default)
        return by_position, by_name

    def of(self, thing):
        """The call of one thing, as a function of the tensor and λ, made once so that calling costs little."""
        by_position, by_name = self.arguments(_TENSOR, _STRENGTH)
        places = [value if isinstance(value, _Place) else None for value in by_position]
        if not by_name and places == [_TENSOR]:
            return lambda x, strength=None: thing(x)
        if not by_name and places == [_TENSOR, _STRENGTH]:
            return thing

        def general(x, strength=None):
            given = {_TENSOR: x, _STRENGTH: strength}
            return thing(*[given.get(value, value) if isinstance(value, _Place) else value for value in by_position],
                         **{name: given[value] for name, value in by_name.items()})
        return general

    def text(self, thing):
        """The call of what is written `thing`, with {x} and {lambda} where tensor and λ go."""
        words = {_TENSOR: "{x}", _STRENGTH: "{lambda}"}
        by_position, by_name = self.arguments(_TENSOR, _STRENGTH)

        def word(value):
            return words[value] if isinstance(value, _Place) else repr(value)
        return f"{thing}({', '.join([*map(word, by_position), *(f'{name}={word(value)}' for name, value in by_name.items())])})"

    def place_of_strength(self, by_position):
        """Where λ goes, in words: `second argument` or `argument alpha`."""
        names = [parameter.name for parameter in self.parameters]
        where = names.index(self.strength)
        if by_position or self.parameters[where].kind == Parameter.POSITIONAL_ONLY:
            return f"{_ORDINALS[where] if where < len(_ORDINALS) else 'last'} argument"
        return f"argument {self.strength}"


def call_with(parameters, tensor=None, strength=None):
    """The Call that gives just these two parameters, or None where another one would stay without a value."""
    given = {tensor, strength} - {None}
    names = {parameter.name for parameter in parameters}
    if any(parameter.name not in given and _is_required(parameter) for parameter in parameters):
        return None
    return Call(tuple(parameters), tensor, strength) if given <= names else None


def strengths(parameters, doubtful):
    """The names of parameters that may be λ: by name, or, the doubtful ones, because nothing speaks against it."""
    return [parameter.name for parameter in parameters
            if _is_named(parameter) and (means_lambda(parameter.name) != doubtful)
            and (not doubtful or _may_be_number(parameter))]


def bounds(parameters):
    """The names of the least and the greatest λ of a schedule; a schedule between equal bounds stays there."""
    def named(names):
        return next((parameter.name for parameter in parameters if parameter.name.lower().replace("_", "") in names), None)
    low, high = named(_LOW_NAMES), named(_HIGH_NAMES)
    return (low, high) if low and high else None


def tensor_name(parameters, strength):
    """The name of the parameter that takes the tensor, once `strength` is taken for λ; None where there is none."""
    free = [parameter for parameter in parameters if _is_named(parameter) and parameter.name != strength
            and (parameter.default is parameter.empty or parameter.default is None)]
    for parameter in free:
        if means_tensor(parameter.name):
            return parameter.name
    return free[0].name if free else None


def _is_named(parameter):
    return parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)


def _is_required(parameter):
    return _is_named(parameter) and parameter.default is parameter.empty


def _may_be_number(parameter):
    if means_tensor(parameter.name):
        return False
    return parameter.default is parameter.empty or type(parameter.default) in (int, float)


def wants_number(parameter):
    """Whether the author says so, by a default or an annotation."""
    return (type(parameter.default) in (int, float) or parameter.annotation in (int, float)
            or parameter.annotation in ("int", "float"))


def positional(*names):
    """Parameters to go by where Python can't tell any, or tells only `*args`."""
    return [Parameter(name, Parameter.POSITIONAL_ONLY) for name in names]
