"""Writes docs/reference/subjects.md: which property holds of which subject, framework by framework.

    subjects_page.py KEY=VALUE... > docs/reference/subjects.md

Each KEY is a framework, its VALUE what runs it: torch, torch113, jax, tf and paddle a Python, tfjs and jaxjs NODE:FOLDER, with the framework
in the folder's node_modules; libtorch and adolc a command that prints the report of a right layer. GRADPROOF_PROGRAM names the program. A
framework that is not given is left out, and the page says so.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("GRADPROOF_PROGRAM", "gradproof")

# Key: the files of tests/subjects that stand for the framework.
FILES = {
    "torch": ["right/function_view_as.py", "right/module_over_function.py", "right/factory_closure.py", "right/plain_function.py", "right/module_set_lambda.py",
              "right/hook_on_clone.py", "right/a_view_as_declared.py", "right/strength_for_each_row.py", "wrong/stop_gradient_trick.py"],
    "jax": ["right/custom_vjp.py", "right/under_jit.py", "right/under_vmap.py", "right/differentiated_twice.py"],
    "tf": ["right/custom_gradient.py", "right/traced.py", "right/keras_layer.py", "right/flip_gradient_builder.py", "wrong/flip_gradient_eager.py",
           "wrong/flip_gradient_two_builders.py"],
    "paddle": ["right/pylayer.py", "right/layer.py"],
    "tfjs": ["right/custom_grad.mjs", "right/layer_config.mjs"],
    "jaxjs": ["wrong/stop_gradient_trick.mjs", "wrong/difference_trick.mjs"],
    "c": ["right_all_dtypes.c", "right_object.c"],
}
FOLDERS = {"torch113": "torch"}
NAMES = {"torch": "PyTorch", "torch113": "PyTorch of Debian 12", "jax": "JAX", "tf": "TensorFlow", "paddle": "PaddlePaddle", "tfjs": "TensorFlow.js",
         "jaxjs": "jax-js", "libtorch": "LibTorch", "adolc": "ADOL-C", "c": "C"}


def subject_name(path):
    with open(path, encoding="utf-8") as file:
        return re.search(r"Subject: (\S+)", file.read())[1]


def strict_properties():
    listed = subprocess.run([PROGRAM, "list", "properties"], capture_output=True, text=True, check=True).stdout
    explained = ((name, subprocess.run([PROGRAM, "explain", name], capture_output=True, text=True, check=True).stdout)
                 for name in re.findall(r"^([a-z-]+)  ", listed, re.MULTILINE))
    return [name for name, text in explained if text.splitlines()[0].endswith("(strict)")]


def verified(*words):
    done = subprocess.run([PROGRAM, "verify", "--quiet", "--failures", tempfile.mkdtemp(dir=WORK), *words], capture_output=True, text=True, check=False,
                          cwd=WORK, timeout=900)
    return done.stdout + done.stderr


def report(key, value, file, *options):
    """The text of a verification."""
    folder = os.path.join(ROOT, "tests", "subjects", FOLDERS.get(key, key))
    path = os.path.join(folder, file)
    if key == "c":
        library = os.path.join(WORK, file + ".so")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-I", os.path.join(ROOT, "include"), path, "-o", library], check=True)
        return verified("so:" + library, *options)
    if key in ("tfjs", "jaxjs"):
        node, packages = value.split(":")
        shutil.copy(path, packages)
        copied = os.path.join(packages, os.path.basename(path))
        try:
            return verified(f"js:{copied}:{subject_name(path)}", "--node", node, *options)
        finally:
            os.remove(copied)
    return verified(f"py:{path}:{subject_name(path)}", "--python", value, *options)


def row(text):
    """What became of each property: ok, FAIL, ?, or - where there was nothing to decide; and the verdict."""
    verdict = re.search(r"^(NOT VERIFIED|VERIFIED|INCONCLUSIVE)", text, re.MULTILINE)
    cells = {}
    for name, rest in re.findall(r"^  ([a-z]+(?:-[a-z]+)+) {2,}(.+)$", text, re.MULTILINE):
        tallies = re.findall(r"(ok|FAIL) (\d+)|(\?)\d+|(-)(?=\s|$)", rest)
        words = [first or query or none for first, _, query, none in tallies]
        cells[name] = next((word for word in ("FAIL", "ok", "?") if word in words), "-")
    if not cells:
        verdict = re.search(r"^(.*did not start.*|error.*)$", text, re.MULTILINE)
    cause = re.search(r"^  likely cause: (.*)$", text, re.MULTILINE)
    form = re.search(r"^\S+   (.*)$", text, re.MULTILINE)
    return form[1] if form else "", cells, verdict[1] if verdict else "no verdict", cause[1] if cause else ""


def judged(key, value, file):
    """The strict tier's cells, and the verdict at the default settings: a layer that passes all is not asked twice."""
    strict = row(report(key, value, file, "--tier", "strict"))
    if strict[2] == "VERIFIED":
        return strict
    form, cells, verdict, cause = row(report(key, value, file))
    return form, strict[1] | cells, verdict, cause


