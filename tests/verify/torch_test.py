"""gradproof verify on PyTorch layers: right ones are VERIFIED, wrong ones are NOT, for the reason that is the true one, and hostile ones do no harm.

Runs under a Python that has PyTorch; GRADPROOF_PROGRAM names the program. The subjects are in tests/subjects/torch: each file names its layer and,
where there is one, its fault.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SUBJECTS = os.path.join(ROOT, "tests", "subjects", "torch")
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from program import leftovers, program, run, to_be_mended  # noqa: E402
import schema  # noqa: E402
import worked_example  # noqa: E402

# File: what the likely cause says.
CAUSES = {
    "abs_lambda": r"\|λ\| is used",
    "almost_lambda": r"1\.0000001",
    "always_two_dimensions": "another shape than the input",
    "at_most_512": "larger tensors only",
    "averaged_gradient": "averaged over the batch",
    "bfloat16_trip": "bfloat16",
    "blended_value": "NaN, infinities or overflow",
    "blocks_of_256": "larger tensors only",
    "bounded_at_ten": "not used as it is given",
    "buffer_filled_in_place": "read in the backward pass",
    "clamp_lambda_01": r"clamped to \[0, 1\]",
    "class_attribute_of_the_module": "share one λ",
    "clipped_cotangent": "clipped",
    "cloned_under_no_grad": "no gradient passes.*no_grad",
    "constant_added": "constant is added to the gradient",
    "copies_share_a_registry": "copy and its original share",
    "cotangent_negated_by_hook": "belongs to the caller is written to",
    "data_in_backward": "second derivative",
    "detach_in_hook": "second derivative",
    "detached": "no gradient passes.*detach",
    "divided_by_batch": "divided by the batch size",
    "divided_by_lambda": "divided by λ",
    "double_backward_is_identity": "second derivative",
    "double_backward_wrong_sign": "second derivative",
    "double_negation": r"returns \+λ·g",
    "dropout_on_the_gradient": "equal calls differ.*random",
    "empty_has_no_maximum": "empty",
    "epsilon_added": "added to λ",
    "every_other_call": "equal calls differ.*every second call",
    "expanded_scaled_in_memory": "belongs to the caller is written to",
    "first_lambda_cached": "first λ (is used|stays) for ever",
    "first_lambda_traced": "read once and kept",
    "float_saved_as_tensor": "save_for_backward",
    "global_between_two_calls": "threads",
    "global_lambda": "share one λ",
    "gradient_accumulated": "equal calls differ.*earlier passes are added",
    "gradient_in_float32": "gradient goes through float32",
    "gradients_swapped": "gradient in λ's place",
    "half_trip": "float16",
    "halved_and_doubled": "subnormal",
    "hook_on_shared": "a hook sits on the shared tensor",
    "hook_only_once": "equal calls differ.*first time only",
    "hooks_pile_up_on_a_submodule": "equal calls differ.*hooks pile up",
    "identity": "does nothing",
    "identity_at_zero": "λ = 0 is taken for another",
    "inplace_negation": "cotangent is changed in place|belongs to the caller is written to",
    "input_overwritten": "belongs to the caller is written to",
    "lambda_bound_at_construction": "read once and kept",
    "lambda_float32_buffer": "λ is rounded to float32",
    "lambda_ignored": "λ is ignored",
    "lambda_in_half": "λ is rounded to float16",
    "lambda_int_tensor": "truncated to an integer",
    "lambda_negated_in_place": "a backward pass changes what it needs again",
    "lambda_on_forward": "λ is applied to the forward value",
    "lambda_on_the_class": "last \\(or first\\) writer wins",
    "lambda_or_one": r"λ = 0 counts as not given",
    "lambda_parameter": "λ receives a gradient",
    "lambda_squared_when_stacked": "product|squared|more than once|do not multiply",
    "lambda_through_schedule": "schedule",
    "lambda_to_two_decimals": "two decimals",
    "lambda_truncated": "truncated to an integer",
    "last_row_skipped": "the last row is left out",
    "legacy_instance_call": "legacy",
    "lost_by_deepcopy": "deep copy",
    "lost_by_pickle": "pickled",
    "masked_by_the_sign_of_x": "only a part.*input is negative",
    "mean_subtracted": "mean of the gradient is subtracted",
    "module_kept_in_ctx": "read in the backward pass",
    "nan_to_num": "nan_to_num",
    "nan_zeroed": "NaN, infinities",
    "negated_by_function_and_module": r"returns \+λ·g",
    "negative_lambda_is_zero": "negative λ is clamped to 0",
    "no_minus": "minus sign is missing",
    "noisy_lambda": "equal calls differ.*random",
    "norm_clipped": r"clipped \(by its norm\)",
    "normalized_gradient": "divided by its own norm",
    "numpy_in_backward": "second derivative",
    "one_minus_lambda": "1 - λ",
    "one_none_too_few": "wrong number of gradients",
    "one_slot_on_the_module": "writer wins|share one λ",
    "per_sample_lambda_on_the_wrong_axis": "wrong axis",
    "plus_zero": "sign of zero is lost",
    "queue_of_strengths": "share a λ|each other's λ",
    "read_in_hook": "read in the backward pass",
    "registry_by_id": "deep copy",
    "result_remembered": "a backward pass changes what it needs again",
    "returns_data": "input's own memory",
    "rounded_to_six_decimals": "rounded to 6 decimals",
    "rows_reversed": "other places",
    "second_half_only": "only a part.*first rows",
    "sign_only": "sign of the cotangent",
    "skipped_unless_finite": "NaN, infinities",
    "small_gradients_dropped": "small cotangents become zero",
    "sometimes_skipped": "equal calls differ",
    "square_transposed": "square tensors",
    "stack_on_the_class": "share one λ|each other's λ",
    "static_result_buffer": "result buffer",
    "static_value_buffer": "shared result buffer",
    "stop_gradient_trick": "stop-gradient trick",
    "storage_offset_ignored": "offset layout only",
    "strengths_by_data_ptr": "writer wins|share one λ",
    "strides_ignored": "strides",
    "tanh_of_lambda": "tanh",
    "through_float32": "forward value goes through float32",
    "training_only": "evaluation mode",
    "value_for_gradient": "saved input",
    "value_nan_to_num": "NaN, infinities",
    "vector_along_the_columns": "vector of λ lies along the wrong axis",
    "vector_averaged": "mean of the vector of λ",
    "vector_first_entry": "first entry of the vector of λ",
    "view_of_noncontiguous": "view is asked of a tensor that is not contiguous",
    "warm_up_inside": "equal calls differ.*counts its calls",
    "warm_up_of_the_function": "equal calls differ.*counts its calls",
    "zero_dim_indexed": "without dimensions",
}

# File: the exit code, and what must be read in the report.
HOSTILE = {
    "exits": (1, ["SystemExit: 3"]),
    "exits_on_import": (3, ["NO SUBJECT: importing", "SystemExit: usage"]),
    "floods": (0, ["VERIFIED"]),
    "garbage_on_stdout": (0, ["VERIFIED"]),
    "hangs_in_backward": (1, ["no answer within 3"]),
    "hangs_on_import": (3, ["NO SUBJECT", "no answer within 30 s"]),
    "kills_itself": (1, ["killed by SIGKILL"]),
    "lacks_name": (3, ["has no 'GRL'", "grl"]),
    "nan_everywhere": (1, ["observed nan"]),
    "not_a_layer": (3, ["GRL is a float", "wanted"]),
    "os_exit": (1, ["exited with status"]),
    "prints_on_import": (0, ["VERIFIED"]),
    "raises_in_backward": (1, ["backward raised AttributeError", "ctx.lamda"]),
    "raises_in_forward": (1, ["forward raised ValueError", "expected 4 dimensions"]),
    "raises_on_import": (3, ["ModuleNotFoundError", "a_package_that_nobody_has"]),
    "returns_none": (1, ["forward returned None instead of a tensor"]),
    "syntax_error": (3, ["SyntaxError", "syntax_error.py"]),
    "too_few_gradients": (1, ["incorrect number of gradients (expected 2, got 1)"]),
    "wrong_dtype": (1, ["has the dtype bf16, not f64"]),
    "wrong_shape": (1, ["has the shape (1, 1, 1), not (1, 1)"]),
}

# Known faults of the program: (kind, file, check) and what is wrong.
TO_BE_MENDED = {}

EVERYTHING = os.environ.get("GRADPROOF_EVERYTHING", "") != ""  # replays all wrong subjects, and runs all scripts
BOUND = 60  # seconds within which a hostile subject must be through, its start of at most 30 included
PYTHON = ["--python", sys.executable]


# File and name: contract, exit code.
CONTRACTS = {
    "straight_through:right": ("straight-through", 0), "straight_through:wrong_zero": ("straight-through", 1), "straight_through:wrong_gate": ("straight-through", 1),
    "gradient_clipping:right": ("clip:0.5", 0), "gradient_clipping:wrong_norm": ("clip:0.5", 1), "scaling:right": ("scale:0.25", 0),
    "scaling:wrong_reversed": ("scale:0.25", 1), "scaling:stopped": ("stop", 0), "swish:right": ("derivative", 0), "swish:wrong": ("derivative", 1),
}


# File: what mends it. A script must then no longer show the fault.
MENDS = {
    "clipped_cotangent": [(".clamp(-1.0, 1.0)", "")],
    "double_backward_wrong_sign": [("return ctx.lambda_ * grad_grad", "return -ctx.lambda_ * grad_grad")],
    "first_lambda_cached": [("if dtype not in _made:", "if True:")],
    "hook_on_shared": [("    if x.requires_grad:", "    x = x.clone()\n    if x.requires_grad:")],
    "input_overwritten": [("        x.data.zero_()\n", "")],
    "lambda_bound_at_construction": [("return self._reverse(x)", "return _Reverse.apply(x, self.lambda_)")],
    "lambda_on_the_class": [("GradReverse.lambd = lambd", "ctx.lambd = lambd"), ("-GradReverse.lambd", "-ctx.lambd")],
    "lost_by_deepcopy": [("type(self)()", "type(self)(self.alpha)")],
    "no_minus": [("return ctx.lambda_", "return -ctx.lambda_")],
    "plus_zero": [("return x + 0", "return x.view_as(x)")],
    "read_in_hook": [("lambda grad: -self.alpha * grad", "lambda grad, alpha=self.alpha: -alpha * grad")],
    "training_only": [("if not self.training:", "if False:")],
}


def run_script(file, *more, cwd):
    """A script, in a process that knows nothing of gradproof."""
    return subprocess.run([sys.executable, "-I", file, *more], cwd=cwd, capture_output=True, text=True, timeout=200)


def names(kind):
    return sorted(f[:-3] for f in os.listdir(os.path.join(SUBJECTS, kind)) if f.endswith(".py"))


def subject_file(kind, name):
    return os.path.join(SUBJECTS, kind, name + ".py")


def target(kind, name):
    with open(subject_file(kind, name), encoding="utf-8") as file:
        return f"py:{subject_file(kind, name)}:" + re.search(r"^Subject: (\S+)$", file.read(), re.MULTILINE)[1]


def is_done(check, name):
    """Each start of PyTorch is two seconds of a processor: of every three subjects one is replayed, and another's script is run."""
    turn = {"replay": 0, "script": 1}.get(check)
    return EVERYTHING or turn is None or name in names("wrong")[turn::3] or check == "script" and name in MENDS


