// Scripts in Python: PyTorch, JAX, TensorFlow (eager and in graph mode) and PaddlePaddle.
#include "report/dialect.hpp"

namespace gradproof::inline v0 {

namespace {

// --- What all of them share

constexpr std::string_view opening = R"({story}
import importlib.util
import os
import sys
from math import copysign, inf, nan

{imports}

FILE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else {file}
faults = []


def check(what, seen, expected, allowed, zeros_differ=False):
    """Compares entry by entry, and prints the first that is wrong, or the first.

    One number stands for all, None for any; no gradient at all counts as zeros.
    """
    expected = expected if isinstance(expected, list) else [expected] * (1 if seen is None else len(numbers(seen)))
    allowed = allowed if isinstance(allowed, list) else [allowed] * len(expected)
    seen = [0.0] * len(expected) if seen is None else numbers(seen)
    if len(seen) != len(expected):
        faults.append(what)
        return print(f"{what}: expected {len(expected)} entries, observed {len(seen)}   WRONG")
    wrong = [at for at in range(len(seen)) if not same(expected[at], seen[at], allowed[at], zeros_differ)]
    faults.extend(wrong)
    for at in wrong[:1] or range(len(seen))[:1]:
        print(f"{what}, entry {at}: expected {expected[at]!r}, observed {seen[at]!r}, allowed error {allowed[at]!r}"
              + ("   WRONG" if wrong else ""))


def same(expected, seen, allowed, zeros_differ):
    if expected is None or expected != expected:
        return expected is None or seen != seen
    if zeros_differ and expected == 0 and seen == 0:
        return copysign(1.0, expected) == copysign(1.0, seen)
    return seen == expected or abs(seen - expected) <= allowed

)";

constexpr std::string_view form_support = R"(
def check_form(what, seen, shape, kind):
    if seen is None:
        return
    wrong = tuple(seen.shape) != tuple(shape) or seen.dtype != kind
    faults.extend([what] * wrong)
    print(f"{what}: expected {tuple(shape)} of {kind}, observed {tuple(seen.shape)} of {seen.dtype}"
          + ("   WRONG" if wrong else ""))

)";

constexpr std::string_view thread_support = R"(
import threading
import time


def let_others_by(frame, event, _argument):
    """Rests at each line of the layer: threads meet between two of its lines by chance otherwise."""
    if event == "line" and frame.f_code.co_filename == FILE:
        time.sleep(1e-4)
    return let_others_by


def run_together(*threads):
    start, troubles = threading.Barrier(len(threads)), []

    def run(thread):
        start.wait()
        sys.settrace(let_others_by)
        try:
            thread()
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            sys.settrace(None)
    running = [threading.Thread(target=run, args=(each,)) for each in threads]
    for each in running:
        each.start()
    for each in running:
        each.join()
    if troubles:
        raise troubles[0]

)";

