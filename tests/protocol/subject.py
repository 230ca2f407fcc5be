"""A subject without any framework, which does what each test tells it to.

usage: python3 subject.py [HELLO]

HELLO names what it does when it is greeted; the text of a case's "graph" names what it does with that case.
"fine" is the answer of a decent subject. Everything else is one way to be hostile, with one function for each.
"""

import base64
import json
import os
import signal
import struct
import sys
import time

TENSOR = {"dtype": "f32", "shape": [1, 2], "data": base64.b64encode(struct.pack("<2f", 1.5, -0.0)).decode()}
FINE = {"outputs": [TENSOR], "gradients": [TENSOR, None]}
GREETING = {
    "ok": True, "protocol": 1, "adapter": "none", "framework": "none", "subject": "S", "form": "function",
    "lambda": "second argument", "dtypes": ["f32", "f64"], "ops": ["input", "reverse"],
    "layouts": ["contiguous"]}


def put(text, end="\n"):
    os.write(1, (text + end).encode("utf-8", "surrogateescape"))


def answer(request, body):
    put(json.dumps({"id": request["id"], **body}))


def results(request, *cases):
    answer(request, {"ok": True, "results": list(cases)})


def tensor(**changes):
    return {"outputs": [{**TENSOR, **changes}], "gradients": []}


def segv(request):
    import ctypes
    print("about to fall", file=sys.stderr, flush=True)
    ctypes.string_at(0)


def kill(request):
    os.kill(os.getpid(), signal.SIGKILL)


def exit_0(request):
    os._exit(0)


def exit_3(request):
    os.write(2, b"bad byte \xff and \x1b[31m\n")
    os._exit(3)


def half_answer(request):
    put('{"id":', end="")
    os._exit(0)


def hang(request):
    time.sleep(60)


def nap(request):
    time.sleep(0.3)
    fine(request)


def hang_hard(request):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def drip(request):
    for _ in range(600):
        put("{", end="")
        time.sleep(0.02)


def drip_stray(request):
    for _ in range(600):
        put("x", end="")
        time.sleep(0.02)


def stray_then_fine(request):
    put("importing \x1b[1mthings\x1b[0m\r\n\ncold \udcff bytes\n" + "z" * 1000)
    fine(request)


def many_stray_lines(request):
    for i in range(1000):
        put("line %d" % i)
    fine(request)


def not_json(request):
    put("{'ok': True}")


def invalid_utf8(request):
    put('{"id":%d,"ok":"\udcff\udcfe"}' % request["id"])


def deep(request):
    put('{"id":%d,"ok":true,"results":' % request["id"] + "[" * 100000 + "]" * 100000 + "}")


def many_values(request):
    put('{"id":%d,"ok":true,"results":[' % request["id"] + "0," * 1100000 + "0]}")


def wrong_id(request):
    answer({"id": request["id"] + 1000}, {"ok": True, "results": [FINE]})


def no_id(request):
    put(json.dumps({"ok": True, "results": [FINE]}))


def text_id(request):
    answer({"id": str(request["id"])}, {"ok": True, "results": [FINE]})


def did_not_understand(request):
    put(json.dumps({"id": None, "ok": False, "error": {"kind": "protocol", "message": "what?"}}))


def twice(request):
    fine(request)
    fine(request)


def flood_stdout(request):
    block = b"all work and no play\n" * 50000
    while True:
        os.write(1, block)


def flood_reply(request):
    block = b"{" * (1 << 20)
    while True:
        os.write(1, block)


def flood_stdout_then_fine(request):
    block = b"x" * (1 << 20)
    for _ in range(50):
        os.write(1, block)
    put("")
    fine(request)


def flood_stderr_then_fine(request):
    block = b"y" * 1023 + b"\n"
    for _ in range(50):
        os.write(2, block * 1024)
    os.write(2, b"the last line\n")
    fine(request)


def flood_stderr(request):
    while True:
        os.write(2, b"never done\n" * 100)


def grandchild():
    """A child of our own, in our group, that holds all our pipes and does not end by itself."""
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
        os._exit(0)