class Judged:
    """A subject judged, its report, and the first counterexample replayed."""

    def __init__(self, kind, name):
        self.folder = os.path.join(WORK, kind + "-" + name)
        os.mkdir(self.folder)
        more = {"right": [], "wrong": ["--graphs", "10"], "hostile": ["--graphs", "5", "--timeout", "3", "--start-timeout", "30"]}[kind]
        self.run = run("verify", target(kind, name), *PYTHON, *more, "--json", "report.json", cwd=self.folder,
                       timeout=BOUND if kind == "hostile" else 200)
        self.left = leftovers(self.run.mark)
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            self.document = schema.parse(file.read())
        self.report = self.document["reports"][0]
        if kind == "wrong" and self.report["counterexamples"]:
            if is_done("replay", name):
                self.again = run("replay", self.report["counterexamples"][0]["replay_file"], *PYTHON, cwd=self.folder, timeout=200)
            if is_done("script", name):
                self.script = run_script(self.report["counterexamples"][0]["script_file"], cwd=self.folder)


WORK = tempfile.mkdtemp(prefix="gradproof-torch-")
POOL = ThreadPoolExecutor(2)  # two at a time: each is a process that waits for another
JUDGED = {}


def setUpModule():
    program()  # so that one sentence, and not one for each test, says that there is none
    # The slow ones first, so that the two hands end at about the same time.
    for kind in ("hostile", "wrong", "right"):
        for name in names(kind):
            JUDGED[kind, name] = POOL.submit(Judged, kind, name)