constexpr std::string_view loading = R"(
def imported():
    """The author's file as a module."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.dirname(FILE))
    spec = importlib.util.spec_from_file_location("authors_file", FILE)
    module = sys.modules["authors_file"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


module = imported()
{bound} = module.{name}
{prelude}
)";

constexpr std::string_view package_loading = R"(
# The file belongs to a package, and is imported as its part.
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.abspath(os.path.join(os.path.dirname(FILE), *[".."] * {up})))
module = importlib.import_module("{module}")
{bound} = module.{name}
{prelude}
)";

constexpr std::string_view closing = R"(
print("The fault shows." if faults else "The fault does not show.")
sys.exit(1 if faults else 0)
)";

constexpr std::string_view unshown = R"(print("This can't be shown without gradproof: {reason}.")
sys.exit(2)
)";

constexpr std::string_view reserved =
  " and as assert async await break class continue def del elif else except finally for from global if "
  "import in is "
  "lambda nonlocal not or pass raise return try while with yield None True False abs print len list range "
  "tuple copy "
  "importlib os pickle sys threading time copysign inf nan FILE faults check same check_form let_others_by "
  "imported "
  "run_together module numbers gradients added_up settings as_before forward graph value torch jax jnp numpy "
  "tf keras "
  "paddle its_layer "
  "DTYPE GRAPH ";

constexpr Dialect python() {
  Dialect d;
  d.extension = "py";
  d.comment = "# ";
  d.opening = opening;
  d.absolute_file = "{file}";
  d.relative_file = "os.path.join(os.path.dirname(os.path.abspath(__file__)), {file})";
  d.form_support = form_support;
  d.thread_support = thread_support;
  d.loading = loading;
  d.package_loading = package_loading;
  d.closing = closing;
  d.unshown = unshown;
  d.reserved = reserved;
  d.nan = "nan";
  d.infinity = "inf";
  d.nothing = "None";
  d.yes = "True";
  d.no = "False";
  d.tuple = "({sizes}{comma})";
  d.layouts[0] = "{name} = {data}";
  d.assign = "{name} = {value}";
  d.deepcopy = "import copy\n{name} = copy.deepcopy({of})";
  d.pickle = "import pickle\n{name} = pickle.loads(pickle.dumps({of}))";
  d.check = "check(\"{what}\", {name}, {expected}, {allowed}, {zeros})";
  d.form = "check_form(\"{what}\", {name}, {dims}, {dtype})";
  d.first = "first_{name} = numbers({name})";
  d.loop_open = "for _ in range({count}):";
  d.thread_open = "\n\ndef {name}():";
  d.together = "\n\nrun_together({threads})";
  return d;
}

// Where statements are recorded as they come: a forward pass is a statement.
constexpr Dialect taped() {
  Dialect d = python();
  d.gradients = "{gradients}, = gradients([{outputs}], [{inputs}], [{cotangents}])";
  d.twice =
    "{gradients}, = gradients([{outputs}], [{inputs}], [{cotangents}], twice=True)\n"
    "{seconds}, = gradients([{gradients}], [{inputs}], [{weights}])";
  d.forward = "{name} = {call}";
  d.backward = "{record}, = gradients([{of}], [{input}], [{cotangent}])";
  return d;
}

// Where what is differentiated is a function.
constexpr Dialect functional() {
  Dialect d = python();
  d.graph_open = "\ndef graph({inputs}):";
  d.graph_close = "    return [{outputs}]\n\n";
  d.gradients = "[{outputs}], [{gradients}] = gradients(graph, [{inputs}], [{cotangents}])";
  d.twice =
    "def gradients_of_graph(*inputs):\n"
    "    return gradients(graph, inputs, [{cotangents}])[1]\n\n"
    "_, [{seconds}] = gradients(gradients_of_graph, [{inputs}], [{weights}])";
  d.forward = "{name}, back_from_{name} = forward(lambda value: {call}, {input})";
  d.backward = "{record} = back_from_{of}({cotangent})";
  d.read = "{record} = {of}";
  return d;
}

// --- PyTorch

constexpr std::array torch_ops = {
  OpText{"add", "{a} + {b}"},
  OpText{"sub", "{a} - {b}"},
  OpText{"mul", "{a} * {b}"},
  OpText{"div", "{a} / {b}"},
  OpText{"max", "torch.maximum({a}, {b})"},
  OpText{"min", "torch.minimum({a}, {b})"},
  OpText{"logaddexp", "torch.logsumexp(torch.stack(({a}, {b})), 0)"},
  OpText{"neg", "-{a}"},
  OpText{"exp", "torch.exp({a})"},
  OpText{"expm1", "torch.expm1({a})"},
  OpText{"log", "torch.log({a})"},
  OpText{"log1p", "torch.log1p({a})"},
  OpText{"sin", "torch.sin({a})"},
  OpText{"cos", "torch.cos({a})"},
  OpText{"tanh", "torch.tanh({a})"},
  OpText{"sigmoid", "torch.sigmoid({a})"},
  OpText{"softplus", "torch.logaddexp({a}, torch.zeros_like({a}))"},
  OpText{"sqrt", "torch.sqrt({a})"},
  OpText{"square", "torch.square({a})"},
  OpText{"relu", "torch.relu({a})"},
  OpText{"abs", "torch.abs({a})"},
  OpText{"step", "({a} > 0).to({a}.dtype)"},
  OpText{"stop", "{a}.detach()"},
  OpText{"pow", "{a} ** {v0}"},
  OpText{"matmul", "{a} @ {b}"},
  OpText{"transpose", "{a}.t()"},
  OpText{"sum all", "{a}.sum(dim=(0, 1), keepdim=True)"},
  OpText{"sum rows", "{a}.sum(dim=0, keepdim=True)"},
  OpText{"sum cols", "{a}.sum(dim=1, keepdim=True)"},
  OpText{"broadcast", "{a}.expand({shape})"},
  OpText{"reshape", "{a}.reshape({shape})"},
  OpText{"slice", "{a}[{v0}:{v1}, {v2}:{v3}]"},
  OpText{"concat rows", "torch.cat(({a}, {b}), 0)"},
  OpText{"concat cols", "torch.cat(({a}, {b}), 1)"},
};

constexpr std::string_view torch_helpers = R"(
def numbers(tensor):
    return tensor.detach().double().flatten().tolist()


def gradients(outputs, inputs, cotangents, twice=False):
    """The inputs' gradients for these cotangents of the outputs; None where there is none."""
    reached = [(y, g) for y, g in zip(outputs, cotangents) if y is not None and y.requires_grad]
    if not reached:
        return [None for _ in inputs]
    return torch.autograd.grad([y for y, _ in reached], inputs, [g for _, g in reached], retain_graph=True,
                               create_graph=twice, allow_unused=True)


