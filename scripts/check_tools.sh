#!/usr/bin/env bash
# Says in one sentence what is missing, before anything is set up.
set -u
python=${PYTHON:-python3}

missing() {
  echo "$1" >&2
  exit 1
}

command -v "$python" >/dev/null ||
  missing "PyGlow needs Python 3.11 or newer, and '$python' was not found: install Python from your system's packages, or name one with 'make PYTHON=/path/to/python'."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  missing "PyGlow needs Python 3.11 or newer, and '$python' is $("$python" -V 2>&1): name a newer one with 'make PYTHON=python3.12'."
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
  missing "PyGlow sets up its own environment with Python's venv module, which '$python' lacks: install it (on Debian and Ubuntu: apt install python3-venv)."
command -v node >/dev/null ||
  missing "PyGlow needs Node 20 or newer to build its JupyterLab extension, and 'node' was not found: install Node.js 20 or newer."
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
  missing "PyGlow needs Node 20 or newer, and 'node' is $(node --version): install Node.js 20 or newer."
command -v npm >/dev/null ||
  missing "PyGlow needs npm, which comes with Node.js, and 'npm' was not found: install it beside node."
