"""A schedule of λ in place of a layer: the coefficient at step i of n, from a function or from an object that counts."""

import base64
import copy
import inspect
import math
import numbers
import platform
import struct
import types

from gradproof_adapter.graphtext import parse
from gradproof_adapter.loading import load, said_of
from gradproof_adapter.trouble import CaseTrouble, SubjectTrouble, one_line, trace

# The parts of a schedule, in the order of coeff(i, n, lo, hi, alpha), and the names that people give them.
ROLES = {
    "i": "i step iter iteration it iternum t k epoch currentstep currentiter currentepoch globalstep curr current num stepnum idx",
    "n": "n total maxiters maxiter maxsteps totalsteps numsteps nsteps niters totaliters numiters iters steps maxepochs "
         "maxepoch numepochs nepochs epochs totalepochs warmup warmupsteps length maxstep totaliter",
    "lo": "lo low lowvalue lower start minimum min lambdamin minlambda init initial begin",
    "hi": "hi high highvalue upper end maximum max lambdamax maxlambda final",
    "alpha": "alpha gamma a α γ steepness slope delta sharpness rate",
    "p": "p progress frac fraction ratio portion",
}
_ROLE_OF = {name: role for role, names in ROLES.items() for name in names.split()}
_USUAL = {"lo": 0.0, "hi": 1.0, "alpha": 10.0}
_STEPS = ("step", "update", "advance", "tick", "next_step")
_READINGS = ("coeff", "coefficient", "coef", "lambda_", "lambd", "lamda", "lmbda", "lamb", "lam", "grl_lambda", "current",
             "value", "strength", "weight", "get_coeff", "get_coefficient", "get_lambda", "get_value", "current_lambda", "_coeff",
             "_lambda", "_lam", "alpha", "factor")
_PLAIN = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_MOST_STEPS = 20000


