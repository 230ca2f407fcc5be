"""TensorFlow 2: opens a subject that is written for it or for Keras; eager, under tf.function, or in graph mode."""

import os

# One thread computes small tensors as fast, in one order, and leaves a process that can be forked for trials.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# What TensorFlow says of the machine at its start is nobody's failure.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ["KERAS_BACKEND"] = "tensorflow"

import tensorflow as tf  # noqa: E402

from gradproof_adapter.functional import Stage, run_case  # noqa: E402
from gradproof_adapter.subject import Subject  # noqa: E402
from gradproof_adapter.tensorflow_.kind import TensorFlow  # noqa: E402


def open_subject(file, name, kind=Subject):
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    return kind(TensorFlow(), file, name, run_case, Stage)
