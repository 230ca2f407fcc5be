"""JAX: opens a subject that is written for it."""

import os

# One thread computes small arrays as fast, in one order, and leaves a process that can be forked for trials.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax  # noqa: E402

from gradproof_adapter.functional import Stage, run_case  # noqa: E402
from gradproof_adapter.jax_.kind import Jax  # noqa: E402
from gradproof_adapter.subject import Subject  # noqa: E402


def open_subject(file, name, kind=Subject):
    # Without this JAX has no double precision; with it, arrays keep the dtype that they have.
    jax.config.update("jax_enable_x64", True)
    return kind(Jax(), file, name, run_case, Stage)
