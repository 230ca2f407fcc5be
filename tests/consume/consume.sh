#!/bin/sh
# consume.sh SOURCES FOLDER CMAKE COMPILER: configures the project beside this script in FOLDER, with gradproof's sources in it, and compiles
# its file. With `all` behind, builds and runs it.
set -eu
"$3" -S "$1/tests/consume" -B "$2" -G Ninja -DGRADPROOF_SOURCES="$1" -DCMAKE_CXX_COMPILER="$4" -DCMAKE_BUILD_TYPE=Release
if [ "${5:-}" = all ]; then
  "$3" --build "$2" --target consumer
  "$2/consumer"
else
  "$3" --build "$2" --target CMakeFiles/consumer.dir/consumer.cpp.o
fi
