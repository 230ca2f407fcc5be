"""What the shared parts have to know of PyTorch."""

import torch

from gradproof_adapter.framework import HERE, Framework, folder_of
from gradproof_adapter.pytorch.ops import OPS
from gradproof_adapter.pytorch.tensors import DTYPES, LAYOUTS

# Frames below these folders are PyTorch's or the adapter's; all others are the subject's, or of what it uses.
OUTSIDE = (folder_of(torch), HERE + "/")


class PyTorch(Framework):
    title = "PyTorch"
    outside = OUTSIDE
    tensor = (torch.Tensor,)
    function = (torch.autograd.Function,)
    function_word = "autograd.Function"
    layer = (torch.nn.Module,)
    layer_word = "nn.Module"
    layer_method = "forward"
    own_modules = ("torch.",)
    wanted = ("a torch.autograd.Function, an nn.Module class or instance, a factory make(λ), or a function f(x, λ)")
    dtypes = DTYPES
    layouts = LAYOUTS
    ops = OPS
    refusals = (RuntimeError, NotImplementedError, MemoryError)
    wakes_late = False
    strength_text = "torch.tensor({lambda}, dtype=torch.float64)"

    def version(self):
        return f"PyTorch {torch.__version__}"

    def as_tensor(self, strength):
        return torch.tensor(strength, dtype=torch.float64, device="cpu")

    def probe(self, layers, strength):
        x = torch.arange(6, dtype=torch.float32, device="cpu").reshape(2, 3).requires_grad_(True)
        with torch.enable_grad():
            return x, layers(strength)(x)

    def is_trial_in_a_fork(self):
        return True                         # PyTorch survives a fork as long as it has not gone backward.

    def without_gradient(self, x):
        return x.detach()

    def with_gradient(self, x):
        return x if x.requires_grad else x.requires_grad_(True)

    def number(self, x):
        return x.item()

    def is_scalar(self, x):
        return x.numel() == 1 and x.is_floating_point()

    def put(self, owner, name, strength):
        """Sets λ as what the attribute is now: a parameter, a tensor such as a buffer, or a number.

        A tensor is replaced, not filled: a layer may still need the old one for a backward pass.
        """
        now = getattr(owner, name, None)
        if isinstance(now, torch.nn.Parameter):
            strength = torch.nn.Parameter(torch.full_like(now.detach(), float(strength)), now.requires_grad)
        elif isinstance(now, torch.Tensor):
            strength = torch.full_like(now.detach(), float(strength))
        setattr(owner, name, strength)

    def put_text(self, owner, name, word):
        now = getattr(owner, name, None)
        filled = f"torch.full_like({word}.{name}.detach(), {{lambda}})"
        if isinstance(now, torch.nn.Parameter):
            return f"{word}.{name} = torch.nn.Parameter({filled}, {now.requires_grad})"
        return f"{word}.{name} = {filled if isinstance(now, torch.Tensor) else '{lambda}'}"

    def attributes(self, owner):
        own = getattr(owner, "__dict__", {})
        return [*own, *own.get("_buffers", ()), *own.get("_parameters", ())]

    def has_own_context(self, function):
        """The context is absent beside a setup_context."""
        function_class = torch.autograd.Function
        return getattr(function, "setup_context", None) is getattr(function_class, "setup_context", None)
