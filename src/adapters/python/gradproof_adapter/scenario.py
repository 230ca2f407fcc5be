"""Lives a scenario: a list of steps with layers of the subject, whatever the framework.

What a framework must bring is a stage (see pytorch/stage.py): how to make a leaf, to multiply in place, to go backward,
and to read; and for each layer a holder, which can be called, given another λ, copied and put into evaluation mode.
"""

import binascii
import os
import struct
import sys
import threading
import time
import types

from gradproof_adapter.graphtext import GraphError, literal
from gradproof_adapter.trouble import CaseTrouble, ProtocolTrouble

STEPS = ("make", "set", "deepcopy", "pickle", "evaluate", "leaf", "bits", "pairs", "forward", "glance", "multiply", "backward", "read", "shares",
         "strength", "together")

# No layer that works takes longer; one that deadlocks is given up, and gradproof's own deadline is longer.
_LONGEST_WAIT = 15.0

# Seconds for which a thread rests at each line of a layer: long enough for the others to come by.
_REST = 1e-4
_HERE = os.path.dirname(os.path.abspath(__file__))


def live(stage, steps):
    """The records of a scenario, in order: tensors as replies have them, or None.

    A gradient is written down when all is done, so that a later pass that overwrites it shows.
    """
    return [each() if callable(each) else each for each in _Life(stage, {}, {}).live(steps)]


