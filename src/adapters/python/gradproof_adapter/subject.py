"""A subject that is ready to be run, whatever the framework."""

from gradproof_adapter.binding import bind
from gradproof_adapter.loading import InHand, alias, check_words, convention, load, loading_text, reads, twice, under, vector
from gradproof_adapter.scenario import live
from gradproof_adapter.trouble import CaseTrouble, ProtocolTrouble


class Subject:
    """A layer, and what is known about it.

    `run_graph` runs one graph, `run_list` one that came as a list of nodes, where the framework has such a way; `stage` is
    where scenarios are lived.
    """

    def __init__(self, framework, file, name, run_graph, stage, run_list=None):
        module, found = load(file, name)
        check_words(module)
        framework.choose(under(module, framework.under))
        framework.vector = vector(module)
        framework.is_factor = convention(module) == "factor"
        self.bound = bind(framework, module, found, name, isinstance(file, InHand))
        self.run_graph = run_graph
        self.run_list = run_list
        self.stage = stage
        bound = self.bound
        self.description = {
            "framework": framework.version(), "subject": name, "form": bound.form, "lambda": bound.strength,
            "dtypes": list(framework.dtypes), "ops": ["input", "const", "reverse", *framework.ops],
            "layouts": list(framework.layouts), "steps": framework.steps(), "twice": twice(module, framework.twice), "reads": reads(module)}
        if run_list:
            self.description["listed"] = True
        if framework.vector:
            self.description["vector"] = True
        if alias(module) != "any":
            self.description["alias"] = alias(module)
        if framework.is_factor:
            self.description["convention"] = "factor"
        if not isinstance(file, InHand):
            self.description["usage"] = {**bound.usage, **loading_text(module, framework)}
        if bound.is_fixed:
            told = bound.fixed_strength
            self.description["fixed_lambda"] = -told if framework.is_factor and told is not None else told

    def run(self, case):
        if case.contract:
            raise CaseTrouble("unsupported", f"the subject is a layer, and not what {case.contract!r} asks for")
        if case.scenario is not None:
            return {"outputs": [], "gradients": live(self.stage(self.bound, case.dtype), case.scenario)}
        return self.run_graph(self.bound, case)

    def run_listed(self, case):
        if not self.run_list:
            raise ProtocolTrouble("a case with `nodes`, which hello did not offer")
        return self.run_list(self.bound, case)