def added_up(outputs, inputs, cotangents):
    """The same as loss.backward() has it, for one input alone."""
    reached = [(y, g) for y, g in zip(outputs, cotangents) if y is not None and y.requires_grad]
    if len(inputs) != 1 or not reached:
        return gradients(outputs, inputs, cotangents)
    torch.autograd.backward([y for y, _ in reached], [g for _, g in reached], retain_graph=True)
    return [inputs[0].grad]

)";

constexpr Dialect torch_dialect = [] {
  Dialect d = taped();
  d.adapter = "torch";
  d.imports = "import torch";
  d.helpers = torch_helpers;
  d.gradients = "{gradients}, = added_up([{outputs}], [{inputs}], [{cotangents}])";
  d.keep_settings = "torch.manual_seed(1)\nsettings = torch.get_default_dtype(), torch.initial_seed()";
  d.kept_settings =
    "as_before = settings == (torch.get_default_dtype(), torch.initial_seed())\n"
    "check(\"settings that are as they were\", torch.tensor([float(as_before)]), [1.0], 0.0)";
  d.asks = "check(\"{what}\", torch.tensor([float({name}.requires_grad)]), [0.0], 0.0)";
  d.ops = torch_ops;
  d.dtypes = {"torch.float16", "torch.bfloat16", "torch.float32", "torch.float64"};
  d.array = "torch.tensor({nested}, dtype={dtype})";
  d.constant_array = "torch.full({dims}, {value}, dtype={dtype})";
  d.layouts[1] = "{name} = {data}.t().contiguous().t()  # column by column in memory";
  d.layouts[2] =
    "around_{name} = torch.full({wide}, nan, dtype={dtype})\n"
    "{name} = around_{name}[..., ::2].data  # every second element of a larger buffer\n"
    "{name}.copy_({data})";
  d.layouts[3] =
    "around_{name} = torch.full(({count} + 2,), nan, dtype={dtype})\n"
    "{name} = around_{name}[1:-1].view({dims}).data  # from the second element of a larger buffer\n"
    "{name}.copy_({data})";
  d.layouts[4] = "{name} = {row}.expand({dims})  # one row in memory";
  d.track = "{name}.requires_grad_(True)";
  d.keep = "kept_{name}, memory_of_{name} = {name}.detach().clone(), {name}.data";
  d.kept = "check(\"memory of {what}\", memory_of_{name}, numbers(kept_{name}), 0.0, True)";
  d.shares =
    "{record} = torch.tensor([float({of}.untyped_storage().data_ptr() == "
    "{input}.untyped_storage().data_ptr())])";
  d.glance = "{data} = {input}.detach()\nwith torch.no_grad():\n    {name} = {call}";
  d.in_pairs = "{name} = torch.view_as_complex({name}.detach().reshape({dims}))";
  d.in_parts =
    "if {name} is not None and {name}.is_complex():\n"
    "    {name} = torch.view_as_real({name}.resolve_conj()).reshape({dims})";
  d.multiply = "{name}.mul_({number})";
  d.evaluate = "{name}.eval()";
  d.read = "{record} = {of}.detach().clone()";
  d.strength =
    "strengths = [each for each in {of}.parameters() if each.requires_grad]\n"
    "{leaf} = {call}\n"
    "{record} = (gradients([{leaf}], strengths, [torch.ones_like({leaf})]) if strengths else [None])[0]";
  return d;
}();

// --- PaddlePaddle