class _Life:
    """What there is so far: layers and tensors by their names.  Threads share them and have records of their own."""

    def __init__(self, stage, layers, tensors):
        self.stage = stage
        self.layers = layers
        self.tensors = tensors
        self.records = []

    def live(self, steps):
        if not isinstance(steps, list):
            raise ProtocolTrouble("a scenario is an array of steps")
        for place, step in enumerate(steps):
            do = step.get("do") if isinstance(step, dict) else None
            if do not in STEPS:
                raise ProtocolTrouble(f"step {place}: unknown step {do!r}; known: {', '.join(STEPS)}")
            try:
                getattr(self, do)(step)
            except KeyError as missing:
                raise ProtocolTrouble(f"step {place}: {do}: there is no {missing}") from None
            except GraphError as error:
                raise ProtocolTrouble(f"step {place}: {do}: {error}") from None
        return self.records

    # One method per step.

    def make(self, step):
        self.layers[step["name"]] = self.stage.make(self.strength_of(step))

    def set(self, step):
        self.layers[step["name"]].set(self.strength_of(step))

    def strength_of(self, step):
        """λ: a number, or a tensor with one for each row."""
        given, handed = step["lambda"], self.stage.bound.framework.handed
        return self.stage.vector([handed(literal(word)) for word in given]) if isinstance(given, list) else handed(literal(given))

    def deepcopy(self, step):
        self.layers[step["name"]] = self.layers[step["of"]].deepcopied()

    def pickle(self, step):
        self.layers[step["name"]] = self.layers[step["of"]].pickled()

    def evaluate(self, step):
        self.layers[step["name"]].evaluate()

    def leaf(self, step):
        self.tensors[step["name"]] = self.stage.leaf(_values(step), tuple(step["shape"]))

    def pairs(self, step):
        self.tensors[step["name"]] = self.stage.complex_leaf(_values(step), tuple(step["shape"]))

    def bits(self, step):
        """A leaf by its bytes.  C's own conversion keeps the payload of a NaN, as a framework's from double does."""
        data = binascii.a2b_base64(step["data"])
        if self.stage.width not in (4, 8):
            raise CaseTrouble("unsupported", "bits are given in f32 and f64")
        count = len(data) // self.stage.width
        values = struct.unpack(f"<{count}{'f' if self.stage.width == 4 else 'd'}", data)
        self.tensors[step["name"]] = self.stage.leaf(list(values), tuple(step["shape"]))

    def shares(self, step):
        """Whether two tensors lie in the same memory: 1 or 0."""
        same = self.stage.shares(self.tensors[step["name"]], self.tensors[step["input"]])
        self.records.append({"dtype": "f64", "shape": [1, 1], "data": binascii.b2a_base64(
            struct.pack("<d", 1.0 if same else 0.0), newline=False).decode("ascii")})

    def forward(self, step):
        self.tensors[step["name"]] = self.stage.forward(self.layers[step["of"]], self.tensors[step["input"]])

    def glance(self, step):
        self.tensors[step["name"]] = self.stage.glance(self.layers[step["of"]], self.tensors[step["input"]])

    def multiply(self, step):
        self.stage.multiply(self.tensors[step["name"]], literal(step["by"]))

    def backward(self, step):
        self.records.append(self.stage.backward(
            self.tensors[step["of"]], _values(step), tuple(step["shape"]), self.tensors[step["input"]]))

    def read(self, step):
        self.records.append(self.stage.read(self.tensors[step["name"]]))

    def strength(self, step):
        self.records.append(self.stage.gradient_of_strength(self.layers[step["of"]]))

    def together(self, step):
        lives = [_Life(self.stage, self.layers, self.tensors) for _ in step["threads"]]
        failures = []
        start, give_way = threading.Barrier(len(lives)), _giving_way((_HERE, *self.stage.bound.framework.outside))

        def run(life, steps):
            try:
                start.wait()
                sys.settrace(give_way)
                life.live(steps)
            except BaseException as error:  # Raised again below, in the thread that answers.
                failures.append(error)
            finally:
                sys.settrace(None)
        threads = [threading.Thread(target=run, args=each, daemon=True) for each in zip(lives, step["threads"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_LONGEST_WAIT)
        if any(thread.is_alive() for thread in threads):
            raise CaseTrouble("raised", "threads that use the layer at the same time wait for each other for ever")
        if failures:
            raise failures[0]
        for life in lives:
            self.records += life.records


def _giving_way(outside):
    """A trace function that rests at each line of the subject's: none in these folders, the adapter's and the framework's.

    Threads meet between two lines of a layer about once in a thousand times by chance, and nearly always like this. A framework has
    thousands of lines for one pass; to rest at them too would take ten seconds.
    """
    def give_way(frame, event, _argument):
        if frame.f_code.co_filename.startswith(outside):
            return None
        if event == "line":
            time.sleep(_REST)
        return give_way
    return give_way


def _values(step):
    return [literal(word) for word in step["values"]]


def _set_of_a_function(_strength):
    raise CaseTrouble("unsupported", "the deep copy of a function is the function itself")


class Holder:
    """A layer of a scenario.  What a way of giving λ can't do is not the layer's fault, and is unsupported."""

    def __init__(self, layer, set_strength=None, instance=None, again=None, before=None):
        self.layer = layer                  # called with x
        self.instance = instance            # the object that can be copied, or None
        self._set = set_strength
        self._again = again                 # again(instance) is a holder for a copy of it
        self._before = before               # called before each forward pass

    def __call__(self, x):
        if self._before:
            self._before()
        return self.layer(x)

    def set(self, strength):
        if not self._set:
            raise CaseTrouble("unsupported", "λ can't be changed once the layer is made")
        self._set(strength)

    def deepcopied(self):
        import copy
        return self._copied(copy.deepcopy, "copied")

    def pickled(self):
        import pickle
        return self._copied(lambda it: pickle.loads(pickle.dumps(it)), "pickled")

    def _copied(self, how, what):
        if self.instance is None or not self._again:
            raise CaseTrouble("unsupported", f"there is no object to be {what}")
        try:
            copied = how(self.instance)
        except Exception as error:
            raise CaseTrouble("unsupported", f"the layer can't be {what} ({type(error).__name__})") from None
        again = self._again(copied)
        if copied is self.instance and isinstance(copied, types.FunctionType):
            again._set = _set_of_a_function     # Python copies no function, so that it is the layer itself that would be set.
        return again

    def evaluate(self):
        if not hasattr(self.instance, "eval"):
            raise CaseTrouble("unsupported", "the layer has no evaluation mode")
        self.instance.eval()
