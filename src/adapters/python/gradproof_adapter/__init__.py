"""Serves one gradient reversal layer, written in Python, to gradproof over standard input and output.

    python3 -m gradproof_adapter FILE.py NAME [--framework torch]

The exchange is described in docs/reference/protocol.md.  FILE.py is imported when gradproof says hello, and NAME may be
a torch.autograd.Function, its `apply`, an nn.Module class or instance, a factory make(λ), a plain function f(x, λ), or
what other frameworks have in their place.  The framework is the one that FILE.py imports.
How λ is given is found out from the signature and by trial.  Where that guess would be wrong, the author says it in
FILE.py:

    GRADPROOF = {"lambda": "ctor:alpha"}     # an argument of the constructor or of the factory
    GRADPROOF = {"lambda": "call:coeff"}     # an argument of apply, of forward or of the function
    GRADPROOF = {"lambda": "method:set_p"}   # a method to call with λ
    GRADPROOF = {"lambda": "attribute:p"}    # an attribute to set
    GRADPROOF = {"lambda": "fixed:0.5"}      # λ can't be given, and is 0.5
    GRADPROOF = {"framework": "jax"}         # the framework is not the one that is imported first
    GRADPROOF = {"under": "jit"}             # the layer is run in this mode of its framework's
"""
