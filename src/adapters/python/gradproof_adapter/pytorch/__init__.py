"""PyTorch: opens a subject that is written for it.  Works with PyTorch 1.13 and later."""

import torch

from gradproof_adapter.graphtext import OPS
from gradproof_adapter.loading import load, reads
from gradproof_adapter.pytorch.binding import bind
from gradproof_adapter.pytorch.cases import run_case
from gradproof_adapter.pytorch.stage import Stage
from gradproof_adapter.pytorch.tensors import DTYPES, LAYOUTS
from gradproof_adapter.scenario import STEPS, live


class Subject:
    """A layer that is ready to be run, and what is known about it."""

    def __init__(self, name, bound, reads):
        self.bound = bound
        self.description = {
            "framework": f"PyTorch {torch.__version__}", "subject": name, "form": bound.form, "lambda": bound.strength,
            "dtypes": list(DTYPES), "ops": list(OPS), "layouts": list(LAYOUTS), "steps": list(STEPS), "twice": True,
            "reads": reads}
        if bound.is_fixed:
            self.description["fixed_lambda"] = bound.fixed_strength

    def run(self, case):
        if case.scenario is not None:
            return {"outputs": [], "gradients": live(Stage(self.bound, case.dtype), case.scenario)}
        return run_case(self.bound, case)


def open_subject(file, name):
    # The tensors are small: a second thread costs more than it gives, and one thread sums in one order.
    torch.set_num_threads(1)
    module, found = load(file, name)
    subject = Subject(name, bind(module, found, name), reads(module))
    go_backward_once()
    return subject


def go_backward_once():
    """The first backward pass imports more of PyTorch, for up to a second: part of getting ready, not of a case.

    It comes after the trials, since some builds start threads in it, and go backward in no later fork.
    """
    try:
        with torch.enable_grad():
            x = torch.ones(1, device="cpu", requires_grad=True)
            torch.autograd.grad([x * 2], [x], grad_outputs=[torch.ones(1, device="cpu")])
    except Exception:
        pass                                # A subject may have changed PyTorch itself; then the cases say so.
