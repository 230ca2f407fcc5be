"""Decides in which way the named object is used: the likeliest that works when it is tried."""

import math

from gradproof_adapter.trial import attempt
from gradproof_adapter.trouble import SubjectTrouble
from gradproof_adapter.ways import Search

_HINTS = ("ctor", "call", "method", "attribute", "fixed")


def bind(framework, module, thing, name, is_in_hand=False):
    """The first way whose trial gives a tensor like its input, else the first that only a fault of the layer spoils.

    A layer in hand is tried in this process, which is its author's and may have done what no fork survives.
    """
    hint = _hint(module)
    tried, best = [], None
    for give, remark in ((float, ""), (framework.as_tensor, ", as a tensor")):
        for way in Search(framework, module, give, hint, give is float, name.rpartition(".")[2]).ways(thing):
            way = way._replace(strength=way.strength + ("" if way.is_fixed else remark), framework=framework)
            outcome = attempt(framework, way, is_in_hand)
            way = way._replace(form=way.form + outcome.remark, usage=_usage(framework, way.usage, outcome, bool(remark) and not way.is_fixed))
            if outcome.rank == 3 or outcome.is_final:
                return way
            if outcome.rank > (best[0] if best else 0):
                best = outcome.rank, way
            tried.append(f"{way.form} with λ as {way.strength}: {outcome.text}")
    if best:
        return best[1]
    raise SubjectTrouble("form", _not_usable(framework, thing, name, hint, tried))


def _usage(framework, usage, outcome, is_tensor):
    """The way as source text, with what only a layer that was made could tell."""
    usage = {**usage, **(outcome.usage or {})}
    if usage.pop("suffix", ""):
        usage["call"] = usage["call"].replace("{layer}", "{layer}" + outcome.usage["suffix"])
    usage["call"] = framework.mode_text(usage["call"])
    if is_tensor:
        usage["number"] = framework.strength_text
    usage["prelude"] = "\n".join(filter(None, (framework.prelude_text(), usage.get("prelude", ""))))
    return {key: text for key, text in usage.items() if text}


def _hint(module):
    """The author's word on how λ is given, as (kind, name), from GRADPROOF = {"lambda": "ctor:alpha"}."""
    table = getattr(module, "GRADPROOF", None)
    if table is None or isinstance(table, dict) and "lambda" not in table:
        return None
    text = table.get("lambda") if isinstance(table, dict) else None
    kind, _, name = text.partition(":") if isinstance(text, str) else ("", "", "")
    if kind in _HINTS and name and (kind != "fixed" or _is_number(name)):
        return kind, name
    raise SubjectTrouble(
        "form", f"GRADPROOF is {table!r}; it must be a dictionary such as {{'lambda': 'ctor:alpha'}}, where the word "
                f"before the colon is one of {', '.join(_HINTS)}, and fixed takes a number")


def _is_number(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _not_usable(framework, thing, name, hint, tried):
    what = f"the class {thing.__qualname__}" if isinstance(thing, type) else f"a {type(thing).__name__}"
    if hint:
        what += f", for which GRADPROOF says that λ is given as {':'.join(hint)}"
    if tried:
        return f"{name} is {what}; tried {'; '.join(tried)}"
    return (f"{name} is {what}, which can't be called with a tensor{' in this way' if hint else ''}; wanted: "
            f"{framework.wanted}")