constexpr std::array paddle_ops = {
  OpText{"add", "{a} + {b}"},
  OpText{"sub", "{a} - {b}"},
  OpText{"mul", "{a} * {b}"},
  OpText{"div", "{a} / {b}"},
  OpText{"max", "paddle.maximum({a}, {b})"},
  OpText{"min", "paddle.minimum({a}, {b})"},
  OpText{"logaddexp", "paddle.logsumexp(paddle.stack([{a}, {b}]), 0)"},
  OpText{"neg", "-{a}"},
  OpText{"exp", "paddle.exp({a})"},
  OpText{"expm1", "paddle.expm1({a})"},
  OpText{"log", "paddle.log({a})"},
  OpText{"log1p", "paddle.log1p({a})"},
  OpText{"sin", "paddle.sin({a})"},
  OpText{"cos", "paddle.cos({a})"},
  OpText{"tanh", "paddle.tanh({a})"},
  OpText{"sigmoid", "paddle.nn.functional.sigmoid({a})"},
  OpText{"sqrt", "paddle.sqrt({a})"},
  OpText{"square", "paddle.square({a})"},
  OpText{"relu", "paddle.nn.functional.relu({a})"},
  OpText{"abs", "paddle.abs({a})"},
  OpText{"stop", "{a}.detach()"},
  OpText{"pow", "paddle.pow({a}, {v0})"},
  OpText{"matmul", "paddle.matmul({a}, {b})"},
  OpText{"transpose", "paddle.transpose({a}, [1, 0])"},
  OpText{"sum all", "paddle.sum({a}, axis=[0, 1], keepdim=True)"},
  OpText{"sum rows", "paddle.sum({a}, axis=0, keepdim=True)"},
  OpText{"sum cols", "paddle.sum({a}, axis=1, keepdim=True)"},
  OpText{"broadcast", "paddle.expand({a}, {shape})"},
  OpText{"reshape", "paddle.reshape({a}, {shape})"},
  OpText{"slice", "{a}[{v0}:{v1}, {v2}:{v3}]"},
  OpText{"concat rows", "paddle.concat([{a}, {b}], axis=0)"},
  OpText{"concat cols", "paddle.concat([{a}, {b}], axis=1)"},
};

constexpr std::string_view paddle_helpers = R"(
def numbers(tensor):
    return tensor.numpy().astype("float64").ravel().tolist()


def gradients(outputs, inputs, cotangents, twice=False):
    """The inputs' gradients for these cotangents of the outputs; None where there is none."""
    # Paddle refuses an output that is an input as well.
    outputs = [paddle.assign(y) if any(y is x for x in inputs) else y for y in outputs]
    reached = [(y, g) for y, g in zip(outputs, cotangents) if y is not None and not y.stop_gradient]
    if not reached:
        return [None for _ in inputs]
    return paddle.grad([y for y, _ in reached], inputs, [g for _, g in reached], retain_graph=True,
                       create_graph=twice, allow_unused=True)

)";

constexpr Dialect paddle_dialect = [] {
  Dialect d = taped();
  d.adapter = "paddle";
  d.imports = "import paddle\n\npaddle.set_device(\"cpu\")";
  d.helpers = paddle_helpers;
  d.ops = paddle_ops;
  d.dtypes = {"paddle.float16", "paddle.bfloat16", "paddle.float32", "paddle.float64"};
  d.array = "paddle.to_tensor({nested}, dtype={dtype})";
  d.constant_array = "paddle.full({dims}, {value}, dtype={dtype})";
  d.track = "{name}.stop_gradient = False";
  d.keep = "kept_{name} = numbers({name})";
  d.kept = "check(\"memory of {what}\", {name}, kept_{name}, 0.0, True)";
  d.multiply = "{name}.scale_({number})";
  d.evaluate = "{name}.eval()";
  d.read = "{record} = {of}.detach().clone()";
  d.strength =
    "strengths = [each for each in {of}.parameters() if not each.stop_gradient]\n"
    "{leaf} = {call}\n"
    "{record} = (gradients([{leaf}], strengths, [paddle.ones_like({leaf})]) if strengths else [None])[0]";
  return d;
}();

// --- JAX

