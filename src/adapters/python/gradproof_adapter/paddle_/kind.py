"""What the shared parts have to know of PaddlePaddle."""

import math

import paddle

from gradproof_adapter.arrays import array
from gradproof_adapter.framework import HERE, Framework, folder_of
from gradproof_adapter.paddle_.ops import OPS
from gradproof_adapter.trouble import CaseTrouble, one_line

_DTYPES = {"f16": paddle.float16, "f32": paddle.float32, "f64": paddle.float64}


class Paddle(Framework):
    title = "PaddlePaddle"
    outside = (folder_of(paddle), HERE + "/")
    tensor = (paddle.Tensor,)
    function = (paddle.autograd.PyLayer,)
    function_word = "PyLayer"
    layer = (paddle.nn.Layer,)
    layer_word = "nn.Layer"
    layer_method = "forward"
    own_modules = ("paddle.",)
    wanted = "a paddle.autograd.PyLayer, an nn.Layer class or instance, a factory make(λ), or a function f(x, λ)"
    ops = OPS
    refusals = (RuntimeError, NotImplementedError, MemoryError)
    strength_text = "paddle.to_tensor({lambda}, dtype=paddle.float64)"

    def choose(self, mode):
        super().choose(mode)
        self.dtypes = {name: dtype for name, dtype in _DTYPES.items() if _multiplies(dtype)}

    def version(self):
        return f"PaddlePaddle {paddle.__version__}"

    def steps(self):
        """Paddle's tape takes the process down when several threads go backward at once."""
        return [step for step in super().steps() if step != "together"]

    def as_tensor(self, strength):
        return paddle.to_tensor(strength, dtype=paddle.float64)

    def probe(self, layers, strength):
        x = paddle.arange(6, dtype="float32").reshape([2, 3])
        x.stop_gradient = False
        return x, layers(strength)(x)

    def is_trial_in_a_fork(self):
        return True                         # It computes in the thread that asks it to.

    def is_scalar(self, x):
        return math.prod(x.shape) == 1 and x.dtype in _DTYPES.values()

    def number(self, x):
        return x.item()

    def put(self, owner, name, strength):
        now = getattr(owner, name, None)
        if isinstance(now, paddle.Tensor):
            with paddle.no_grad():
                now.set_value(paddle.full_like(now, float(strength)))
        else:
            setattr(owner, name, strength)

    def put_text(self, owner, name, word):
        if isinstance(getattr(owner, name, None), paddle.Tensor):
            return f"{word}.{name}.set_value(paddle.full_like({word}.{name}, {{lambda}}))"
        return super().put_text(owner, name, word)

    def attributes(self, owner):
        own = getattr(owner, "__dict__", {})
        return [*own, *own.get("_buffers", ()), *own.get("_parameters", ())]

    def laid_out(self, values, shape, dtype, _layout):
        x = paddle.to_tensor(array(values, shape, dtype={"f16": "float16", "f32": "float32", "f64": "float64"}[dtype]))
        return x, x

    def name_of(self, x):
        return next(name for name, dtype in self.dtypes.items() if x.dtype == dtype)

    def bits(self, x):
        return x.numpy().tobytes()

    def vjp(self, function, inputs, again):
        for each in inputs:
            each.stop_gradient = False
        outputs = _apart(function(*inputs), inputs)

        def pull(cotangents):
            reached = [place for place, output in enumerate(outputs) if not output.stop_gradient]
            if not reached or not inputs:
                return [None] * len(inputs)
            return paddle.grad([outputs[place] for place in reached], inputs, [cotangents[place] for place in reached],
                               retain_graph=True, create_graph=again, allow_unused=True)
        return outputs, pull

    def multiply(self, x, by):
        try:
            x.scale_(by)
        except (RuntimeError, ValueError) as error:
            raise CaseTrouble("unsupported", f"{self.title} refuses it ({one_line(error)})") from None

    def is_refusal(self, error):
        words = str(error)
        return super().is_refusal(error) and (
            "is not registered" in words or "doesn't have any grad op" in words or "inplace" in words.lower())

    def gradient_of_parameters(self, layer, x):
        if not isinstance(layer.instance, paddle.nn.Layer):
            return super().gradient_of_parameters(layer, x)
        parameters = [each for each in layer.instance.parameters() if not each.stop_gradient]
        if not parameters:
            return []
        y = layer(x)
        return paddle.grad([y], parameters, [paddle.ones_like(y)], allow_unused=True)


def _apart(outputs, inputs):
    """The outputs, each a tensor of its own: Paddle refuses one that is given twice, or is an input as well."""
    seen, apart = {id(each) for each in inputs}, []
    for output in outputs:
        apart.append(paddle.assign(output) if id(output) in seen else output)
        seen.add(id(output))
    return apart


def _multiplies(dtype):
    """Whether there is a kernel for the least that a layer has to do."""
    try:
        x = paddle.ones([1], dtype=dtype)
        return bool((x * x).numpy()[0] == 1)
    except RuntimeError:
        return False
