"""What other gradient checkers say of the cases in cases.json, each at its defaults.

    peers.py CHECKERS [CASE...]     prints a JSON object for each of them; CHECKERS is torch, jax, tf or numdifftools

A case is a function of one number, at a point, and claims about its derivative there: the right one, and wrong ones. Each
checker gets the function in its own framework's operations, and a derivative that returns the claim. Where a checker judges
nothing and returns numbers, `rule` says what is made of them.
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent


def cases():
    return json.loads((HERE / "cases.json").read_text(encoding="utf-8"))


def function(body, operations):
    """The function that the lines `y = operation operand...` compute from x; the last line's is the result."""
    def run(x):
        values = {"x": x}
        for line in body.splitlines():
            target, _, operation, *operands = line.split()
            values[target] = operations[operation](*(values[o] if o in values else float(o) for o in operands))
        return values[target]
    return run


def arithmetic():
    return {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
            "neg": lambda a: -a, "square": lambda a: a * a, "pow": lambda a, n: a ** int(n)}


def record(checker, version, rule, accepts, chosen):
    """`accepts(function, point, claim)`, a case at a time."""
    verdicts = {case["name"]: {claim: "accepted" if accepts(case["body"], float.fromhex(case["point"]), float.fromhex(value))
                               else "rejected" for claim, value in case["claims"].items()} for case in chosen}
    return {"checker": checker, "version": version.split("+")[0], "rule": rule, "verdicts": verdicts}


def passes(check):
    """Whether a check that raises AssertionError lets it be."""
    try:
        check()
    except AssertionError:
        return False
    return True


def torch_records(chosen):
    import torch
    f = torch.nn.functional
    names = {name: getattr(torch, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt", "sigmoid", "relu", "abs")}
    operations = {**arithmetic(), **names, "softplus": f.softplus, "max": torch.maximum}

    def accepts(body, point, claim):
        forward_pass = function(body, operations)

        class Claimed(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return forward_pass(x)

            @staticmethod
            def backward(ctx, cotangent):
                return cotangent * claim

        x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
        return torch.autograd.gradcheck(Claimed.apply, (x,), raise_exception=False)

    yield record("torch.autograd.gradcheck", torch.__version__, "its verdict, in float64", accepts, chosen)


def jax_records(chosen):
    import jax
    jax.config.update("jax_enable_x64", True)
    from jax import numpy
    from jax.test_util import check_grads
    names = {name: getattr(numpy, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt", "abs")}
    more = {"sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "softplus": jax.nn.softplus, "max": numpy.maximum}
    operations = {**arithmetic(), **names, **more}

    def accepts(body, point, claim):
        forward_pass = function(body, operations)
        claimed = jax.custom_jvp(forward_pass)
        claimed.defjvp(lambda primals, tangents: (forward_pass(*primals), claim * tangents[0]))
        return passes(lambda: check_grads(claimed, (numpy.float64(point),), order=1))

    yield record("jax.test_util.check_grads", jax.__version__, "its verdict at order 1, in float64", accepts, chosen)


def tf_records(chosen):
    import tensorflow as tf
    names = {name: getattr(tf, name) for name in ("exp", "sin", "cos", "tanh", "sqrt", "sigmoid", "abs")}
    more = {"log": tf.math.log, "relu": tf.nn.relu, "softplus": tf.nn.softplus, "max": tf.maximum}
    operations = {**arithmetic(), **names, **more}
    judge = tf.test.TestCase()

    def accepts(body, point, claim):
        forward_pass = function(body, operations)

        @tf.custom_gradient
        def claimed(x):
            return forward_pass(x), lambda cotangent: cotangent * claim

        claims, differences = tf.test.compute_gradient(claimed, [tf.constant(point, tf.float64)])
        return passes(lambda: judge.assertAllClose(claims, differences))

    yield record("tf.test.compute_gradient", tf.__version__,
                 "`assertAllClose` of what it returns, as its documentation has it, in float64", accepts, chosen)


def numpy_operations():
    import numpy
    names = {name: getattr(numpy, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt", "abs")}
    return {**arithmetic(), **names, "sigmoid": lambda x: 1 / (1 + numpy.exp(-x)), "relu": lambda x: numpy.maximum(x, 0),
            "softplus": lambda x: numpy.log1p(numpy.exp(x)), "max": numpy.maximum}


SCIPY_THRESHOLD = 1e-6  # its documentation names none


def numdifftools_records(chosen):
    import numdifftools
    import warnings
    import numpy
    import scipy.optimize
    numpy.seterr(all="ignore")
    warnings.simplefilter("ignore")  # of steps that all end in NaN
    operations = numpy_operations()

    def within_its_estimate(body, point, claim):
        value, estimate, *_ = numdifftools.Derivative(function(body, operations), full_output=True)(point)
        return bool(abs(claim - value) <= estimate)

    def all_close(body, point, claim):
        return bool(numpy.allclose(claim, numdifftools.Derivative(function(body, operations))(point)))

    def check_grad(body, point, claim):
        f = function(body, operations)
        off = scipy.optimize.check_grad(lambda x: f(x[0]), lambda x: numpy.array([claim]), [point])
        return bool(off <= SCIPY_THRESHOLD)

    yield record("numdifftools, its error estimate", numdifftools.__version__, "within the estimate of `Derivative`",
                 within_its_estimate, chosen)
    yield record("numdifftools, allclose", numdifftools.__version__, "`numpy.allclose` with `Derivative`", all_close, chosen)
    yield record("scipy.optimize.check_grad", scipy.__version__, f"at most {SCIPY_THRESHOLD:g}", check_grad, chosen)


RECORDS = {"torch": torch_records, "jax": jax_records, "tf": tf_records, "numdifftools": numdifftools_records}


def text_of(entry):
    """JSON with a line for each case."""
    lines = [f'    {json.dumps(name)}: {json.dumps(verdicts)}' for name, verdicts in entry["verdicts"].items()]
    head = "".join(f"  {json.dumps(key)}: {json.dumps(entry[key])},\n" for key in ("checker", "version", "rule"))
    return "{\n" + head + '  "verdicts": {\n' + ",\n".join(lines) + "\n  }\n}\n"


def file_of(checker):
    """Where the verdicts of a checker are kept: its name's letters and digits, with - for what is between them."""
    return HERE / "verdicts" / (re.sub(r"[^A-Za-z0-9]+", "-", checker) + ".json")


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in RECORDS:
        sys.exit(__doc__)
    wanted = [case for case in cases() if not sys.argv[2:] or case["name"] in sys.argv[2:]]
    for one in RECORDS[sys.argv[1]](wanted):
        print(text_of(one), end="")
