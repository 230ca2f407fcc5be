"""gradproof verify on PyTorch layers: right ones are VERIFIED, wrong ones are NOT, for the reason that is the true one, and hostile ones do no harm.

Runs under a Python that has PyTorch; GRADPROOF_PROGRAM names the program. The subjects are in tests/subjects/torch: each file names its layer and,
where there is one, its fault.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import collection
import forked
from collection import run, schema
import worked_example

# File: what the likely cause says.
CAUSES = {
    "abs_lambda": r"\|λ\| is used",
    "almost_lambda": r"1\.0000001",
    "always_two_dimensions": "another shape than the input",
    "asks_for_the_gradient_of_data": "asks for the gradient of a tensor that its caller wants none of",
    "asleep_after_a_first_look": "no gradient is asked.*switches the layer off",
    "at_most_512": "larger tensors only",
    "averaged_gradient": "averaged over the batch",
    "batch_mean_of_images": "rank 4 only",
    "batch_of_one_forgotten": "batch of one row",
    "bfloat16_trip": "bfloat16",
    "blended_value": "NaN, infinities or overflow",
    "blocks_of_256": "larger tensors only",
    "bounded_at_ten": "not used as it is given",
    "buffer_filled_in_place": "read in the backward pass",
    "clamp_lambda_01": r"clamped to \[0, 1\]",
    "class_attribute_of_the_module": "share one λ",
    "clipped_cotangent": "clipped",
    "closure_read_in_backward": "read in the backward pass",
    "cloned_under_no_grad": "no gradient passes.*no_grad",
    "compiled_without_minus": "minus sign is missing",
    "conjugated": "comes back conjugated",
    "constant_added": "constant is added to the gradient",
    "copies_share_a_registry": "copy and its original share",
    "cotangent_negated_by_hook": "belongs to the caller is written to",
    "data_in_backward": "second derivative",
    "default_dtype_changed": "setting of the whole program",
    "detach_in_hook": "second derivative",
    "detached": "no gradient passes.*detach",
    "divided_by_batch": "divided by the batch size",
    "divided_by_lambda": "divided by λ",
    "double_backward_is_identity": "second derivative",
    "double_backward_wrong_sign": "second derivative",
    "double_negation": r"returns \+λ·g",
    "doubled_by_another_input": "set is not the one that is used|each other's λ",
    "dropout_on_the_gradient": "equal calls differ.*random",
    "empty_has_no_maximum": "empty",
    "epsilon_added": "added to λ",
    "every_other_call": "equal calls differ.*every second call",
    "expanded_scaled_in_memory": "belongs to the caller is written to",
    "factor_negated_again": "declared to multiply by the number",
    "first_lambda_cached": "first λ (is used|stays) for ever",
    "first_lambda_traced": "read once and kept",
    "float_saved_as_tensor": "save_for_backward",
    "gated_by_the_input": "values of the input",
    "global_between_two_calls": "threads",
    "global_lambda": "share one λ",
    "gradient_accumulated": "equal calls differ.*earlier passes are added",
    "gradient_in_float32": "gradient goes through float32",
    "gradients_swapped": "gradient in λ's place",
    "half_trip": "float16",
    "halved_and_doubled": "subnormal",
    "hook_on_shared": "a hook sits on the shared tensor",
    "hook_on_what_is_added_up": "leaves only",
    "hook_only_once": "equal calls differ.*first time only",
    "hooks_pile_up_on_a_submodule": "equal calls differ.*hooks pile up",
    "hook_on_what_asks_for_no_gradient": "hook is put on a tensor that asks for no gradient",
    "identity": "does nothing",
    "identity_at_zero": "λ = 0 is taken for another",
    "inplace_negation": "cotangent is changed in place|belongs to the caller is written to",
    "input_added": "input is added to the gradient",
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
    "leaves_only": "results of other operations",
    "legacy_class": "legacy",
    "legacy_instance_call": "legacy",
    "lost_by_deepcopy": "deep copy",
    "lost_by_pickle": "pickled",
    "many_rows_forgotten": "larger tensors only.*does nothing",
    "masked_by_the_sign_of_x": "only a part.*input is negative",
    "mean_subtracted": "mean of the gradient is subtracted",
    "mean_subtracted_from_nine_on": "larger tensors only.*mean of the gradient is subtracted",
    "memo_of_rounded_lambda": "near to an earlier one.*memo",
    "module_kept_in_ctx": "read in the backward pass",
    "momentum_by_shape": "call before.*blended",
    "momentum_in_backward": "equal calls differ.*blended",
    "moving_average_of_lambda": "set is not the one that is used",
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
    "queue_of_strengths": "as from a queue",
    "read_in_hook": "read in the backward pass",
    "real_part_only": "loses its imaginary part",
    "registry_by_id": "deep copy|when it is pickled",
    "result_kept_by_input": "read once and kept|share",
    "last_result_kept": "read once and kept|share",
    "result_remembered": "a backward pass changes what it needs again",
    "results_only": "leaves",
    "returns_data": "input's own memory",
    "rounded_to_six_decimals": "rounded to 6 decimals",
    "rows_reversed": "other places",
    "second_half_only": "only a part.*first rows",
    "seeds_anew": "seeds the random numbers",
    "setter_of_the_factory_does_nothing": "read once and kept",
    "sign_only": "sign of the cotangent",
    "skipped_unless_finite": "NaN, infinities",
    "small_gradients_dropped": "small cotangents become zero",
    "small_lambda_is_zero": "not used as it is given",
    "sometimes_skipped": "equal calls differ",
    "square_transposed": "square tensors",
    "stack_on_the_class": "as from a stack",
    "static_result_buffer": "result buffer",
    "static_value_buffer": "shared result buffer",
    "step_of_the_input_hooked": "a hook sits on the shared tensor",
    "stop_gradient_trick": "stop-gradient trick",
    "storage_offset_ignored": "offset layout only",
    "strengths_by_data_ptr": "writer wins|share one λ",
    "strides_ignored": "strides",
    "tanh_of_lambda": "tanh",
    "through_float32": "forward value goes through float32",
    "training_only": "evaluation mode",
    "value_for_gradient": "saved input",
    "value_nan_to_num": "NaN, infinities",
    "view_promised": "declared a view of the input, and has memory of its own",
    "fresh_memory_promised": "declared to have memory of its own, and lies in the input's",
    "vmap_rule_is_identity": "identity|reversed|no gradient",
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


PYTHON = ["--python", sys.executable]
RIGHT = [
    "a_view_as_declared", "apply_alias", "buffer_read_at_forward", "callable_class", "compiled", "dataclass_config", "factory_closure",
    "factory_with_setter", "function_view_as", "given_the_factor", "hook_on_clone", "lambda_as_tensor", "module_attribute", "module_instance", "module_lambda_at_forward", "module_over_function", "module_set_lambda",
    "neg_then_mul", "nested_with_default", "once_differentiable", "partial_application", "plain_function", "returns_the_input",
    "saved_lambda_tensor", "schedule_object", "setup_context", "strength_for_each_row", "too_many_nones", "under_vmap", "warm_start", "within_torch_func"]

COLLECTION = collection.Collection(
    "torch", right=RIGHT, causes=CAUSES, hostile=HOSTILE, mends=MENDS, always=PYTHON, every={"replay": 5, "script": 5},
    options={"right": [], "wrong": ["--graphs", "10"], "hostile": ["--graphs", "5", "--timeout", "3", "--start-timeout", "30"],
             # Each of their graphs is compiled; with this seed one is transposed behind the layer, and differentiated twice.
             ("right", "compiled"): ["--graphs", "6", "--seed", "4"], ("wrong", "compiled_without_minus"): ["--graphs", "4"]},
    forks=lambda: forked.Forked("torch", "torch.fx.experimental.symbolic_shapes"))
setUpModule, tearDownModule = COLLECTION.begin, COLLECTION.end
SUBJECTS = COLLECTION.original


class Subjects(collection.Subjects):
    collection = COLLECTION


collection.add_tests(Subjects)


class ForkedScripts(unittest.TestCase):
    """A script in a forked process does what it does in a process of its own."""

    SCRIPTS = (
        "import os, sys\nprint(__name__, sys.argv, os.getcwd(), sys.stdin.read(), sys.flags.isolated)\nsys.exit(3)\n",
        "import sys\nprint(sorted(each for each in sys.modules if 'gradproof' in each), sys.path)\nsys.exit('so it ends')\n",
        "import threading\nthreading.Thread(target=lambda: print('late')).start()\n",
        "raise ValueError('no script')\n",
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
    )

    def test_they_end_alike(self):
        server = forked.Forked()
        self.addCleanup(server.close)
        with tempfile.TemporaryDirectory() as folder:
            for text in self.SCRIPTS:
                with self.subTest(text), open(os.path.join(folder, "script.py"), "w+", encoding="utf-8") as script:
                    script.write(text)
                    script.flush()
                    own = subprocess.run([*collection.PYTHON.command, "script.py", "one", "two"], cwd=folder, stdin=subprocess.DEVNULL,
                                         capture_output=True, text=True, timeout=60)
                    ended = server.run("script.py", "one", "two", cwd=folder, timeout=60)
                    self.assertEqual((ended.returncode, ended.stdout, ended.stderr.splitlines()[-1:]),
                                     (own.returncode, own.stdout, own.stderr.splitlines()[-1:]))

    def test_one_that_hangs_is_ended(self):
        server = forked.Forked()
        self.addCleanup(server.close)
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "script.py"), "w", encoding="utf-8") as script:
                script.write("while True: pass\n")
            self.assertEqual(server.run("script.py", cwd=folder, timeout=1).returncode, -signal.SIGALRM)


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

    STRICT = {"zero_minus_product": "signed-zeros", "towards_zero": "rounded-once", "one_nan_for_all": "nan-payload"}

    def verified(self, kind, name, tier):
        with tempfile.TemporaryDirectory() as folder:
            ended = run("verify", COLLECTION.target(kind, name), "--tier", tier, "--graphs", "5", "--dtype", "f32", "--quiet", "--json", "r.json", *PYTHON, cwd=folder)
            with open(os.path.join(folder, "r.json"), encoding="utf-8") as written:
                report = schema.parse(written.read())
            self.assertEqual(list(schema.errors(report, schema.published("report.schema.json"))), [])
            report = report["reports"][0]
            self.assertEqual(report["tier"], tier)
            self.assertIn("tier " + tier, ended.out)
            # A script's numbers are compared as numbers, of which one NaN is as good as another.
            if report["counterexamples"] and report["counterexamples"][0]["property"] != "nan-payload":
                script = subprocess.run([*collection.PYTHON.command, report["counterexamples"][0]["script_file"]], cwd=folder,
                                        capture_output=True, text=True, timeout=200)
                self.assertEqual(script.returncode, 1, script.stdout + script.stderr)
                self.assertIn("The fault shows.", script.stdout)
            return ended.code, {each["property"] for each in report["properties"]}, [each["property"] for each in report["counterexamples"]]

    def test_the_strict_see_more(self):
        self.assertEqual(COLLECTION.names("strict"), sorted(self.STRICT))
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


class WithoutLambda(unittest.TestCase):
    """A layer whose λ nothing tells is taken for a reversal of the strength that it shows."""

    SOURCE = """from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return {}
