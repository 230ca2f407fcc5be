"""The ops of a graph, reversals apart, in plain PaddlePaddle."""

import paddle


class _StraightThroughRound(paddle.autograd.PyLayer):
    """Rounds half to even; the gradient passes as if nothing had been done."""

    @staticmethod
    def forward(ctx, x):
        return paddle.round(x)

    @staticmethod
    def backward(ctx, cotangent):
        return cotangent


def _softplus(x):
    """log(1 + exp(x)), accurate on both sides, and so is its gradient; Paddle's own switches to x above a threshold."""
    return paddle.logaddexp(x, paddle.zeros_like(x))


def _sum(x, axis):
    return paddle.sum(x, axis={"all": [0, 1], "rows": 0, "cols": 1}[axis], keepdim=True)


def _slice(x, bounds):
    top, bottom, left, right = bounds
    # Paddle's slice of the whole is x itself, which can't be an output beside x.
    return paddle.assign(x) if list(bounds) == [0, x.shape[0], 0, x.shape[1]] else x[top:bottom, left:right]


def _concat(a, b, axis):
    return paddle.concat([_live(a), _live(b)], 0 if axis == "rows" else 1)


def _live(x):
    """Paddle's second derivative of concat fails where an operand asks for no gradient."""
    if not x.stop_gradient:
        return x
    x = paddle.assign(x)
    x.stop_gradient = False
    return x


# Called with the operands' tensors, and with the node's argument where it has one.
OPS = {
    "add": paddle.add, "sub": paddle.subtract, "mul": paddle.multiply, "div": paddle.divide,
    "max": paddle.maximum, "min": paddle.minimum,
    "neg": paddle.neg, "exp": paddle.exp, "expm1": paddle.expm1, "log": paddle.log, "log1p": paddle.log1p,
    "logaddexp": lambda a, b: paddle.logsumexp(paddle.stack([a, b]), 0),
    "sin": paddle.sin, "cos": paddle.cos,
    "tanh": paddle.tanh, "sigmoid": paddle.nn.functional.sigmoid, "softplus": _softplus, "sqrt": paddle.sqrt,
    "square": paddle.square, "relu": paddle.nn.functional.relu, "abs": paddle.abs,
    "step": lambda x: paddle.cast(x > 0, x.dtype), "round": _StraightThroughRound.apply,
    "stop": lambda x: x.detach(), "pow": paddle.pow,
    "matmul": paddle.matmul, "transpose": paddle.t, "sum": _sum, "broadcast": paddle.broadcast_to,
    "reshape": paddle.reshape, "slice": _slice,
    "concat": _concat,
}