def tearDownModule():
    POOL.shutdown(cancel_futures=True)
    shutil.rmtree(WORK)


class Subjects(unittest.TestCase):
    """The tests of each file are added below."""

    maxDiff = None

    def judged(self, kind, name):
        result = JUDGED[kind, name].result()
        self.assertEqual(result.left, [], "processes are left over")
        self.assertEqual(list(schema.errors(result.document, schema.published("report.schema.json"))), [])
        self.assertNotIn("terminate called", result.run.err)
        self.assertEqual(result.run.code, result.report["exit_code"])
        return result

    def right_verdict(self, name):
        result = self.judged("right", name)
        self.assertEqual((result.run.code, result.report["conclusion"]), (0, "VERIFIED"), result.run.out)
        self.assertEqual({t["dtype"] for t in result.report["properties"]}, {"f16", "bf16", "f32", "f64"})
        self.assertEqual(result.report["counterexamples"], [])

    def wrong_verdict(self, name):
        result = self.judged("wrong", name)
        self.assertEqual((result.run.code, result.report["conclusion"]), (1, "NOT VERIFIED"), result.run.out)
        self.assertLessEqual(result.report["counterexamples"][0]["nodes"], 4)

    def wrong_cause(self, name):
        self.assertRegex(self.judged("wrong", name).report["diagnosis"]["cause"], CAUSES[name])

    def wrong_replay(self, name):
        result = self.judged("wrong", name)
        self.assertIn("replay: gradproof replay " + result.report["counterexamples"][0]["replay_file"], result.run.out)
        self.assertEqual(result.again.code, 1, result.again.out)

    def wrong_script(self, name):
        result = self.judged("wrong", name)
        file = result.report["counterexamples"][0]["script_file"]
        self.assertIn("script: python " + file, result.run.out)
        self.assertEqual(result.script.returncode, 1, result.script.stdout + result.script.stderr)
        # A script that is no program ends with 1 as well.
        if result.report["counterexamples"][0]["worst"]["residual"] not in ("no answer", "shape"):
            self.assertIn("The fault shows.", result.script.stdout, result.script.stderr)
        if name in MENDS:
            with open(subject_file("wrong", name), encoding="utf-8") as source:
                text = source.read()
            for old, new in MENDS[name]:
                self.assertIn(old, text)
                text = text.replace(old, new)
            mended = os.path.join(result.folder, "mended.py")
            with open(mended, "w", encoding="utf-8") as target_file:
                target_file.write(text)
            after = run_script(file, mended, cwd=result.folder)
            self.assertEqual(after.returncode, 0, after.stdout + after.stderr)

    def hostile_verdict(self, name):
        result = self.judged("hostile", name)
        code, says = HOSTILE[name]
        self.assertEqual(result.run.code, code, result.run.out + result.run.err)
        for words in says:
            self.assertIn(words, result.run.out)

    def test_every_file_has_its_row(self):
        self.assertEqual(names("wrong"), sorted(CAUSES))
        self.assertEqual(names("hostile"), sorted(HOSTILE))
        self.assertGreaterEqual(len(names("right")), 20)
        self.assertGreaterEqual(len(names("wrong")), 65)


