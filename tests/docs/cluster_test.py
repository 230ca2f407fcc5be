"""The job files for clusters: read by the shells and parsers that will read them, and their command lines by gradproof itself."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "docs", "examples", "cluster")


def text_of(name):
    with open(os.path.join(FILES, name), encoding="utf-8") as file:
        return file.read()


class Cluster(unittest.TestCase):
    def commands_run(self, script, **environment):
        """The words of every gradproof that a script starts, twice: without a store and with one."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("gradproof", "gradproof-mpi", "mpirun"):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write("#!/bin/sh\necho \"$(basename \"$0\") $*\"\n")
                os.chmod(os.path.join(folder, name), 0o755)
            runs = []
            for with_store in (False, True):
                for store in ("campaign-3.db", "campaign.db"):
                    if with_store:
                        open(os.path.join(folder, store), "w", encoding="utf-8").close()
                done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False,
                                      env={"PATH": folder + ":" + os.environ["PATH"], **environment})
                self.assertEqual(done.returncode, 0, done.stderr)
                runs.append(done.stdout.strip())
            return runs

    def known_to_gradproof(self, words):
        """gradproof knows each option: it complains of what is wrong with the values, and of nothing before that."""
        known = subprocess.run([os.environ["GRADPROOF_PROGRAM"], "campaign", "--help"], capture_output=True, text=True, check=True).stdout
        for option in re.findall(r"--[a-z-]+", words):
            self.assertIn(option + " ", known.replace(",", " "), words)

    def test_slurm(self):
        for name in ("campaign.sbatch", "campaign-mpi.sbatch"):
            with self.subTest(name):
                text = text_of(name)
                lines = text.split("\n")
                self.assertEqual(lines[0], "#!/bin/bash")
                # sbatch reads its options up to the first line that is no comment.
                head = text[:text.index("\nset -euo pipefail")]
                self.assertEqual(text.count("#SBATCH"), head.count("#SBATCH"))
                for option in re.findall(r"^#SBATCH (.*)$", text, re.M):
                    self.assertRegex(option, r"^--[a-z-]+(=[\w:%.-]+)?$")
                first, again = self.commands_run(text, SLURM_ARRAY_TASK_ID="3", SLURM_CPUS_PER_TASK="8")
                self.assertIn(" --graphs 1000000000 ", first)
                self.assertIn(" --resume campaign", again)
                for words in (first, again):
                    self.known_to_gradproof(words)

    def test_kubernetes(self):
        job = yaml.safe_load(text_of("campaign-job.yaml"))
        self.assertEqual((job["apiVersion"], job["kind"], job["spec"]["completionMode"]), ("batch/v1", "Job", "Indexed"))
        pod = job["spec"]["template"]["spec"]
        self.assertEqual(pod["restartPolicy"], "Never")  # as podFailurePolicy wants it
        container, = pod["containers"]
        environment = {each["name"]: each["value"] for each in container["env"]}
        self.assertEqual(environment["GRADPROOF_SHARDS"], str(job["spec"]["completions"]))
        self.assertEqual({v["name"] for v in pod["volumes"]}, {v["name"] for v in container["volumeMounts"]})
        script, = container["args"]
        first, _ = self.commands_run(script, JOB_COMPLETION_INDEX="3", **environment)
        self.assertIn("--shard auto --store /campaign/shard-3.db", first)
        self.known_to_gradproof(first)
        self.known_to_gradproof(re.search(r"--resume.*", script)[0])

    def test_auto_is_what_the_jobs_ask_for(self):
        job = yaml.safe_load(text_of("campaign-job.yaml"))
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([os.environ["GRADPROOF_PROGRAM"], "campaign", "--graphs", "32000", "--thorough", "0", "--shard", "auto", "--store", "s.db"],
                                  cwd=folder, capture_output=True, text=True, check=False,
                                  env={**os.environ, "JOB_COMPLETION_INDEX": "15", "GRADPROOF_SHARDS": str(job["spec"]["completions"])})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("2,000 graphs in 1 block, shard 16/16", done.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main())
