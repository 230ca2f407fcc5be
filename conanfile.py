"""gradproof for Conan 2.

Untested: written without a network to Conan's registry. It needs a FLINT that contains Arb, FLINT 3, as a recipe or on the system.
"""

import pathlib
import re

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout


class Gradproof(ConanFile):
    name = "gradproof"
    description = "Proves gradients right, gradient reversal layers first, or shows exactly where they are wrong"
    license = "BSL-1.0"
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "docs/*", "include/*", "properties/*", "src/*"
    requires = ("boost/[>=1.74]", "cli11/[>=2.1]", "flint/[>=3]", "fmt/[>=9]", "gmp/[>=6.2]", "mpfr/[>=4.1]", "nlohmann_json/[>=3.11]", "sqlite3/[>=3.40]")

    def set_version(self):
        text = (pathlib.Path(self.recipe_folder) / "CMakeLists.txt").read_text(encoding="utf-8")
        self.version = re.search(r"project\(gradproof VERSION ([\d.]+)", text).group(1)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["GRADPROOF_TESTS"] = False
        toolchain.cache_variables["GRADPROOF_MPI"] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        # The package brings its own file for find_package, which knows the program and the folders as well.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/gradproof"]
