"""What a scenario needs of PyTorch."""

import contextlib

import torch

from gradproof_adapter.graphrun import check_dtype, check_strength, checked, raised
from gradproof_adapter.pytorch.cases import blame
from gradproof_adapter.pytorch.kind import OUTSIDE
from gradproof_adapter.pytorch.tensors import DTYPES, tensor, written
from gradproof_adapter.trouble import CaseTrouble, frames, one_line


class Stage:
    """The layers of one subject, in one dtype."""

    def __init__(self, bound, dtype):
        check_dtype(bound.framework, dtype)
        self.bound = bound
        self.dtype = DTYPES[dtype]

    @property
    def width(self):
        """Bytes of an entry."""
        return self.dtype.itemsize if hasattr(self.dtype, "itemsize") else torch.tensor([], dtype=self.dtype).element_size()

    def shares(self, y, x):
        return y.storage().data_ptr() == x.storage().data_ptr() if not hasattr(y, "untyped_storage") else (
            y.untyped_storage().data_ptr() == x.untyped_storage().data_ptr())

    def make(self, strength):
        check_strength(self.bound, strength)
        return self._own("giving λ", lambda: self.bound.hold(strength))

    def vector(self, values):
        return tensor(values, self.bound.framework.vector_shape(len(values)), self.dtype)

    def leaf(self, values, shape):
        return tensor(values, shape, self.dtype).requires_grad_(True)

    def complex_leaf(self, values, shape):
        if self.width not in (4, 8):
            raise CaseTrouble("unsupported", "complex numbers are made of f32 and f64")
        return _in_pairs(tensor(values, shape, self.dtype)).requires_grad_(True)

    def forward(self, layer, x):
        with torch.enable_grad(), _of_complex(x):
            return checked(self.bound.framework, self._own("forward", lambda: layer(x)))

    def glance(self, layer, x):
        """The layer on data: neither is a gradient recorded, nor does the input ask for one."""
        data = x.detach()
        try:
            with torch.no_grad():
                y = layer(data)
            if data.requires_grad:
                raise CaseTrouble("returned", "forward made an input ask for a gradient that wants none")
            return checked(self.bound.framework, y)
        except CaseTrouble:
            raise
        except Exception as error:          # A hook, say, can't be put on what asks for no gradient.
            raise CaseTrouble("unsupported", f"the layer can't be called where no gradient is asked for ({one_line(error)})") from None

    def multiply(self, y, by):
        try:
            with torch.enable_grad():
                y.mul_(by)
        except RuntimeError as error:
            raise CaseTrouble("unsupported", f"PyTorch refuses it ({one_line(error)})") from None

    def backward(self, y, values, shape, x):
        cotangent = tensor(values, shape, self.dtype)
        if y.is_complex():
            cotangent = _in_pairs(cotangent)
        if y.shape != cotangent.shape or not y.requires_grad:
            return None
        try:
            gradient, = torch.autograd.grad([y], [x], grad_outputs=[cotangent], retain_graph=True, allow_unused=True)
        except BaseException as error:
            if y.is_complex():
                raise _takes_no_complex(error) from None
            if _refused(error):
                raise CaseTrouble("unsupported", f"PyTorch refuses it ({one_line(error)})") from None
            raise CaseTrouble(*blame(error)) from None
        return None if gradient is None else lambda: written(_in_parts(gradient), "a gradient")

    def read(self, x):
        return written(_in_parts(x), "a tensor")

    def gradient_of_strength(self, layer):
        """The gradient of the sum of all that went backward, for the first λ that has one: a parameter of the layer."""
        instance = layer.instance
        if not isinstance(instance, torch.nn.Module):
            raise CaseTrouble("unsupported", "λ is no parameter of a module")
        return self._gradient_of(instance, [each for each in instance.parameters() if each.requires_grad])

    def _gradient_of(self, instance, parameters):
        if not parameters:
            return None
        x = self.leaf([1.0, -2.0, 3.0], (1, 3))
        y = self.forward(instance, x)
        found = torch.autograd.grad([y], parameters, grad_outputs=[torch.ones_like(y)], allow_unused=True)
        return next((written(each, "a gradient") for each in found if each is not None), None)

    def _own(self, stage, action):
        try:
            return action()
        except CaseTrouble:
            raise
        except BaseException as error:      # sys.exit() in a layer is an answer to us, not an order.
            raise raised(stage, error, self.bound.framework) from None


def _in_pairs(x):
    """Numbers as complex ones, half as many in each row."""
    return torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))


def _in_parts(x):
    return torch.view_as_real(x.detach().resolve_conj()).flatten(-2) if x.is_complex() else x


@contextlib.contextmanager
def _of_complex(x):
    """What a layer raises that is given complex numbers says that it takes none, which is no fault."""
    try:
        yield
    except CaseTrouble as trouble:
        if not x.is_complex():
            raise
        raise _takes_no_complex(trouble) from None


def _takes_no_complex(error):
    return CaseTrouble("unsupported", f"the layer takes no complex tensors ({one_line(error)})")


def _refused(error):
    """Whether it was PyTorch itself that found saved or viewed memory overwritten by the in-place step."""
    own = all(file.startswith(OUTSIDE) for file in frames(error))
    return own and isinstance(error, RuntimeError) and ("inplace" in str(error) or "in-place" in str(error))