class ScheduleSubject:
    """A schedule, and what is known about it."""

    def __init__(self, framework, file, name, _run_case, stage, _run_list=None):
        module, thing = load(file, name)
        self.framework = framework
        self.stage = stage
        self.bound = types.SimpleNamespace(framework=framework)
        self.said = _checked(said_of(module, "schedule", {}))
        self.step = said_of(module, "step", None)
        self.reading = said_of(module, "read", None)
        self.name = name
        form, self.coefficient, given, told = self._opened(thing)
        fixed = {role: value for role, value in {**_USUAL, **told, **self._numbers()}.items() if role not in given}
        if "n" not in given and "n" not in fixed and "p" not in given:
            raise SubjectTrouble("form", f"nothing says of how many steps the schedule {name} is; name the parameter in "
                                         "GRADPROOF = {'schedule': {'n': 'total'}}, or give a number in its place")
        if "p" in given:
            fixed.pop("n", None)
        self.description = {
            "framework": framework.version() if framework else f"Python {platform.python_version()}", "subject": name,
            "form": form, "lambda": "the coefficient of step i", "dtypes": ["f64", "f32"], "ops": [], "layouts": [],
            "fixed": fixed}

    def run(self, case):
        values = {node.name: node.argument[0] for node in parse(case.graph).nodes if node.op == "input"}
        moment = {"i": int(values["i"]), "n": int(values["n"]), **{role: values[role] for role in ("lo", "hi", "alpha")}}
        try:
            return {"outputs": [self.coefficient(moment, case.contract)], "gradients": []}
        except CaseTrouble:
            raise
        except BaseException as error:      # sys.exit() in a schedule is an answer to us, not an order.
            outside = self.framework.outside if self.framework else ()
            raise CaseTrouble("raised", f"the schedule raised {one_line(error)}", trace(error, outside)) from None

    # What the thing is ------------------------------------------------------------------------------------------

    def _numbers(self):
        return {role: float(value) for role, value in self.said.items() if not isinstance(value, str)}

    def _opened(self, thing):
        """The form, the coefficient as a function of a moment and its use, the parts that can be given, those told otherwise."""
        is_maker = isinstance(thing, type) or isinstance(thing, _PLAIN) and not self._is_asked_for_a_step(thing)
        if is_maker:
            return self._opened_maker(thing)
        if self._steps(thing):
            return (f"{type(thing).__name__} instance", self._of_objects(lambda _moment: copy.deepcopy(thing)), set(),
                    self._told_by(thing))
        if callable(thing):
            places = self._places(thing)
            return f"function {_written(thing)}", self._of_function(lambda: thing, places), set(places.values()), {}
        raise SubjectTrouble("form", f"{self.name} is a {type(thing).__name__}; wanted: a function coeff(i, n, lo, hi, alpha), or an "
                                     "object with step() and an attribute such as coeff")

    def _opened_maker(self, thing):
        places = self._places(thing)

        def make(moment):
            return thing(**_arguments(places, moment))
        try:
            sample = make({"i": 0, "n": 10, **_USUAL})
        except BaseException as error:      # sys.exit() in a schedule is an answer to us, not an order.
            raise SubjectTrouble("form", f"{_written(thing)} raised {one_line(error)}", trace(error)) from None
        given = set(places.values())
        if callable(sample) and not self._steps(sample):
            given |= set(self._places(sample).values())
        form = f"{'class' if isinstance(thing, type) else 'factory'} {_written(thing)}"
        return form, self._of_objects(make), given, self._told_by(sample)

    def _is_asked_for_a_step(self, function):
        return bool({"i", "p"} & set(self._places(function).values()))

    def _places(self, thing):
        """Which parameter is which part: what the author says, then by name, then the rest in the usual order."""
        said = {name: role for role, name in self.said.items() if isinstance(name, str)}
        try:
            parameters = [each for each in inspect.signature(thing).parameters.values()
                          if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
        except (TypeError, ValueError):
            raise SubjectTrouble("form", f"nothing tells the parameters of {self.name}") from None
        places = {}
        for each in parameters:
            role = said.get(each.name) or _ROLE_OF.get(each.name.lower().replace("_", ""))
            if role and role not in places.values():
                places[each.name] = role
        unnamed = [each.name for each in parameters if each.name not in places and each.default is each.empty]
        # A class is given no step, and a function of one number is one of the part that is done.
        usual = ["n", "lo", "hi", "alpha"] if isinstance(thing, type) else ["p"] if len(parameters) == 1 else list(ROLES)[:5]
        free = [role for role in usual if role not in places.values()]
        if len(unnamed) > len(free):
            raise SubjectTrouble("form", f"{_written(thing)}: nothing tells what {unnamed[len(free)]} is; say so in "
                                         "GRADPROOF = {'schedule': {'i': 'its name'}}")
        places.update(zip(unnamed, free))
        return places

    def _told_by(self, instance):
        """The parts that an object keeps in attributes."""
        told = {}
        for name, value in getattr(instance, "__dict__", {}).items():
            role = _ROLE_OF.get(name.lower().strip("_").replace("_", ""))
            if role not in (None, "i", "p") and _is_number(value):
                told.setdefault(role, float(value))
        return told

    # Functions --------------------------------------------------------------------------------------------------

    def _of_function(self, make, places):
        def coefficient(moment, use):
            if use not in ("schedule", "schedule again"):
                raise CaseTrouble("unsupported", "a function has no steps of its own")
            function = make()
            if use == "schedule again":
                function(**_arguments(places, moment))
            return _written_number(function(**_arguments(places, moment)))
        return coefficient

    # Objects ----------------------------------------------------------------------------------------------------

    def _of_objects(self, make):
        def coefficient(moment, use):
            if moment["i"] > _MOST_STEPS:
                raise CaseTrouble("unsupported", f"{moment['i']} steps take too long")
            if use == "schedule beside":
                other = make(moment)
                self._advance(other, 3)
            it = make(moment)
            if not self._steps(it):
                return self._called(it, moment, use)
            self._advance(it, moment["i"])
            if use == "schedule evaluated":
                self._evaluate(it)
            first = self._read(it)
            return self._read(it) if use == "schedule again" and not self._by_forward(it) else first
        return coefficient

    def _called(self, it, moment, use):
        """An object without steps is a function that was made with some of its parts."""
        if not callable(it):
            raise CaseTrouble("returned", f"a {type(it).__name__}, which has no step() and can't be called")
        return self._of_function(lambda: it, self._places(it))(moment, use)

    def _steps(self, it):
        """How it goes a step on: a bound method, or a forward pass where the author says so or it steps by itself."""
        if isinstance(it, type):
            return None
        if self._by_forward(it):
            return lambda: self._forward(it)
        names = (self.step,) if self.step else _STEPS
        return next((getattr(it, name) for name in names if callable(getattr(it, name, None))), None)

    def _by_forward(self, it):
        if self.step == "forward" or getattr(it, "auto_step", False) is True:
            return True
        # A layer without a method for it has nothing but its forward passes to count.
        return not self.step and self._is_layer(it) and not any(callable(getattr(it, name, None)) for name in _STEPS)

    def _advance(self, it, count):
        step = self._steps(it)
        for _ in range(count):
            step()

    def _evaluate(self, it):
        """A validation in the middle of a training."""
        if not callable(getattr(it, "eval", None)) or not callable(getattr(it, "train", None)) or not self._is_layer(it):
            raise CaseTrouble("unsupported", "the object has no evaluation mode")
        it.eval()
        for _ in range(3):
            self._forward(it)
        it.train()

    def _is_layer(self, it):
        return self.framework is not None and isinstance(it, self.framework.layer)

    def _read(self, it):
        if self.reading:
            return _written_number(_value(it, self.reading))
        if self._is_layer(it):
            return self._acting(it)
        names = dir(it)                     # To ask for an attribute may be to read it already.
        for name in _READINGS:
            if name in names:
                return _written_number(_value(it, name))
        if callable(it) and not _needs_arguments(it):
            return _written_number(it())
        raise CaseTrouble("returned", "the object has step(), and no attribute such as coeff; say which one in GRADPROOF = {'read': 'its name'}")

    def _forward(self, it):
        stage = self.stage(self.bound, "f64" if "f64" in self.framework.dtypes else "f32")
        x = stage.leaf([1.0], (1, 1))
        return stage, x, stage.forward(it, x)

    def _acting(self, layer):
        """The coefficient with which a layer reverses: minus the gradient of its input for a cotangent of one."""
        stage, x, y = self._forward(layer)
        gradient = stage.backward(y, [1.0], (1, 1), x)
        gradient = gradient() if callable(gradient) else gradient
        if gradient is None:
            raise CaseTrouble("returned", "no gradient comes through the layer, so that nothing tells its coefficient")
        value = -_number_in(gradient)
        kept = [getattr(layer, name, None) for name in _READINGS]
        # A coefficient that the layer keeps in float32 is no better than that.
        single = any("float32" in str(getattr(each, "dtype", "")) and float(each) == value for each in kept if _is_number(each))
        return _tensor(value, "f32" if single or gradient["dtype"] == "f32" else "f64")


# Small things -----------------------------------------------------------------------------------------------------

def _checked(said):
    if not isinstance(said, dict) or not all(role in ROLES and isinstance(value, (str, int, float)) for role, value in said.items()):
        raise SubjectTrouble("form", f"GRADPROOF says {said!r} of the schedule; it must be a dictionary from i, n, lo, hi, alpha or p "
                                     "to the name of a parameter or to a number")
    return said


def _written(thing):
    name = getattr(thing, "__name__", type(thing).__name__)
    return f"{name}({', '.join(inspect.signature(thing).parameters)})"


def _arguments(places, moment):
    parts = {**moment, "p": moment["i"] / moment["n"]}
    return {name: parts[role] for name, role in places.items()}


def _needs_arguments(it):
    return any(each.default is each.empty for each in inspect.signature(it).parameters.values()
               if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD))