def add_tests():
    for kind, checks in (("hostile", ["verdict"]), ("wrong", ["verdict", "cause", "replay", "script"]), ("right", ["verdict"])):
        for name in names(kind):
            for check in checks:
                if not is_done(check, name):
                    continue

                def test(self, kind=kind, name=name, check=check):
                    getattr(self, f"{kind}_{check}")(name)
                if (kind, name, check) in TO_BE_MENDED:
                    test = to_be_mended(TO_BE_MENDED[kind, name, check])(test)
                setattr(Subjects, f"test_{kind}_{name}_{check}", test)


add_tests()


class Contracts(unittest.TestCase):
    """Layers that are no reversal: judged by what they declare, and replayed."""

    def test_each_is_judged_by_its_contract(self):
        folder = tempfile.mkdtemp(prefix="gradproof-contracts-")
        self.addCleanup(shutil.rmtree, folder)
        for key, (contract, code) in CONTRACTS.items():
            file, name = key.split(":")
            target = f"py:{os.path.join(SUBJECTS, 'contracts', file + '.py')}:{name}"
            forward = ["--forward", os.path.join(SUBJECTS, "contracts", file + ".graph")] if contract == "derivative" else []
            with self.subTest(key):
                ended = run("verify", target, "--contract", contract, *forward, "--graphs", "12", "--quiet", "--json", "r.json", *PYTHON, cwd=folder)
                self.assertEqual(ended.code, code, ended.out + ended.err)
                with open(os.path.join(folder, "r.json"), encoding="utf-8") as written:
                    report = schema.parse(written.read())
                self.assertEqual(list(schema.errors(report, schema.published("report.schema.json"))), [])
                if code == 1:
                    again = run("replay", report["reports"][0]["counterexamples"][0]["replay_file"], "--quiet", *PYTHON, cwd=folder)
                    self.assertEqual(again.code, 1, again.out + again.err)