"""

    def test_it_is_judged_by_what_it_shows(self):
        for gradient, code, says in (("grad_output.neg()", 0, "fixed, taken for 1"), ("grad_output * -0.1", 0, "fixed, taken for 0.1"),
                                     ("grad_output", 1, "minus sign is missing"), ("-grad_output.clamp(-2, 2)", 1, "clipped"),
                                     ("grad_output * 0", 1, "no gradient passes")):
            with self.subTest(gradient), tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "untold.py"), "w", encoding="utf-8") as written:
                    written.write(self.SOURCE.format(gradient))
                ended = run("verify", "py:untold.py:GradReverse", "--graphs", "10", "--quiet", *PYTHON, cwd=folder)
                self.assertEqual(ended.code, code, ended.out + ended.err)
                self.assertIn(says, ended.out)


class Modes(unittest.TestCase):
    """Ways to run a layer that its author asks for."""

    def test_what_is_compiled_is_judged(self):
        """One graph: each case is compiled anew, for most of a second."""
        with open(COLLECTION.file("slow", "compiled"), encoding="utf-8") as file:
            text = file.read()
        right = "return -ctx.lambda_ * grad_output"
        self.assertEqual(text.count(right), 1)
        for name, source, code in (("compiled", text, 0), ("compiled_wrong", text.replace(right, right.replace("-", "")), 1)):
            for file, content in ((f"{name}.py", source), ("one.graph", worked_example.GRAPH)):
                with open(os.path.join(COLLECTION.work, file), "w", encoding="utf-8") as written:
                    written.write(content)
            ended = run("replay", "one.graph", "--property", "gradient-duals", "--subject", f"py:{name}.py:GradReverse", *PYTHON, cwd=COLLECTION.work, timeout=300)
            self.assertEqual(ended.code, code, ended.out + ended.err)
            self.assertIn("under compile", ended.out)

    def test_a_device_that_is_not_there_is_named(self):
        import torch
        if torch.cuda.is_available():
            self.skipTest("there is a device")
        with open(COLLECTION.file("right", "function_view_as"), encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(COLLECTION.work, "on_a_device.py"), "w", encoding="utf-8") as file:
            file.write(text + '\n\nGRADPROOF = {"under": "cuda"}\n')
        ended = run("verify", "py:on_a_device.py:GradReverse", "--quiet", *PYTHON, cwd=COLLECTION.work, timeout=200)
        self.assertEqual(ended.code, 3, ended.out)
        self.assertIn("finds no device", ended.out)

    def test_what_is_declared_has_known_words(self):
        for said in ('{"convention": "minus"}', '{"alias": "copy"}', '{"under": "gpu"}', '{"under": ["func", "vmap"]}', '{"alais": "view"}', '{1: 2}'):
            with open(os.path.join(COLLECTION.work, "odd_word.py"), "w", encoding="utf-8") as file:
                file.write(f"import torch\nGRADPROOF = {said}\ndef grl(x, lambda_):\n    return x\n")
            ended = run("verify", "py:odd_word.py:grl", "--quiet", *PYTHON, cwd=COLLECTION.work, timeout=200)
            self.assertEqual((ended.code, "GRADPROOF says" in ended.out), (3, True), ended.out)


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
        ended = run("check", "-", "--digits", "17", "--json", "-", cwd=COLLECTION.work, text=graph)
        self.assertEqual(ended.code, 0, ended.err)
        entries = [float(entry["value"]) for entry in schema.parse(ended.out)["gradient"]]
        return [entries[i:i + 2] for i in range(0, 6, 2)]

    def test_it_is_the_column_sums_and_their_negatives(self):
        spec = importlib.util.spec_from_file_location("layer", COLLECTION.file("right", "function_view_as"))
        layer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(layer)
        plain = [[total, total] for total in worked_example.COLUMN_SUMS]
        reversed_ = [[-total, -total] for total in worked_example.COLUMN_SUMS]
        self.assertEqual(self.torch_gradient(None), plain)
        self.assertEqual(self.checked_gradient(worked_example.PLAIN), plain)
        self.assertEqual(self.torch_gradient(lambda feature: layer.GradReverse.apply(feature, 1.0)), reversed_)
        self.assertEqual(self.checked_gradient(worked_example.GRAPH), reversed_)

    def test_gradproof_agrees_with_it_through_the_adapter(self):
        with open(os.path.join(COLLECTION.work, "worked.graph"), "w", encoding="utf-8") as file:
            file.write(worked_example.GRAPH)
        for kind, name, code in (("right", "function_view_as", 0), ("wrong", "no_minus", 1)):
            ended = run("replay", "worked.graph", "--property", "gradient-duals", "--subject", COLLECTION.target(kind, name), *PYTHON, cwd=COLLECTION.work, timeout=200)
            self.assertEqual(ended.code, code, ended.out)


if __name__ == "__main__":
    unittest.main()
