"""All the ways in which an object may be a gradient reversal layer, likeliest first."""

import copy
import functools
import math
import types
from typing import Callable, NamedTuple, Optional

from gradproof_adapter.attributes import settable, setters, told
from gradproof_adapter.scenario import Holder
from gradproof_adapter.signatures import bounds, call_with, parameters_of, positional, strengths, tensor_name, wants_number
from gradproof_adapter.trial import NotThisWay

_PLAIN_CALLABLES = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial,
                    type(functools.lru_cache(print)))


class Way(NamedTuple):
    """A way to use the subject."""
    form: str
    strength: str                           # how λ is given, as a phrase
    layers: Callable                        # layers() serves one case; layers()(λ) is a layer, to be called with x
    hold: Callable                          # hold(λ) is a layer of its own, for a scenario
    is_fixed: bool = False
    fixed_strength: Optional[float] = None
    framework: object = None
    usage: object = None                    # the same as source text, for scripts that do without us: a dictionary


class Search:
    """The ways to use an object.  `give` turns λ into what the subject is handed; the hint is the author's."""

    def __init__(self, framework, module, give, hint, numbers_only=True, name="layer"):
        self.framework = framework
        self.module = module
        # A vector is a tensor by the time that it comes here, in the dtype of the case.
        self.give = lambda strength: strength if framework.is_vector(strength) else give(strength)
        self.hint = hint
        self.numbers_only = numbers_only    # whether `give` makes numbers, which is what every parameter may be given
        self.named = Words(name)            # how the object that is at hand is written

    def ways(self, thing):
        owner = getattr(thing, "__self__", None)
        if self.framework.is_function_class(owner) and getattr(thing, "__name__", "") == "apply":
            thing = owner                   # As in reverse = GRL.apply.
            self.named = Words(f"{self.named.word}.__self__", apply=self.named.word)
        if self.framework.is_function_class(thing):
            return self.of_function(thing)
        if isinstance(thing, type):
            return self.of_class(thing, f"{self.framework.layer_word} class" if self.framework.is_layer_class(thing) else "factory")
        if isinstance(thing, self.framework.layer):
            return self.of_instance(thing, functools.partial(_copy_of, thing), f"{self.framework.layer_word} instance", self.named)
        if isinstance(thing, (*_PLAIN_CALLABLES, *self.framework.callables)):
            return self.of_callable(thing)
        if callable(thing):
            return self.of_instance(thing, functools.partial(_copy_of, thing), "function", self.named)
        return iter(())

    # One method per form.  A λ by name comes before one that is an attribute, and that before one by elimination.

    def of_function(self, function):
        parameters = self.of_forward(function)
        word = self.framework.function_word
        alone = self.call_alone(parameters)
        words = Words(self.named.apply)
        yield from self.by_call(function.apply, parameters, word, "apply", False, words)
        if self.framework.is_made_before_called(function):
            for doubtful in (False, True):
                yield from self.by_construction(function, parameters_of(function), word, doubtful)
            return
        if alone:
            yield from self.by_class_attribute(function, alone)
        yield from self.by_call(function.apply, parameters, word, "apply", True, words)
        if alone:
            yield from self.fixed(function.apply, word, alone, function, words)

    def of_class(self, kind, form):
        parameters = parameters_of(kind) or []
        yield from self.by_construction(kind, parameters, form, doubtful=False)
        sample = self.made_by(kind) if call_with(parameters) else None
        if sample is not None:
            yield from self.of_instance(sample, kind, form, self.named.made())
        yield from self.by_construction(kind, parameters, form, doubtful=True)

    def of_instance(self, instance, make, form, words):
        method = self.framework.layer_method if isinstance(instance, self.framework.layer) else ""
        parameters = parameters_of(getattr(instance, method) if method else instance)
        where = method or "the call"
        alone = self.call_alone(parameters)
        yield from self.by_call(instance, parameters, form, where, False, words)
        if alone:
            yield from self.by_method(instance, make, form, alone, words)
            yield from self.by_attribute(instance, make, form, alone, words)
        yield from self.by_call(instance, parameters, form, where, True, words)
        if alone:
            yield from self.fixed(instance, form, alone, instance, words)

    def of_callable(self, function):
        """f(x, λ), make(λ), make(), or f(x): the names decide first, then what comes back."""
        parameters = parameters_of(function)
        alone = self.call_alone(parameters)
        yield from self.by_call(function, parameters, "function", "the function", False, self.named)
        yield from self.by_construction(function, parameters or [], "factory", doubtful=False)
        if parameters is not None and call_with(parameters) and not alone:
            made = self.made_by(function)
            if made is not None:
                yield from self.of_instance(made, functools.partial(self.made_by, function), "factory", self.named.made())
        yield from self.by_call(function, parameters, "function", "the function", True, self.named)
        if alone:
            yield from self.fixed(function, "function", alone, function, self.named)
        if parameters is None:
            parameters = positional("strength")
        yield from self.by_construction(function, parameters, "factory", doubtful=True)

    # One method per way to give λ.

    def by_call(self, target, parameters, form, where, doubtful, words):
        parameters = _spelled_out(parameters, "x", "strength")
        for name in self.parameter_names("call", parameters, doubtful):
            tensor = tensor_name(parameters, name)
            call = call_with(parameters, tensor, name) if tensor else None
            if call:
                yield Way(form, f"{call.place_of_strength(by_position=where == 'apply')} of {where}",
                          self.called(target, call), self.held_by_call(target, call),
                          usage=words.usage(call=call.text(words.word)))

    def called(self, target, call):
        apply = call.of(self.framework.entry(target))

        def layer(strength):
            given = self.give(strength)
            return lambda x: apply(x, given)
        return lambda: layer

    def held_by_call(self, target, call):
        """λ belongs to each call, so that to set it is to give another one from then on."""
        def hold(strength, target=target):
            apply, now = call.of(self.framework.entry(target)), [self.give(strength)]

            def set_strength(other):
                now[0] = self.give(other)
            instance = target if isinstance(target, self.framework.layer) else None
            return Holder(lambda x: apply(x, now[0]), set_strength, instance, lambda copied: hold(strength, copied))
        return hold

    def by_construction(self, make, parameters, form, doubtful):
        role = "constructor argument" if isinstance(make, type) else "factory argument"
        yield from () if doubtful or self.hint else self.by_bounds(make, parameters, form, role)
        for name in self.parameter_names("ctor", parameters, doubtful):
            call = call_with(parameters, None, name)
            if call and self.makes_layers(make):
                usage = self.named.usage(make="{layer} = " + call.text(self.named.word), call="{layer}({x})")
                yield Way(form, f"{role} {name}", self.constructed(make, call, name, usage),
                          self.held_by_construction(make, call, name), usage=usage)

    def by_bounds(self, make, parameters, form, role):
        """A layer with a schedule of its own is one λ's layer where its schedule goes from that λ to the same."""
        between = bounds(parameters)
        call = between and call_with(parameters, None, between[0])
        if call and self.makes_layers(make):
            call = call._replace(twin=between[1])
            usage = self.named.usage(make="{layer} = " + call.text(self.named.word), call="{layer}({x})")
            yield Way(form, f"{role}s {between[0]} and {between[1]}", self.constructed(make, call, None, usage),
                      self.held_by_construction(make, call, None), usage=usage)

    def constructed(self, make, call, name, usage):
        construct = call.of(make)

        def layer(strength):
            made = construct(None, self.give(strength))
            if "suffix" not in usage:       # The first is made by the trial, in a process of its own as a rule.
                usage["suffix"] = self.suffix(made)
                usage["set"] = self.setting(made, name, strength)
            return self.entry(made)
        return lambda: layer

    def suffix(self, made):
        """What stands behind a factory's result before it can be called with a tensor."""
        if self.framework.is_function_class(made):
            return ".apply"
        return "()" if self.framework.is_layer_class(made) else ""

    def held_by_construction(self, make, call, name):
        construct = call.of(make)

        def hold(strength):
            made = construct(None, self.give(strength))
            return around(self.entry(made), made, self.setter(made, name, strength))

        def around(layer, instance, setter):
            set_strength = setter and (lambda strength: setter(instance, strength))
            return Holder(layer, set_strength, instance, lambda copied: around(self.entry(copied), copied, setter))
        return hold

    def put(self, owner, name, given):
        """A vector of λ takes the place of whatever is there; one λ becomes what was there before."""
        if self.framework.is_vector(given):
            setattr(owner, name, given)
        else:
            self.framework.put(owner, name, given)

    def setter(self, made, name, strength):
        """How to give another λ to an object that was made with this one: by a method for that, or an attribute.

        An attribute that is not λ now, but perhaps -λ or λ², is the author's own business.
        """
        if name is None:                    # Given by more than one, it can't be set by one.
            return None
        for method in setters(made):
            return lambda instance, other: getattr(instance, method)(self.give(other))
        if self.framework.is_vector(strength):
            names = [each for each in self.framework.attributes(made) if self.framework.is_vector(getattr(made, each, None))]
            names.sort(key=lambda each: each.strip("_") != name.strip("_"))
        else:
            names = self.equal_attributes(made, name, strength)
        for attribute in names:
            return lambda instance, other: self.put(instance, attribute, self.give(other))
        return None

    def setting(self, made, name, strength):
        """The same as a line of source text; empty where there is no way."""
        if name is None:
            return ""
        for method in setters(made):
            return f"{{layer}}.{method}({{lambda}})"
        for attribute in self.equal_attributes(made, name, strength):
            return self.framework.put_text(made, attribute, "{layer}")
        return ""

    def equal_attributes(self, made, name, strength):
        names = [each for each in settable(self.framework, made) if math.isclose(float(getattr(made, each)), strength, rel_tol=1e-3)]
        return sorted(names, key=lambda each: each.strip("_") != name.strip("_"))

    def by_method(self, instance, make, form, call, words):
        for name in self.names("method", setters(instance), dir(instance)):
            def give(each, strength, name=name):
                getattr(each, name)(self.give(strength))
            yield Way(form, f"method {name}", Copies(instance, make, give, self.calling(call)), held_by_giving(make, give, self.calling(call)),
                      usage=words.giving(f"{{layer}}.{name}({{lambda}})", call))

    def by_attribute(self, instance, make, form, call, words):
        for name in self.names("attribute", settable(self.framework, instance), dir(instance)):
            def give(each, strength, name=name):
                self.put(each, name, self.give(strength))
            usage = words.giving(self.framework.put_text(instance, name, "{layer}"), call)
            yield Way(form, f"attribute {name}", Copies(instance, make, give, self.calling(call)), held_by_giving(make, give, self.calling(call)),
                      usage=usage)

    def by_class_attribute(self, function, call):
        for name in self.names("attribute", settable(self.framework, function), dir(function)):
            def layer(strength, name=name):
                self.put(function, name, self.give(strength))
                return call.of(function.apply)
            usage = self.named.usage(before=self.framework.put_text(function, name, self.named.word), call=call.text(self.named.apply))
            yield Way(self.framework.function_word, f"class attribute {name}", lambda layer=layer: layer, held_by_class(layer), usage=usage)

    def fixed(self, target, form, call, owner, words):
        if self.hint and self.hint[0] != "fixed":
            return
        strength = float(self.hint[1]) if self.hint else told(self.framework, owner, self.module)
        layer = self.calling(call)(target)
        instance = owner if isinstance(owner, self.framework.layer) else None
        yield Way(form, "fixed", lambda: lambda _strength: layer,
                  lambda _strength: Holder(layer, None, instance, lambda copied: Holder(self.calling(call)(copied), None, copied)),
                  True, strength, usage=words.usage(call=call.text(words.word)))

    # What the names say.

    def names(self, kind, guessed, every):
        """The names under which λ may be given in this kind of way: those guessed, or the one that the author says."""
        if self.hint is None:
            return guessed
        return [self.hint[1]] if self.hint[0] == kind and self.hint[1] in every else []

    def parameter_names(self, kind, parameters, doubtful):
        # What the author says is not doubtful, so that it is tried once.
        every = [] if doubtful else [parameter.name for parameter in parameters]
        # A layer that fails on its own default is not excused by a tensor that nobody would give it.
        fit = [parameter for parameter in parameters if self.numbers_only or not wants_number(parameter)]
        return self.names(kind, strengths(fit, doubtful), every)

    def call_alone(self, parameters):
        """The call with a tensor and nothing else, or None where that can't be."""
        parameters = _spelled_out(parameters, "x")
        tensor = tensor_name(parameters, None)
        return call_with(parameters, tensor) if tensor else None

    def makes_layers(self, make):
        """Whether what is made can be called with a tensor alone, as far as its class tells."""
        if not isinstance(make, type):
            return True
        forward = (getattr(make, self.framework.layer_method) if self.framework.is_layer_class(make)
                   else _call_method(make))
        parameters = parameters_of(forward)
        return forward is not None and (parameters is None or self.call_alone(parameters[1:]) is not None)

    # What is there to call.

    def calling(self, call):
        """From an object to a function of the tensor alone."""
        return lambda instance: call.of(self.framework.entry(instance))

    def of_forward(self, function):
        """The parameters of a function class's forward without the context."""
        parameters = parameters_of(function.forward) or []
        return parameters[1:] if self.framework.has_own_context(function) and parameters \
            and parameters[0].kind != parameters[0].VAR_POSITIONAL else parameters

    def made_by(self, make):
        """What comes of calling this without arguments, if it is a layer."""
        try:
            made = make()
            self.named.suffix = self.suffix(made)
            return self.usable(made)
        except BaseException:               # Then it is not meant to be called like this.
            return None

    def entry(self, made):
        """What a factory made, as something to call with a tensor."""
        return self.framework.entry(self.usable(made))

    def usable(self, made):
        if self.framework.is_function_class(made):
            return made.apply
        if self.framework.is_layer_class(made):
            return made()
        if isinstance(made, self.framework.tensor) or not callable(made):
            raise NotThisWay(f"gave a {type(made).__name__}, which can't be called")
        return made