def all_rows(given):
    for key in NAMES:
        if key != "c" and key not in given:
            continue
        if key in ("libtorch", "adolc"):
            done = subprocess.run(given[key], shell=True, capture_output=True, text=True, check=False)
            yield NAMES[key], key, "", row(done.stdout + done.stderr)
            continue
        for file in FILES[FOLDERS.get(key, key)]:
            yield NAMES[key], key, file, judged(key, given.get(key, ""), file)


def page(rows, left_out):
    strict = strict_properties()
    properties = []
    for *_, (_, cells, _, _) in rows:
        properties += [name for name in cells if name not in properties]
    properties.sort(key=lambda name: name in strict)
    lines = ["# Subjects", "", "Which property holds of which subject, in every dtype that the subject has, as `gradproof verify --tier strict` found it; the verdicts are those of",
             "the default settings, at which nothing of the strict tier is asked: " + ", ".join(f"[{name}](properties.md#{name})" for name in strict) + ".",
             "These are bits in which conventions differ: a right layer may fail there. LibTorch and ADOL-C were judged at the default settings alone.",
             "Written by `tests/verify/subjects_page.py`; the subjects are in `tests/subjects`.", "",
             "`ok`: holds; `FAIL`: fails in a dtype at least; `?`: undecided; `-`: not applicable, or the framework or the way of giving λ does not allow it;",
             "empty: not asked of such a subject.", "", "| | subject | what it was taken for | verdict |", "|---|---|---|---|"]
    for i, (name, _, file, (form, _, verdict, cause)) in enumerate(rows, 1):
        lines.append(f"| {i} | {name}{': `' + file + '`' if file else ''} | {form} | {verdict}{': ' + cause if cause else ''} |")
    lines += ["", "| property | " + " | ".join(str(i) for i in range(1, len(rows) + 1)) + " |", "|---|" + "---|" * len(rows)]
    for name in properties:
        lines.append(f"| {name} | " + " | ".join(cells.get(name, "") for *_, (_, cells, _, _) in rows) + " |")
    if left_out:
        lines += ["", "Not run when this page was written: " + ", ".join(left_out) + "."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    GIVEN = dict(word.split("=", 1) for word in sys.argv[1:])
    unknown = set(GIVEN) - set(NAMES)
    if unknown:
        sys.exit(f"unknown framework {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory(prefix="gradproof-subjects-") as WORK:
        ROWS = []
        for each in all_rows(GIVEN):
            print(each[0], each[2], each[3][2], file=sys.stderr)
            ROWS.append(each)
        sys.stdout.write(page(ROWS, [NAMES[key] for key in NAMES if key != "c" and key not in GIVEN]))
