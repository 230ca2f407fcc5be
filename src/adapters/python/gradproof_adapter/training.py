"""An author's own training step in place of a layer: train_step(params, batch, lambda_) -> params."""

from gradproof_adapter.graphtext import parse
from gradproof_adapter.loading import load
from gradproof_adapter.trouble import CaseTrouble, SubjectTrouble, one_line, trace

STEPS = 4


class TrainingSubject:
    """A training step, and what is known about it."""

    def __init__(self, framework, file, name, _run_case, stage, _run_list=None):
        _, self.train_step = load(file, name)
        if not callable(self.train_step) or isinstance(self.train_step, type):
            raise SubjectTrouble("form", f"{name} is a {type(self.train_step).__name__}; wanted: a function "
                                         "train_step(params, batch, lambda_)")
        self.framework = framework
        self.stage = stage
        self.bound = _Bound(framework)
        self.in_order = None                # whether it takes tuples, which the first case finds out
        self._as_leaf = None
        self.description = {
            "framework": framework.version(), "subject": name, "form": "training step", "lambda": "third argument",
            "dtypes": list(framework.dtypes), "ops": [], "layouts": []}

    def run(self, case):
        graph = parse(case.graph)
        stage = self.stage(self.bound, case.dtype)
        strength = next((node.argument for node in graph.nodes if node.op == "reverse"), None)
        leaves = [node for node in graph.nodes if node.op in ("input", "const") and node.shape != (1, 1)]
        if strength is None or {node.name for node in leaves} != {"W", "V", "U", "x", "y", "d"}:
            raise CaseTrouble("unsupported", "the graph is not the network of a training")
        with self.framework.at_work(case.dtype):
            return {"outputs": self._trained(stage, leaves, strength), "gradients": []}

    def _trained(self, stage, leaves, strength):
        """W, V and U after the first step, then after the second, and so on."""
        if self.in_order is None:
            self.in_order = not self._takes(stage, leaves, strength, False) and self._takes(stage, leaves, strength, True)
        params, batch = self._given(stage, leaves, self.in_order)
        written = []
        for _ in range(STEPS):
            params = self._stepped(params, batch, strength)
            # Now, for the next step may work in place.
            written += [stage.read(self._as_leaf(each)) for each in _in_order(params)]
        return written

    def _takes(self, stage, leaves, strength, in_order):
        try:
            _in_order(self._stepped(*self._given(stage, leaves, in_order), strength))
            return True
        except CaseTrouble:
            return False

    def _given(self, stage, leaves, in_order):
        made = {node.name: stage.leaf(node.argument, node.shape) for node in leaves}
        # Some stages keep with each tensor how it was made.
        is_plain = isinstance(made["x"], self.framework.tensor)
        self._as_leaf = (lambda tensor: tensor) if is_plain else type(made["x"])
        tensors = made if is_plain else {name: each.value for name, each in made.items()}
        params = {name: tensors[name] for name in ("W", "V", "U")}
        # Nobody asks for a gradient of the data.
        batch = {name: self.framework.without_gradient(tensors[name]) for name in ("x", "y", "d")}
        return (tuple(params.values()), tuple(batch.values())) if in_order else (params, batch)

    def _stepped(self, params, batch, strength):
        try:
            result = self.train_step(params, batch, strength)
        except BaseException as error:      # sys.exit() in a training is an answer to us, not an order.
            raise CaseTrouble("raised", f"the training step raised {one_line(error)}", trace(error, self.framework.outside)) from None
        # A step may return its loss besides.
        if isinstance(result, tuple) and result and isinstance(result[0], (dict, tuple, list)):
            result = result[0]
        found = _in_order(result)
        if len(found) != 3 or not all(isinstance(each, self.framework.tensor) for each in found):
            raise CaseTrouble("returned", "the training step did not return the three parameters")
        kept = [self.framework.with_gradient(each) for each in found]
        return dict(zip(("W", "V", "U"), kept)) if isinstance(result, dict) else tuple(kept)


class _Bound:
    """What a stage asks of a layer that there is none of here."""

    def __init__(self, framework):
        self.framework = framework


def _in_order(params):
    if isinstance(params, dict):
        if set(params) != {"W", "V", "U"}:
            raise CaseTrouble("returned", "the training step returned a dictionary without W, V and U alone")
        return [params[name] for name in ("W", "V", "U")]
    if isinstance(params, (tuple, list)):
        return list(params)
    raise CaseTrouble("returned", f"the training step returned a {type(params).__name__}, not the parameters")
