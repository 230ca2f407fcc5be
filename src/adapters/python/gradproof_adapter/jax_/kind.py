"""What the shared parts have to know of JAX."""

import jax
import jax.numpy as jnp
import numpy

from gradproof_adapter.arrays import array
from gradproof_adapter.framework import HERE, Framework, folder_of
from gradproof_adapter.jax_.ops import OPS
from gradproof_adapter.trouble import CaseTrouble


def _mapped(layer):
    """The layer under vmap, along the first axis; there is none to map in a 0-dim array, nor rows in an empty one."""
    def apply(x, *rest, **named):
        if x.ndim == 0 or x.shape[0] == 0:
            raise CaseTrouble("unsupported", "vmap needs an axis that is not empty")
        return jax.vmap(lambda row: layer(row, *rest, **named))(x)
    return apply


def _compiled(layer):
    """The layer under jit, with λ as it is: a number of the author's and not an array that is traced."""
    def apply(x, *rest, **named):
        return jax.jit(lambda value: layer(value, *rest, **named))(x)
    return apply


class Jax(Framework):
    title = "JAX"
    outside = (folder_of(jax), HERE + "/")
    tensor = (jax.Array,)
    callables = (jax.custom_vjp, jax.custom_jvp, type(jax.jit(lambda x: x)))
    own_modules = ("jax.", "jaxlib.")
    wanted = "a function f(x, λ), with jax.custom_vjp or without, or a factory make(λ)"
    dtypes = {"f16": jnp.float16, "bf16": jnp.bfloat16, "f32": jnp.float32, "f64": jnp.float64}
    ops = OPS
    under = {"": lambda layer: layer, "jit": _compiled, "vmap": _mapped}
    has_two_forwards = True
    # A gradient of a gradient sees the body of a forward rule, and not the rule that it belongs to: a layer that is not
    # meant to be differentiated twice gives something else, and is none the worse for it.
    twice = False

    vector_text = "jnp.array({numbers}, dtype={dtype})"
    strength_text = "jnp.asarray({lambda})"

    def mode_text(self, call):
        """The call under jit or vmap, as _compiled and _mapped do it."""
        inner = call.replace("{x}", "value")
        return f"jax.{self.mode}(lambda value: {inner})({{x}})" if self.mode else call

    def put_text(self, owner, name, word):
        if isinstance(getattr(owner, name, None), self.tensor):
            return f"{word}.{name} = jnp.full_like({word}.{name}, {{lambda}})"
        return super().put_text(owner, name, word)

    def steps(self):
        """What is traced is traced for long, in threads that rest at each line for longer than a deadline."""
        return [step for step in super().steps() if step != "together" or not self.mode]

    def version(self):
        return f"JAX {jax.__version__}" + (f" under {self.mode}" if self.mode else "")

    def as_tensor(self, strength):
        return jnp.asarray(float(strength))         # weakly typed: it takes the dtype of what it meets

    def probe(self, layers, strength):
        """By shapes alone at first, which computes nothing and so needs no threads."""
        layer = layers(strength)
        kept = []

        def apply(x):
            kept.append(layer(x))
            return kept[-1] if isinstance(kept[-1], self.tensor) else x
        x = jax.ShapeDtypeStruct((2, 3), jnp.float32)
        try:
            jax.eval_shape(apply, x)
            return x, kept[-1]
        except jax.errors.ConcretizationTypeError:  # A layer that looks at its numbers needs some.
            x = jnp.arange(6, dtype=jnp.float32).reshape(2, 3)
            return x, layers(strength)(x)

    def is_scalar(self, x):
        return x.size == 1 and jnp.issubdtype(x.dtype, jnp.floating)

    def put(self, owner, name, strength):
        now = getattr(owner, name, None)
        setattr(owner, name, jnp.full_like(now, float(strength)) if isinstance(now, self.tensor) else strength)

    def number(self, x):
        return float(x.reshape(()))

    def laid_out(self, values, shape, dtype, _layout):
        x = jnp.array(array(values, shape, self.dtypes[dtype]))
        return x, x

    def name_of(self, x):
        return next(name for name, dtype in self.dtypes.items() if x.dtype == dtype)

    def bits(self, x):
        return numpy.asarray(x).tobytes()

    def vjp(self, function, inputs, _again):
        outputs, pull = jax.vjp(lambda *values: function(*values), *inputs)
        return outputs, lambda cotangents: list(pull(list(cotangents)))
