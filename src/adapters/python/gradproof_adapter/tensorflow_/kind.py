"""What the shared parts have to know of TensorFlow."""

import contextlib
import sys

import numpy
import tensorflow as tf

from gradproof_adapter.arrays import array
from gradproof_adapter.framework import HERE, Framework, folder_of
from gradproof_adapter.tensorflow_.ops import OPS

_GRAPH = "graph"
_errors = tf.errors


def _traced(layer):
    def apply(x, *rest, **named):
        return tf.function(lambda value: layer(value, *rest, **named))(x)
    return apply


def _in_graph(layer):
    """A constant of the graph is an array until the layer is handed it."""
    return lambda x, *rest, **named: layer(tf.convert_to_tensor(x), *rest, **named)


class TensorFlow(Framework):
    title = "TensorFlow"
    outside = (folder_of(tf), HERE + "/")
    tensor = (tf.Tensor,)
    own_modules = ("tensorflow.", "keras.")
    layer_word = "Keras layer"
    layer_method = "call"
    wanted = ("a function f(x, λ), with tf.custom_gradient or without, a Keras layer class or instance, or a factory "
              "make(λ)")
    dtypes = {"f16": tf.float16, "bf16": tf.bfloat16, "f32": tf.float32, "f64": tf.float64}
    ops = OPS
    refusals = (_errors.UnimplementedError, _errors.NotFoundError, _errors.InvalidArgumentError, NotImplementedError,
                MemoryError)
    under = {"": lambda layer: layer, "tf.function": _traced, _GRAPH: _in_graph}

    strength_text = "tf.constant({lambda}, tf.float32)"

    def prelude_text(self):
        return "import keras\nkeras.config.set_dtype_policy(tf.as_dtype({dtype}).name)" if self.keras is not None else ""

    def mode_text(self, call):
        inner = call.replace("{x}", "value")
        return f"tf.function(lambda value: {inner})({{x}})" if self.mode == "tf.function" else call

    def put_text(self, owner, name, word):
        now = getattr(owner, name, None)
        if self._is_variable(now):
            return f"{word}.{name}.assign(tf.fill({word}.{name}.shape, tf.cast({{lambda}}, {word}.{name}.dtype)))"
        if isinstance(now, self.tensor):
            return f"{word}.{name} = tf.fill({word}.{name}.shape, tf.cast({{lambda}}, {word}.{name}.dtype))"
        return super().put_text(owner, name, word)

    def __init__(self):
        super().__init__()
        self.keras = None
        self.graph = None
        self.fed = {}               # the values of the graph's placeholders
        self.overridden_in_vain = False

    def choose(self, mode):
        """A file that has switched eager execution off is judged in graph mode."""
        self.mode = mode or ("" if tf.executing_eagerly() else _GRAPH)
        self.keras = sys.modules.get("keras")
        if self.keras is not None:
            self.layer = (self.keras.Layer,)
            self.outside = (*self.outside, folder_of(self.keras))
        self._watch_overrides()
        self.begin()

    def version(self):
        keras = f", Keras {self.keras.__version__}" if self.keras is not None else ""
        mode = {"": " eager", _GRAPH: " in graph mode"}.get(self.mode, f" under {self.mode}")
        return f"TensorFlow {tf.__version__}{keras}{mode}"

    def _watch_overrides(self):
        """Notes when a layer overrides a gradient where there is no graph, for there TensorFlow ignores it silently."""
        original = tf.Graph.gradient_override_map

        def watched(graph, *arguments):
            self.overridden_in_vain |= tf.executing_eagerly()
            return original(graph, *arguments)
        tf.Graph.gradient_override_map = watched

    def remark(self):
        return " whose gradient_override_map does nothing in eager mode" if self.overridden_in_vain else ""

    def steps(self):
        """TensorFlow itself forbids that several threads build one graph, and traces behind a lock of its own, for long."""
        return [step for step in super().steps() if step != "together" or not self.mode]

    def begin(self):
        self.graph, self.fed = tf.Graph(), {}

    @contextlib.contextmanager
    def at_work(self, dtype):
        if self.keras is not None:
            self.keras.config.set_dtype_policy(self.dtypes[dtype].name)
        with self.graph.as_default() if self.mode == _GRAPH else contextlib.nullcontext():
            yield

    def as_tensor(self, strength):
        return tf.constant(strength, tf.float32)

    def probe(self, layers, strength):
        with self.at_work("f32"):
            x = tf.reshape(tf.range(6, dtype=tf.float32), (2, 3))
            return x, layers(strength)(x)

    def number(self, x):
        if self.mode == _GRAPH and isinstance(x, self.tensor):
            with tf.compat.v1.Session(graph=self.graph) as session:
                x = session.run(x, self.fed)
        return float(numpy.asarray(x).reshape(()))

    def is_number(self, value):
        return self._is_variable(value) and self.is_scalar(value) or super().is_number(value)

    def is_scalar(self, x):
        return tuple(x.shape) in ((), (1,), (1, 1)) and tf.as_dtype(x.dtype).is_floating

    def _is_variable(self, value):
        return isinstance(value, tf.Variable) or self.keras is not None and isinstance(value, self.keras.Variable)

    def put(self, owner, name, strength):
        now = getattr(owner, name, None)
        if self._is_variable(now):
            now.assign(tf.fill(now.shape, tf.cast(strength, now.dtype)))
        elif isinstance(now, self.tensor):
            setattr(owner, name, tf.fill(now.shape, tf.cast(strength, now.dtype)))
        else:
            setattr(owner, name, strength)

    def entry(self, instance):
        layer = instance
        if isinstance(instance, self.layer):
            def layer(x, *rest, **named):
                # A layer casts what it gets to its own dtype, which was chosen when it was made.
                if instance.compute_dtype != x.dtype.name:
                    instance.dtype_policy = x.dtype.name
                return instance(x, *rest, **named)
        return self.under[self.mode](layer)

    def laid_out(self, values, shape, dtype, _layout):
        numbers = array(values, shape, self.dtypes[dtype].as_numpy_dtype)
        x = numbers if self.mode == _GRAPH else tf.constant(numbers)
        return x, x

    def name_of(self, x):
        return next(name for name, dtype in self.dtypes.items() if x.dtype == dtype)

    def bits(self, x):
        return numpy.asarray(x.numpy() if hasattr(x, "numpy") else x).tobytes()

    def vjp(self, function, inputs, again):
        if self.mode == _GRAPH:
            return self._in_a_session(function, inputs, again)
        tape = tf.GradientTape(persistent=True)
        with tape:
            for each in inputs:
                tape.watch(each)
            outputs = function(*inputs)
        return outputs, lambda cotangents: _dense(tape.gradient(outputs, inputs, output_gradients=list(cotangents)))

    def _in_a_session(self, function, inputs, again):
        """The graph with placeholders for the inputs, run for numbers; as it stands where it will be differentiated."""
        with self.graph.as_default():
            places = inputs
            if not again:
                places = [tf.compat.v1.placeholder(each.dtype, each.shape) for each in inputs]
                self.fed.update((place.name, value) for place, value in zip(places, inputs))
            outputs = [tf.convert_to_tensor(each) for each in function(*places)]

        def symbolic(cotangents):
            with self.graph.as_default():
                return _dense(tf.compat.v1.gradients(
                    outputs, places, grad_ys=[tf.convert_to_tensor(each) for each in cotangents]))
        if again:
            return outputs, symbolic
        session = tf.compat.v1.Session(graph=self.graph)

        def numbers(tensors):
            found = iter(session.run([each for each in tensors if each is not None], self.fed))
            return [None if each is None else next(found) for each in tensors]
        return numbers(outputs), lambda cotangents: numbers(symbolic(cotangents))

    def gradient_of_parameters(self, layer, x):
        if self.keras is None or not isinstance(layer.instance, self.layer) or self.mode == _GRAPH:
            return super().gradient_of_parameters(layer, x)
        with tf.GradientTape() as tape:
            y = layer(x)
        return _dense(tape.gradient(y, [each.value for each in layer.instance.trainable_variables]))


def _dense(gradients):
    return [None if each is None else tf.convert_to_tensor(each) for each in gradients]