def orphan():
    """A grandchild in a session of its own, whose parent ends at once."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for signum in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(signum, signal.SIG_IGN)
            if os.fork() == 0:
                os.setsid()
            time.sleep(60)
        os._exit(0)


def orphan_then_fine(request):
    orphan()
    fine(request)


def orphan_then_exit(request):
    orphan()
    os._exit(4)


def hog(request):
    kept = []
    while True:
        kept.append(bytearray(os.urandom(1 << 20)) * 8)


def grandchild_hogs(request):
    if os.fork() == 0:
        hog(request)
    time.sleep(60)


def slow_drip(request):
    """The beginning of an answer, a byte each second."""
    for byte in '{"id":%d,' % request["id"]:
        put(byte, end="")
        time.sleep(1)
    time.sleep(60)


def gigabyte_then_fine(request):
    block = b"x" * (1 << 20)
    for _ in range(1024):
        os.write(1, block)
    put("")
    fine(request)


def grandchild_then_fine(request):
    grandchild()
    fine(request)


def grandchild_then_exit(request):
    grandchild()
    os._exit(4)


def fine_then_exit(request):
    fine(request)
    os._exit(5)


def fine_last_words_under_grandchild(request):
    grandchild()
    fine(request)
    os._exit(0)


def close_stdout(request):
    os.close(1)
    time.sleep(60)


def close_stdin(request):
    os.close(0)
    time.sleep(60)


def fine_then_deaf(request):
    fine(request)
    time.sleep(60)


def megabytes(request):
    data = base64.b64encode(b"\1\2\3\4" * 2000000).decode()
    results(request, tensor(dtype="f64", shape=[1000, 1000], data=data))


def close_stdin_then_fine(request):
    os.close(0)
    fine(request)
    time.sleep(60)


def second_case_of_this_process_crashes(request):
    global cases_seen
    cases_seen += 1
    if cases_seen == 2:
        os._exit(6)
    fine(request)


def refuse(request):
    error = {"kind": "import", "message": "no\nsuch \x1b[1mthing", "traceback": "a\n  b\n"}
    answer(request, {"ok": False, "error": error})


def version_2(request):
    answer(request, {**GREETING, "protocol": 2})


def no_dtypes(request):
    answer(request, {key: value for key, value in GREETING.items() if key != "dtypes"})


def fixed(request):
    answer(request, {**GREETING, "lambda": "fixed", "fixed_lambda": 0.25})


def environment(request):
    """Puts what it has inherited where the test can read it. Listing descriptors takes one more of them."""
    descriptors = sorted(os.listdir("/proc/self/fd"))
    answer(request, {**GREETING, "framework": os.environ.get("SUBJECT_TEST", ""),
                     "adapter": os.environ.get("HOME", ""),
                     "subject": "descriptors " + " ".join(descriptors)})


def raised(request):
    error = {"kind": "raised", "message": "forward raised ValueError: no", "traceback": "a\nb\n"}
    results(request, {"error": error})


def damaged(request):
    results(request, {**FINE, "damage": ["input x", "cotangent 0"]})


def two_results(request):
    results(request, FINE, FINE)


def truncated_base64(request):
    results(request, tensor(data=TENSOR["data"][:-5]))


def stray_bits_in_base64(request):
    results(request, tensor(dtype="u8", shape=[1], data="AB=="))


def too_few_bytes(request):
    results(request, tensor(shape=[2, 3]))


def negative_shape(request):
    results(request, tensor(shape=[2, -1]))


def fractional_shape(request):
    results(request, tensor(shape=[1.0, 2]))


def huge_shape(request):
    results(request, tensor(shape=[2**62, 2**62, 0]))


def unknown_dtype(request):
    results(request, tensor(dtype="qint8", shape=[8]))


def unknown_dtype_of_no_size(request):
    results(request, tensor(dtype="qint8", shape=[3]))


def no_outputs(request):
    results(request, {"gradients": []})


def gradients_are_text(request):
    results(request, {"outputs": [], "gradients": "none\x07"})


def error_is_text(request):
    results(request, {"error": "bad"})


def fine(request):
    if request["command"] == "hello":
        answer(request, GREETING)
    else:
        results(request, FINE)


def obey(word, request):
    globals()[word](request)


def obey_all(request):
    """Many cases in one request: the decent ones are answered together, a hostile one spoils it for all."""
    words = [case["graph"].split("\n")[0] for case in request["cases"]]
    for word in words:
        if word != "fine":
            return obey(word, request)
    return results(request, *[FINE for _ in words])


def main():
    greeting = sys.argv[1] if len(sys.argv) > 1 else "fine"
    if greeting == "exit_0_unasked":
        os._exit(0)
    if greeting == "does_not_read":
        time.sleep(60)
    for line in sys.stdin:
        request = json.loads(line)
        if request["command"] == "hello":
            obey(greeting, request)
        else:
            obey_all(request)


cases_seen = 0
main()
