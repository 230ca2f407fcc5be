"""PaddlePaddle: opens a subject that is written for it."""

import os

# One thread computes small tensors as fast, in one order, and leaves a process that can be forked for trials.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import paddle  # noqa: E402

from gradproof_adapter.functional import Stage, run_case  # noqa: E402
from gradproof_adapter.paddle_.kind import Paddle  # noqa: E402
from gradproof_adapter.subject import Subject  # noqa: E402


def open_subject(file, name, kind=Subject):
    paddle.set_device("cpu")
    return kind(Paddle(), file, name, run_case, Stage)
