#!/bin/sh
# with_python.sh NAME ARGUMENT...: runs the Python that has the framework NAME, given in GRADPROOF_WITH_NAME_PYTHON, with the arguments; 77 (skipped)
# when there is none.
name=$1
shift
eval "python=\${GRADPROOF_WITH_${name}_PYTHON:-}"
if [ -z "$python" ]; then
  echo "skipped: no Python with $name; run ./dev test --with $(echo "$name" | tr '[:upper:]' '[:lower:]')"
  exit 77
fi
exec "$python" "$@"
