"""How long a compiler takes for a unit that includes the checking header and checks one gradient, without optimisation: at most 4 s.

compile_time.py COMPILER INCLUDE_FOLDER...
"""

import os
import subprocess
import sys
import tempfile

UNIT = """#include <gradproof/check.hpp>
#include <cmath>
int main() {
  const auto f = [](const auto& x) { return sin(x[0]) * x[1]; };
  const auto gradient = [](std::span<const double> x) { return std::vector{std::cos(x[0]) * x[1], std::sin(x[0])}; };
  return gradproof::check_gradient(f, gradient, {0.5, 2.0}) ? 0 : 1;
}
"""
SECONDS = 4.0


def main():
    compiler, folders = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as place:
        unit = os.path.join(place, "unit.cpp")
        with open(unit, "w", encoding="utf-8") as file:
            file.write(UNIT)
        command = [compiler, "-std=c++20", "-O0", "-c", unit, "-o", os.path.join(place, "unit.o")]
        command += [f"-I{folder}" for folder in folders]
        # Processor time, the best of three: other programs share the machine.
        best = min(seconds(command) for _ in range(3))
    print(f"{best:.2f} s of {SECONDS} s")
    return 0 if best <= SECONDS else 1


def seconds(command):
    before = os.times()
    subprocess.run(command, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    sys.exit(main())