class Tiers(unittest.TestCase):
    """What only the strict ask for is asked at that tier alone."""

    STRICT = {"zero_minus_product": "signed-zeros", "towards_zero": "rounded-once"}

    def verified(self, kind, name, tier):
        with tempfile.TemporaryDirectory() as folder:
            ended = run("verify", target(kind, name), "--tier", tier, "--graphs", "5", "--dtype", "f32", "--quiet", "--json", "r.json", *PYTHON, cwd=folder)
            with open(os.path.join(folder, "r.json"), encoding="utf-8") as written:
                report = schema.parse(written.read())
            self.assertEqual(list(schema.errors(report, schema.published("report.schema.json"))), [])
            report = report["reports"][0]
            self.assertEqual(report["tier"], tier)
            self.assertIn("tier " + tier, ended.out)
            if report["counterexamples"]:
                script = run_script(report["counterexamples"][0]["script_file"], cwd=folder)
                self.assertEqual(script.returncode, 1, script.stdout + script.stderr)
                self.assertIn("The fault shows.", script.stdout)
            return ended.code, {each["property"] for each in report["properties"]}, [each["property"] for each in report["counterexamples"]]

    def test_the_strict_see_more(self):
        self.assertEqual(names("strict"), sorted(self.STRICT))
        for name, property_ in self.STRICT.items():
            with self.subTest(name):
                self.assertEqual(self.verified("strict", name, "recommended")[0], 0)
                code, _, failing = self.verified("strict", name, "strict")
                self.assertEqual((code, failing), (1, [property_]))

    def test_a_right_layer_stands_all(self):
        for name in ("function_view_as", "neg_then_mul", "hook_on_clone"):
            with self.subTest(name):
                code, tried, failing = self.verified("right", name, "strict")
                self.assertEqual((code, failing), (0, []))
                self.assertLessEqual(set(self.STRICT.values()), tried)

    def test_what_is_required_is_less(self):
        code, tried, _ = self.verified("wrong", "training_only", "required")
        self.assertEqual(code, 0)
        self.assertNotIn("evaluation-mode-reverses", tried)
        self.assertNotIn("double-backward", tried)
        self.assertIn("two-layers-alive", tried)


class WorkedExample(unittest.TestCase):
    """The gradient of sum(X W1) with respect to W1, plain and behind a right layer, in PyTorch and by gradproof check."""

    def torch_gradient(self, layer):
        import torch
        x = torch.tensor(worked_example.X, dtype=torch.float64)
        w1 = torch.tensor(worked_example.W1, dtype=torch.float64, requires_grad=True)
        feature = x @ w1
        (layer(feature) if layer else feature).sum().backward()
        return w1.grad.tolist()

    def checked_gradient(self, graph):
        ended = run("check", "-", "--digits", "17", "--json", "-", cwd=WORK, text=graph)
        self.assertEqual(ended.code, 0, ended.err)
        entries = [float(entry["value"]) for entry in schema.parse(ended.out)["gradient"]]
        return [entries[i:i + 2] for i in range(0, 6, 2)]

    def test_it_is_the_column_sums_and_their_negatives(self):
        spec = importlib.util.spec_from_file_location("layer", subject_file("right", "function_view_as"))
        layer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(layer)
        plain = [[total, total] for total in worked_example.COLUMN_SUMS]
        reversed_ = [[-total, -total] for total in worked_example.COLUMN_SUMS]
        self.assertEqual(self.torch_gradient(None), plain)
        self.assertEqual(self.checked_gradient(worked_example.PLAIN), plain)
        self.assertEqual(self.torch_gradient(lambda feature: layer.GradReverse.apply(feature, 1.0)), reversed_)
        self.assertEqual(self.checked_gradient(worked_example.GRAPH), reversed_)

    def test_gradproof_agrees_with_it_through_the_adapter(self):
        with open(os.path.join(WORK, "worked.graph"), "w", encoding="utf-8") as file:
            file.write(worked_example.GRAPH)
        for kind, name, code in (("right", "function_view_as", 0), ("wrong", "no_minus", 1)):
            ended = run("replay", "worked.graph", "--property", "gradient-duals", "--subject", target(kind, name), *PYTHON, cwd=WORK, timeout=200)
            self.assertEqual(ended.code, code, ended.out)


if __name__ == "__main__":
    unittest.main()
