"""gradproof-mpi: the same digest as one process has, also when a rank stops answering or there is nothing to do."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from program import program, run

PROGRAM = os.environ["GRADPROOF_MPI_PROGRAM"]
# A rank for each process that is asked for, whatever machine this is.
MPIRUN = ["mpirun", "--oversubscribe", *(["--allow-run-as-root"] if os.geteuid() == 0 else [])]
PLAN = ["--graphs", "40000", "--block", "500", "--thorough", "500"]
SLOW = [*PLAN[:-1], "10"]  # some seconds of work


def ranks_below(process):
    """Rank: process number, of all that this mpirun started."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                rank = re.search(rb"(?:^|\0)OMPI_COMM_WORLD_RANK=(\d+)\0", file.read())
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if rank and parent == process.pid:
            found[int(rank[1])] = int(entry)
    return found


class Ranks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gradproof-mpi-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def started(self, count, *words):
        return subprocess.Popen([*MPIRUN, "-n", str(count), PROGRAM, "campaign", *words, "--quiet"], cwd=self.folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def digest(self, text):
        return re.search(r"digest ([0-9a-f]{16})", text)[1]

    def whole(self):
        ended = run("campaign", *PLAN, "--store", "whole.db", "--quiet", cwd=self.folder, timeout=120)
        self.assertEqual(ended.code, 0, ended.out + ended.err)
        return self.digest(ended.out)

    def test_three_ranks_have_the_digest_of_one_process(self):
        process = self.started(3, *PLAN, "--store", "r.db")
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, out + err)
        self.assertEqual(self.digest(out), self.whole())
        self.assertIn("40,000 graphs in 80 blocks", out)

    def test_the_time_is_kept_to_though_blocks_are_large(self):
        slow = ["--digits", "1000", "--thorough", "0", "--block", "600"]

        def report_of(store, *words):
            process = self.started(2, *slow, *words, "--store", store, "--json", "r.json")
            out, err = process.communicate(timeout=120)
            self.assertIn(process.returncode, (0, 4), out + err)
            with open(os.path.join(self.folder, "r.json"), encoding="utf-8") as file:
                return json.load(file)

        one = report_of("one.db", "--graphs", "600")
        # However short the time, the first block is finished; the one after it is left where it is.
        self.assertEqual(report_of("first.db", "--graphs", "6000", "--for", "0.01s")["blocks"], 1)
        time_given = 1.3 * one["seconds_now"]
        report = report_of("r.db", "--graphs", "6000", "--for", f"{time_given:.3f}s")
        self.assertGreaterEqual(report["blocks"], 1)
        self.assertEqual(report["blocks"] + report["missing_blocks"], 10)
        # A first block that was slow, on a busy machine, may take all the time and more.
        self.assertTrue(report["blocks"] == 1 or report["seconds_now"] < time_given + 0.3 * one["seconds_now"], report["seconds_now"])
        # What is left is decided by who goes on, and the digest is that of the whole.
        fast = ["--graphs", "40000", "--block", "20000", "--thorough", "0"]
        process = self.started(3, *fast, "--for", "0.01s", "--store", "f.db")
        self.assertEqual(process.communicate(timeout=120) and process.returncode in (0, 4), True)
        resumed = run("campaign", "--resume", "f.db", "--quiet", cwd=self.folder, timeout=120)
        whole = run("campaign", *fast, "--store", "whole.db", "--quiet", cwd=self.folder, timeout=120)
        self.assertEqual((resumed.code, self.digest(resumed.out)), (0, self.digest(whole.out)))

    def test_a_block_that_does_not_come_back_goes_to_another_rank(self):
        process = self.started(3, *SLOW, "--store", "r.db", "--patience", "2s")
        deadline = time.monotonic() + 20
        while 2 not in ranks_below(process) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.7)
        self.assertIsNone(process.poll(), "it was over before a rank could be stopped")
        rank = ranks_below(process)[2]
        os.kill(rank, signal.SIGSTOP)
        out, err = process.communicate(timeout=120)
        self.assertIn("1 rank never came back", err)
        self.assertIn("40,000 graphs in 80 blocks", out)
        deadline = time.monotonic() + 15
        while os.path.exists(f"/proc/{rank}") and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertFalse(os.path.exists(f"/proc/{rank}"), "the stopped rank is left over")
        ended = run("campaign", *SLOW, "--store", "whole.db", "--quiet", cwd=self.folder, timeout=120)
        self.assertEqual(self.digest(out), self.digest(ended.out))

    def test_what_was_killed_can_be_gone_on_with(self):
        process = self.started(3, *SLOW, "--store", "r.db")
        deadline = time.monotonic() + 20
        while 1 not in ranks_below(process) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.7)
        os.kill(ranks_below(process)[1], signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        resumed = self.started(2, "--resume", "r.db")
        out, err = resumed.communicate(timeout=120)
        self.assertEqual(resumed.returncode, 0, out + err)
        self.assertIn("40,000 graphs in 80 blocks", out)

    def test_no_subject_is_said_once(self):
        process = self.started(3, "--subject", "py:" + __file__ + ":Ranks", "--python", "/nowhere/python", "--graphs", "100", "--store", "r.db")
        out, err = process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        self.assertEqual((out + err).count("NO SUBJECT"), 1, out + err)

    def test_the_program_without_mpi_refuses(self):
        ended = subprocess.run([*MPIRUN, "-n", "2", program(), "campaign", "--graphs", "100"], cwd=self.folder, capture_output=True, text=True,
                               timeout=60, check=False)
        self.assertIn("run gradproof-mpi", ended.stderr)
        self.assertNotEqual(ended.returncode, 0)


if __name__ == "__main__":
    unittest.main()