class Words:
    """How an object is written in source text that has the author's name for it, and what is done with it there.

    In such a text {layer} stands for a variable that holds a layer, or λ itself where λ belongs to each call; {x} for the
    tensor, {lambda} for λ.
    """

    def __init__(self, word, apply=None, make=None, before=""):
        self.word = word
        self.apply = apply or f"{word}.apply"
        self.make = make or f"__import__('copy').deepcopy({word})"    # another layer like it
        self.before = before                            # a line that must stand in front of all others
        self.suffix = ""

    def made(self):
        """The words for what comes of calling this without arguments."""
        make = f"{self.word}(){self.suffix}"
        return Words("its_layer", make=make, before=f"its_layer = {make}")

    def usage(self, **texts):
        return {"prelude": self.before, **texts}

    def giving(self, line, call):
        return {"make": f"{{layer}} = {self.make}\n{line}", "set": line, "call": call.text("{layer}")}


def held_by_giving(make, give, calling):
    """Each layer is an object of its own, that is given λ when it is made and when λ is set."""
    def hold(strength):
        instance = make()
        give(instance, strength)
        return around(instance)

    def around(instance):
        return Holder(calling(instance), lambda strength: give(instance, strength), instance, around)
    return hold


def held_by_class(layer):
    """λ is the class's, so that each layer gives its own before it goes forward, as a user has to."""
    def hold(strength):
        now = [strength]

        def set_strength(other):
            now[0] = other
            layer(other)
        return Holder(lambda x: layer(now[0])(x), set_strength)
    return hold