constexpr std::array jax_ops = {
  OpText{"add", "{a} + {b}"},
  OpText{"sub", "{a} - {b}"},
  OpText{"mul", "{a} * {b}"},
  OpText{"div", "{a} / {b}"},
  OpText{"max", "jnp.maximum({a}, {b})"},
  OpText{"min", "jnp.minimum({a}, {b})"},
  OpText{"logaddexp", "jax.nn.logsumexp(jnp.stack(({a}, {b})), 0)"},
  OpText{"neg", "-{a}"},
  OpText{"exp", "jnp.exp({a})"},
  OpText{"expm1", "jnp.expm1({a})"},
  OpText{"log", "jnp.log({a})"},
  OpText{"log1p", "jnp.log1p({a})"},
  OpText{"sin", "jnp.sin({a})"},
  OpText{"cos", "jnp.cos({a})"},
  OpText{"tanh", "jnp.tanh({a})"},
  OpText{"sigmoid", "jax.nn.sigmoid({a})"},
  OpText{"sqrt", "jnp.sqrt({a})"},
  OpText{"square", "jnp.square({a})"},
  OpText{"relu", "jax.nn.relu({a})"},
  OpText{"abs", "jnp.abs({a})"},
  OpText{"stop", "jax.lax.stop_gradient({a})"},
  OpText{"pow", "{a} ** {v0}"},
  OpText{"matmul", "{a} @ {b}"},
  OpText{"transpose", "{a}.T"},
  OpText{"sum all", "jnp.sum({a}, keepdims=True)"},
  OpText{"sum rows", "jnp.sum({a}, axis=0, keepdims=True)"},
  OpText{"sum cols", "jnp.sum({a}, axis=1, keepdims=True)"},
  OpText{"broadcast", "jnp.broadcast_to({a}, {shape})"},
  OpText{"reshape", "jnp.reshape({a}, {shape})"},
  OpText{"slice", "{a}[{v0}:{v1}, {v2}:{v3}]"},
  OpText{"concat rows", "jnp.concatenate([{a}, {b}], axis=0)"},
  OpText{"concat cols", "jnp.concatenate([{a}, {b}], axis=1)"},
};

constexpr std::string_view jax_helpers = R"(
def numbers(array):
    return numpy.asarray(array).astype(numpy.float64).ravel().tolist()


def gradients(function, inputs, cotangents):
    """The outputs, and the inputs' gradients for these cotangents of theirs.

    custom_vjp runs one function where a gradient is asked for and another one where none is. Where the first hands an
    input on, the output is that of the second.
    """
    outputs, back = jax.vjp(function, *inputs)
    given = [numbers(x) for x in inputs]
    plain = [without if numbers(y) in given else y for y, without in zip(outputs, function(*inputs))]
    return plain, back(type(outputs)(cotangents))


def forward(layer, x):
    y, back = jax.vjp(layer, x)
    return y, lambda cotangent: back(cotangent)[0]

)";

constexpr Dialect jax_dialect = [] {
  Dialect d = functional();
  d.adapter = "jax";
  d.imports =
    "import jax\nimport jax.numpy as jnp\nimport numpy\n\njax.config.update(\"jax_enable_x64\", True)";
  d.helpers = jax_helpers;
  d.ops = jax_ops;
  d.dtypes = {"jnp.float16", "jnp.bfloat16", "jnp.float32", "jnp.float64"};
  d.array = "jnp.array({nested}, dtype={dtype})";
  d.constant_array = "jnp.full({dims}, {value}, dtype={dtype})";
  return d;
}();

// --- TensorFlow

constexpr std::array tensorflow_ops = {
  OpText{"add", "{a} + {b}"},
  OpText{"sub", "{a} - {b}"},
  OpText{"mul", "{a} * {b}"},
  OpText{"div", "{a} / {b}"},
  OpText{"max", "tf.maximum({a}, {b})"},
  OpText{"min", "tf.minimum({a}, {b})"},
  OpText{"logaddexp", "tf.reduce_logsumexp(tf.stack(({a}, {b})), 0)"},
  OpText{"neg", "-{a}"},
  OpText{"exp", "tf.exp({a})"},
  OpText{"expm1", "tf.math.expm1({a})"},
  OpText{"log", "tf.math.log({a})"},
  OpText{"log1p", "tf.math.log1p({a})"},
  OpText{"sin", "tf.sin({a})"},
  OpText{"cos", "tf.cos({a})"},
  OpText{"tanh", "tf.tanh({a})"},
  OpText{"sigmoid", "tf.sigmoid({a})"},
  OpText{"sqrt", "tf.sqrt({a})"},
  OpText{"square", "tf.square({a})"},
  OpText{"relu", "tf.nn.relu({a})"},
  OpText{"abs", "tf.abs({a})"},
  OpText{"stop", "tf.stop_gradient({a})"},
  OpText{"pow", "tf.pow({a}, {v0})"},
  OpText{"matmul", "tf.matmul({a}, {b})"},
  OpText{"transpose", "tf.transpose({a})"},
  OpText{"sum all", "tf.reduce_sum({a}, keepdims=True)"},
  OpText{"sum rows", "tf.reduce_sum({a}, axis=0, keepdims=True)"},
  OpText{"sum cols", "tf.reduce_sum({a}, axis=1, keepdims=True)"},
  OpText{"broadcast", "tf.broadcast_to({a}, {shape})"},
  OpText{"reshape", "tf.reshape({a}, {shape})"},
  OpText{"slice", "{a}[{v0}:{v1}, {v2}:{v3}]"},
  OpText{"concat rows", "tf.concat([{a}, {b}], 0)"},
  OpText{"concat cols", "tf.concat([{a}, {b}], 1)"},
};

