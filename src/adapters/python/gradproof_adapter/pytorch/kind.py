"""What the shared parts have to know of PyTorch."""

import torch

from gradproof_adapter.framework import HERE, Framework, folder_of
from gradproof_adapter.pytorch.modes import MODES, mode_text
from gradproof_adapter.pytorch.ops import OPS
from gradproof_adapter.pytorch.tensors import DTYPES, LAYOUTS
from gradproof_adapter.trouble import SubjectTrouble

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
    records_gradients = True
    has_complex = True
    vector_text = "torch.tensor({numbers}, dtype={dtype})"
    strength_text = "torch.tensor({lambda}, dtype=torch.float64)"

    under = MODES

    def choose(self, mode):
        """What is compiled takes seconds at first, and is computed before anybody waits for it."""
        super().choose(mode)
        self.wakes_late = mode in ("compile", "inductor")
        self.twice = not self.wakes_late    # The compiler refuses double backward.
        if mode == "cuda" and not torch.cuda.is_available():
            raise SubjectTrouble("form", "GRADPROOF says that the layer runs under 'cuda', and PyTorch finds no device for that here")

    def version(self):
        return f"PyTorch {torch.__version__}" + (f" under {self.mode}" if self.mode else "")

    def mode_text(self, call):
        return mode_text(self.mode, call)

    def steps(self):
        """Threads that rest at each line would rest at each of the compiler's; what runs on a device is copied there and back."""
        left_out = {"compile": ("together", "pairs"), "inductor": ("together", "pairs"), "cuda": ("shares", "together")}.get(self.mode, ())
        return [step for step in super().steps() if step not in left_out]

    def as_tensor(self, strength):
        return torch.tensor(strength, dtype=torch.float64, device="cpu")

    def probe(self, layers, strength):
        x = torch.arange(6, dtype=torch.float32, device="cpu").reshape(2, 3).requires_grad_(True)
        with torch.enable_grad():
            return x, layers(strength)(x)

    def is_trial_in_a_fork(self):
        """PyTorch survives a fork as long as it has not gone backward; CUDA and the compiler's own processes do not."""
        return self.mode not in ("inductor", "cuda")

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
        # What torch.compile makes of a module hands attributes on to that module.
        own = getattr(getattr(owner, "_orig_mod", owner), "__dict__", {})
        return [*own, *own.get("_buffers", ()), *own.get("_parameters", ())]

    def has_own_context(self, function):
        """The context is absent beside a setup_context."""
        function_class = torch.autograd.Function
        return getattr(function, "setup_context", None) is getattr(function_class, "setup_context", None)