def _value(it, name):
    found = getattr(it, name)
    return found() if callable(found) and not _is_number(found) else found


def _is_number(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return False
    if isinstance(value, numbers.Real):
        return True
    try:
        return hasattr(value, "dtype") and math.prod(value.shape) == 1
    except Exception:                       # Whatever has such names and does not mean them.
        return False


def _written_number(value):
    """A coefficient as the reply has it: a number of Python's or of numpy's, or a tensor of one entry."""
    if not _is_number(value):
        raise CaseTrouble("returned", f"the schedule gave a {type(value).__name__}, not a number")
    dtype = str(getattr(getattr(value, "dtype", None), "name", getattr(value, "dtype", "float64"))).rpartition(".")[2]
    if dtype not in ("float64", "float32") and not dtype.startswith("int"):
        raise CaseTrouble("returned", f"the schedule gave a number of {dtype}")
    return _tensor(float(value), "f32" if dtype == "float32" else "f64")


def _tensor(value, dtype):
    data = struct.pack("<f" if dtype == "f32" else "<d", value)
    return {"dtype": dtype, "shape": [], "data": base64.b64encode(data).decode("ascii")}


def _number_in(written):
    return struct.unpack("<f" if written["dtype"] == "f32" else "<d", base64.b64decode(written["data"]))[0]