constexpr std::string_view tensorflow_imports = R"(os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy
import tensorflow as tf)";

constexpr std::string_view tensorflow_helpers = R"(
def numbers(tensor):
    return numpy.asarray(tensor).astype(numpy.float64).ravel().tolist()


def gradients(function, inputs, cotangents):
    """The outputs, and the inputs' gradients for these cotangents of theirs; None where there is none."""
    with tf.GradientTape(persistent=True) as tape:
        for x in inputs:
            tape.watch(x)
        outputs = function(*inputs)
    found = tape.gradient(outputs, list(inputs), output_gradients=list(cotangents))
    return outputs, [None if each is None else tf.convert_to_tensor(each) for each in found]


def forward(layer, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = layer(x)
    return y, lambda cotangent: tape.gradient(y, x, output_gradients=cotangent)

)";

constexpr Dialect tensorflow_dialect = [] {
  Dialect d = functional();
  d.adapter = "tensorflow";
  d.imports = tensorflow_imports;
  d.helpers = tensorflow_helpers;
  d.ops = tensorflow_ops;
  d.dtypes = {"tf.float16", "tf.bfloat16", "tf.float32", "tf.float64"};
  d.array = "tf.constant({nested}, dtype={dtype})";
  d.constant_array = "tf.fill({dims}, tf.constant({value}, {dtype}))";
  d.strength =
    "with tf.GradientTape() as tape:\n"
    "    {leaf} = {call}\n"
    "{record} = (tape.gradient({leaf}, [each.value for each in {of}.trainable_variables]) or [None])[0]";
  return d;
}();

// In graph mode nothing has a value before a session runs it.
constexpr std::string_view graph_mode_helpers = R"(
GRAPH = tf.Graph()


def numbers(array):
    return numpy.asarray(array).astype(numpy.float64).ravel().tolist()


def gradients(function, inputs, cotangents):
    """The outputs, and the inputs' gradients for these cotangents of theirs; None where there is none."""
    with GRAPH.as_default(), tf.compat.v1.Session(graph=GRAPH) as session:
        places = [tf.compat.v1.placeholder(x.dtype, x.shape) for x in inputs]
        outputs = [tf.convert_to_tensor(y) for y in function(*places)]
        found = tf.compat.v1.gradients(outputs, places, grad_ys=[tf.convert_to_tensor(g) for g in cotangents])
        values = session.run(outputs + [g for g in found if g is not None], dict(zip(places, inputs)))
    rest = iter(values[len(outputs):])
    return values[:len(outputs)], [None if g is None else next(rest) for g in found]


def forward(layer, x):
    with GRAPH.as_default():
        place = tf.compat.v1.placeholder(x.dtype, x.shape)
        y = tf.convert_to_tensor(layer(place))

    def run(wanted):
        with tf.compat.v1.Session(graph=GRAPH) as session:
            return session.run(wanted, {place: x})

    def back(cotangent):
        with GRAPH.as_default():
            g, = tf.compat.v1.gradients([y], [place], grad_ys=[tf.convert_to_tensor(cotangent)])
        return None if g is None else run(g)
    return run(y), back

)";

constexpr Dialect graph_mode_dialect = [] {
  Dialect d = tensorflow_dialect;
  d.adapter = "tensorflow graph";
  d.helpers = graph_mode_helpers;
  d.twice = "";  // what a session has run can't be differentiated once more
  d.dtypes = {"tf.float16.as_numpy_dtype", "tf.bfloat16.as_numpy_dtype", "numpy.float32", "numpy.float64"};
  d.array = "numpy.array({nested}, dtype={dtype})";
  d.constant_array = "numpy.full({dims}, {value}, dtype={dtype})";
  d.strength = "";
  return d;
}();

constexpr std::array dialects = {torch_dialect, paddle_dialect, jax_dialect, tensorflow_dialect,
                                 graph_mode_dialect};

}  // namespace

std::span<const Dialect> python_dialects() { return dialects; }

}  // namespace gradproof::inline v0
