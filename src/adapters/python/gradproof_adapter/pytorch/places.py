"""Whose code a traceback went through."""

import os

import torch

# Frames below these folders are PyTorch's or the adapter's; all others are the subject's, or of what it uses.
OUTSIDE = (os.path.dirname(torch.__file__) + os.sep,
           os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep)
