#!/bin/sh
# Makes .venv with the locked packages and the `throughcare` command. Argument: the Python to use.
set -eu
python=${1:-python3}

if ! command -v "$python" >/dev/null 2>&1; then
  echo "Throughcare needs Python 3.11 or newer: install it, or say where it is with PYTHON=/path/to/python3." >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Throughcare needs Python 3.11 or newer; $python is $("$python" -V 2>&1). Say PYTHON=/path/to/python3." >&2
  exit 1
fi
if [ ! -x .venv/bin/pip ]; then
  if ! "$python" -m venv .venv; then
    echo "Python cannot make a virtual environment: install its venv module (Debian: python3-venv)." >&2
    exit 1
  fi
fi

echo "Installing the locked Python packages ..."
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
