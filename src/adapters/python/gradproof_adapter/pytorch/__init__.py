"""PyTorch: opens a subject that is written for it.  Works with PyTorch 1.13 and later."""

import contextlib

import torch

from gradproof_adapter.pytorch.cases import run_case
from gradproof_adapter.pytorch.kind import PyTorch
from gradproof_adapter.pytorch.listed import run_listed
from gradproof_adapter.pytorch.stage import Stage
from gradproof_adapter.subject import Subject


# Importing PyTorch starts no threads, so that a process that has done nothing else can be copied.
CAN_BE_COPIED = True

# The first backward pass imports this, for a third of a second: here that is done once, and not in each copy.
with contextlib.suppress(ImportError):
    import torch.fx.experimental.symbolic_shapes


def open_subject(file, name, kind=Subject):
    # The tensors are small: a second thread costs more than it gives, and one thread sums in one order.
    torch.set_num_threads(1)
    subject = kind(PyTorch(), file, name, run_case, Stage, run_listed)
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
