"""Ways to run a layer of PyTorch, by the author's word for them: GRADPROOF = {"under": "compile"}."""

import torch

from gradproof_adapter.trouble import CaseTrouble


def compiled(backend):
    """The layer under torch.compile, compiled anew for each shape, as no cache of eight would do it."""
    def under(layer):
        def apply(x, *rest, **named):
            torch._dynamo.reset()
            return torch.compile(lambda value: layer(value, *rest, **named), backend=backend)(x)
        return apply
    return under


class _PulledBack(torch.autograd.Function):
    """The vjp that torch.func makes of a layer, as one step of autograd's."""

    @staticmethod
    def forward(ctx, x, layer):
        y, ctx.pull = torch.func.vjp(layer, x.detach())
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, cotangent):
        return ctx.pull(cotangent)[0], None


def transformed(layer):
    """The layer within torch.func.vjp."""
    return lambda x, *rest, **named: _PulledBack.apply(x, lambda value: layer(value, *rest, **named))


def mapped(layer):
    """The layer under torch.func.vmap, along the first axis; there is none in a 0-dim tensor, nor rows in an empty one."""
    def apply(x, *rest, **named):
        if x.dim() == 0 or x.shape[0] == 0:
            raise CaseTrouble("unsupported", "vmap needs an axis that is not empty")
        return torch.func.vmap(lambda row: layer(row, *rest, **named))(x)
    return apply


class _Across(torch.autograd.Function):
    """A layer on the GPU between tensors on the CPU: what comes in and goes out is copied, and must not be written to."""

    @staticmethod
    def forward(ctx, x, device):
        ctx.device = x.device
        return x.to(device)

    @staticmethod
    def backward(ctx, cotangent):
        return _Across.apply(cotangent, ctx.device), None


def on_device(layer):
    """The layer on the GPU.  Its operands are copied there in their own strides; one that it overwrites is damage."""
    def apply(x, *rest, **named):
        there = _Across.apply(x, torch.device("cuda"))
        before = there.detach().clone()
        y = layer(there, *rest, **named)
        if not torch.equal(before.view(torch.uint8), there.detach().contiguous().view(torch.uint8)):
            raise CaseTrouble("raised", "forward wrote into its input on the GPU")
        return _Across.apply(y, x.device)
    return apply


MODES = {"": lambda layer: layer, "compile": compiled("aot_eager"), "inductor": compiled("inductor"), "func": transformed,
         "vmap": mapped, "cuda": on_device}

# The same in source text, for scripts: a call of a layer with {x}.
_TEXTS = {"compile": ("torch.compile(lambda value: ", ', backend="aot_eager")({x})'), "inductor": ("torch.compile(lambda value: ", ")({x})"),
          "vmap": ("torch.func.vmap(lambda value: ", ")({x})"), "cuda": ("", ".to({x}.device)")}


def mode_text(mode, call):
    """A call in this mode; under torch.func it stands for itself, since a script goes backward with autograd."""
    before, after = _TEXTS.get(mode, ("", ""))
    return before + (call.replace("{x}", "{x}.to('cuda')" if mode == "cuda" else "value") if before or after else call) + after
