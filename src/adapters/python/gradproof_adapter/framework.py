"""What the shared parts have to know of a framework; each framework fills in its own."""

import contextlib
import inspect
import math
import os
import types

from gradproof_adapter.scenario import STEPS
from gradproof_adapter.trouble import CaseTrouble

HERE = os.path.dirname(os.path.abspath(__file__))


def folder_of(module):
    return os.path.dirname(module.__file__) + os.sep


class Framework:
    """The words and deeds of one framework.  What is left as it stands here, a framework does not have."""

    title = ""
    records_gradients = False
    has_complex = False     # whether its stage makes leaves of complex numbers
    outside = ()            # folders whose code is the framework's or the adapter's, and not the subject's
    tensor = ()             # classes of tensors
    function = ()           # classes such as torch.autograd.Function, used through `apply`
    function_word = ""
    layer = ()              # classes of layers that hold state
    layer_word = ""
    layer_method = ""       # the method of such a layer that an author writes
    callables = ()          # classes whose instances are functions, although Python does not say so
    own_modules = ()        # prefixes of the framework's own modules
    wanted = "a factory make(λ), or a function f(x, λ)"
    dtypes = {}
    layouts = ("contiguous",)
    ops = {}
    refusals = (NotImplementedError, MemoryError)   # what an op raises that has no kernel for a dtype
    under = {"": lambda layer: layer}               # ways to run a layer, by the author's word for them
    twice = True
    wakes_late = True       # whether the first forward pass takes seconds

    has_two_forwards = False    # whether a forward pass without a gradient may run other code than one with it
    vector = False              # whether λ may be a vector; "column" where it is to have the shape (n, 1)
    is_factor = False           # whether a layer multiplies by the number that it is given, which is -λ then
    mode = ""                   # the word of `under` that the author has chosen

    # Of source text that uses a layer: λ as a tensor, what has to be said before all else, and a call in the mode chosen.
    strength_text = "{lambda}"

    vector_text = ""        # the same of a λ for each row, as {numbers}
    column_text = ".reshape((-1, 1))"

    def prelude_text(self):
        return ""

    def mode_text(self, call):
        return call

    def put_text(self, owner, name, word):
        """put() as source text, for an owner that is written `word`."""
        return f"{word}.{name} = {{lambda}}"

    def __init__(self):
        self.flushed = {}       # whether multiplication makes 0 of subnormal numbers, by dtype

    def handed(self, strength):
        """λ as the number that the layer is given."""
        return -strength if self.is_factor else strength

    def choose(self, mode):
        self.mode = mode

    def version(self):
        raise NotImplementedError

    def remark(self):
        """What a trial has shown that the author should know, to follow the word for the form."""
        return ""

    def steps(self):
        """The steps of scenarios that it can do.  Only where gradients are recorded as they come can they be left unrecorded."""
        left_out = {"glance": not self.records_gradients, "pairs": not self.has_complex}
        return [step for step in STEPS if not left_out.get(step)]

    def begin(self):
        """Before each case."""

    @contextlib.contextmanager
    def at_work(self, dtype):
        """Around each case."""
        yield

    def tensor_of(self, values, shape, dtype):
        return self.laid_out(values, shape, dtype, "contiguous")[0]

    def least_normal(self, dtype):
        """The least positive number that has all bits."""
        return {"f16": 2.0 ** -14, "f64": 2.0 ** -1022}.get(dtype, 2.0 ** -126)

    def flushes_subnormals(self, dtype):
        if dtype not in self.flushed:
            from gradproof_adapter.arrays import written
            least = self.tensor_of([self.least_normal(dtype)], (1, 1), dtype)
            half = self.tensor_of([0.5], (1, 1), dtype)
            (product,), _ = self.vjp(lambda x: [self.ops["mul"](x, half)], [least], False)
            self.flushed[dtype] = not written(product, "a product")["data"].strip("A=")
        return self.flushed[dtype]

    def multiply(self, x, by):
        raise CaseTrouble("unsupported", f"{self.title} has no operations in place")

    def shares(self, y, x):
        """Whether two tensors lie in the same memory."""
        raise CaseTrouble("unsupported", f"{self.title} has no tensors that can be written to")

    def without_gradient(self, x):
        """The tensor as data of which no gradient is asked."""
        return x

    def with_gradient(self, x):
        """The tensor as a parameter of which a gradient will be asked."""
        return x

    def gradient_of_parameters(self, layer, x):
        raise CaseTrouble("unsupported", "λ is no parameter of a layer")

    def as_tensor(self, strength):
        """λ as a tensor of the framework's, for layers that can't do with a number."""
        raise NotImplementedError

    def probe(self, layers, strength):
        """A forward pass on six numbers: the input and what came of it."""
        raise NotImplementedError

    def is_trial_in_a_fork(self):
        """Whether a copy of this process, which has one thread only, can go on as this one would."""
        return len(os.listdir("/proc/self/task")) == 1

    def shape(self, x):
        return tuple(x.shape)

    def number(self, x):
        """The value of a 1x1 tensor, taken out of the graph."""
        return float(x)

    def is_number(self, value):
        if isinstance(value, self.tensor):
            return self.is_scalar(value)
        return isinstance(value, (int, float)) and not isinstance(value, bool)

    def is_vector(self, value):
        """Whether this is a λ for each row, and not one number."""
        return isinstance(value, self.tensor) and len(self.shape(value)) > 0

    def vector_shape(self, count):
        """The shape of a λ for each row, as the author wants it."""
        return (count, 1) if self.vector == "column" else (count,)

    def is_scalar(self, x):
        """Whether a tensor is one number with a fraction."""
        return math.prod(self.shape(x)) == 1

    def put(self, owner, name, strength):
        """Sets λ as what the attribute is now."""
        setattr(owner, name, strength)

    def attributes(self, owner):
        """The names of an object's own attributes, those that the framework keeps elsewhere included."""
        return list(getattr(owner, "__dict__", {}))

    def entry(self, instance):
        """What to call for a forward pass of an object."""
        return self.under[self.mode](instance)

    def is_refusal(self, error):
        """Whether it is the framework that can't go backward here, where no line of the subject's was reached."""
        return isinstance(error, self.refusals)

    def is_function_class(self, thing):
        return isinstance(thing, type) and issubclass(thing, self.function)

    def is_made_before_called(self, function):
        """Whether a function class means its objects to be called, as PyTorch wanted it once."""
        return "__init__" in vars(function) and isinstance(inspect.getattr_static(function, "forward", None), types.FunctionType)

    def is_layer_class(self, thing):
        return isinstance(thing, type) and issubclass(thing, self.layer)

    def has_own_context(self, function):
        """Whether the first parameter of a function class's forward is the context."""
        return True

    def can_go_backward_once(self, error):
        """Whether the layer itself says that it has no second derivative."""
        return False
