"""The collections are what they say: a right subject holds in all that is asked, a wrong one fails somewhere."""

import os
import re
import unittest

from exchange import SUBJECTS, Adapter, in_a_copy, subject_files, subject_name
from verdict import questions

try:
    import torch
except ImportError:
    torch = None


# Their faults show in a life, in double backward, or in numbers and sizes that are not asked for here: only gradproof finds
# them (tests/verify/torch_test.py).
BEYOND = {
    "at_most_512", "buffer_filled_in_place", "class_attribute_of_the_module", "copies_share_a_registry", "data_in_backward", "detach_in_hook",
    "double_backward_is_identity", "double_backward_wrong_sign", "every_other_call", "first_lambda_traced",
    "global_between_two_calls", "global_lambda", "gradient_accumulated", "halved_and_doubled", "hook_only_once",
    "hooks_pile_up_on_a_submodule", "lambda_bound_at_construction", "lambda_negated_in_place", "lambda_parameter",
    "asks_for_the_gradient_of_data", "asleep_after_a_first_look", "closure_read_in_backward", "momentum_in_backward", "moving_average_of_lambda",
    "hook_on_what_asks_for_no_gradient", "result_kept_by_input", "last_result_kept", "lost_by_deepcopy", "lost_by_pickle",
    "setter_of_the_factory_does_nothing", "module_kept_in_ctx", "read_in_hook", "registry_by_id", "conjugated", "doubled_by_another_input",
    "many_rows_forgotten", "real_part_only", "step_of_the_input_hooked",
    "result_remembered", "returns_data", "square_transposed", "stack_on_the_class", "training_only", "vector_along_the_columns",
    "vector_averaged", "vector_first_entry", "fresh_memory_promised", "view_promised"}

# They never get as far as an answer, or do the same damage in every case.
SILENT = {"default_dtype_changed", "seeds_anew", "float_saved_as_tensor", "legacy_class", "legacy_instance_call"}

# They declare that they go backward once.
ONCE = {"once_differentiable", "within_torch_func"}

# PyTorch compiles them for each shape, a second each time; only gradproof judges them.
COMPILED = {"compiled", "compiled_without_minus"}


def judged_here(kind):
    return [file for file in subject_files(kind) if os.path.splitext(os.path.basename(file))[0] not in COMPILED]


def complaints(file):
    """What the battery has to say about one subject."""
    requests, checks = zip(*questions())
    with Adapter(file, subject_name(file)) as adapter:
        adapter.hello()
        results = adapter.run(*requests, seconds=60)
    said = [(request, check(result)) for request, check, result in zip(requests, checks, results)]
    # There is no axis to map in a tensor without any, which is no fault.
    return [f"{request}: {complaint}" for request, complaint in said if complaint and "vmap needs an axis" not in complaint]


def derivatives(file, strength, values):
    """First and second derivative of the sum of layer(x)³, by double backward."""
    from gradproof_adapter.pytorch import open_subject
    bound = open_subject(file, subject_name(file)).bound
    layer = bound.layers()(bound.framework.handed(strength))
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    first, = torch.autograd.grad((layer(x) ** 3).sum(), x, create_graph=True)
    second, = torch.autograd.grad(first.sum(), x)
    return first.tolist(), second.tolist()


@unittest.skipIf(torch is None, "needs PyTorch")
class Collections(unittest.TestCase):
    def test_every_right_subject_is_right(self):
        for file in judged_here("right"):
            with self.subTest(os.path.basename(file)):
                self.assertEqual([], complaints(file))

    def test_every_wrong_subject_is_wrong(self):
        for file in judged_here("wrong"):
            with self.subTest(os.path.basename(file)):
                found, name = complaints(file), os.path.splitext(os.path.basename(file))[0]
                self.assertEqual(name in BEYOND, not found)
                self.assertEqual(name in SILENT, len(found) == len(list(questions())), "wrong in everything: not one fault")

    def test_double_backward_of_right_subjects(self):
        # y = x³ behind a reversal of strength λ: each pass through it, in either order, is a factor -λ.
        for file in judged_here("right"):
            if os.path.splitext(os.path.basename(file))[0] in ONCE:
                continue
            with self.subTest(os.path.basename(file)):
                first, second = in_a_copy(derivatives, file, 0.5, [1.0, -2.0, 4.0])
                self.assertEqual([-0.5 * 3 * x ** 2 for x in (1, -2, 4)], first)
                self.assertEqual([0.25 * 6 * x for x in (1, -2, 4)], second)


class Files(unittest.TestCase):
    def test_each_says_what_it_is_and_fits_a_screen(self):
        for kind in ("right", "wrong", "hostile"):
            for file in subject_files(kind):
                with self.subTest(os.path.relpath(file, SUBJECTS)), open(file, encoding="utf-8") as text:
                    lines = text.read().splitlines()
                    self.assertLessEqual(len(lines), 40)
                    self.assertRegex(lines[0], r'^"""[A-Z].*\.$')
                    head = "\n".join(lines[1:3])
                    self.assertEqual(kind != "right", bool(re.search(r"^Fault: .*\.$", head, re.MULTILINE)))
                    self.assertTrue(subject_name(file))

    def test_there_are_as_many_as_promised(self):
        counts = [len(subject_files(kind)) for kind in ("right", "wrong", "hostile")]
        self.assertTrue(counts[0] >= 8 and counts[1] >= 16 and counts[2] >= 15, counts)


if __name__ == "__main__":
    unittest.main()