class Copies:
    """One layer for each λ of a case, for layers that hold λ themselves, and so have one at a time.

    The first is the author's own object; further ones, for graphs with several λ, are made as a user would make them.
    """

    def __init__(self, first, make, give, calling):
        self.made = [first]
        self.make = make
        self.give = give
        self.calling = calling

    def __call__(self):
        used = {}

        def layer(strength):
            if strength not in used:
                if len(used) == len(self.made):
                    self.made.append(self.make())
                used[strength] = self.made[len(used)]
            self.give(used[strength], strength)
            return self.calling(used[strength])
        return layer


def _copy_of(instance):
    try:
        return copy.deepcopy(instance)
    except Exception:                       # A layer that can't be copied has to serve every λ in turn.
        return instance


def _call_method(kind):
    """A class's own or inherited __call__; kind.__call__ would find that of its metaclass."""
    return next((vars(each)["__call__"] for each in kind.__mro__ if "__call__" in vars(each)), None)


def _spelled_out(parameters, *names):
    """Parameters by position where there are none to go by, or only `*args`."""
    named = [parameter for parameter in parameters or () if parameter.kind not in (
        parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)]
    is_open = parameters is None or any(parameter.kind == parameter.VAR_POSITIONAL for parameter in parameters)
    return positional(*names) if is_open and not named else parameters
