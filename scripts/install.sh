#!/bin/sh
# Installs this folder, editable, into the virtual environment of PYTHON: install.sh PYTHON [EXTRAS] [newest]
# EXTRAS is nothing, or for example "[dev]". Everything has the version that constraints.txt names, pip and what
# builds packages included; with "newest", the newest that pyproject.toml allows.
set -eu
python=$1
extras=${2:-}

if [ "${3:-}" != newest ]; then
    # As a URL, because pip takes a blank in this variable for the end of a name. Before 25.3 pip builds under the
    # first, from then on under the second.
    PIP_CONSTRAINT=$("$python" -c 'import pathlib; print(pathlib.Path("constraints.txt").resolve().as_uri())')
    PIP_BUILD_CONSTRAINT=$PIP_CONSTRAINT
    export PIP_CONSTRAINT PIP_BUILD_CONSTRAINT
fi
"$python" -m pip install --quiet --upgrade pip

# durable-rules 2.0.28 calls PyEval_CallObject, which CPython 3.13 no longer has; PyObject_CallObject is the same
# function. A build without this flag may have been cached, and fails only when it is imported: so no cache here.
if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 13))' && ! "$python" -c 'import durable.engine' 2>/dev/null; then
    CPPFLAGS="-DPyEval_CallObject=PyObject_CallObject ${CPPFLAGS:-}" \
        "$python" -m pip install --quiet --no-cache-dir --force-reinstall "durable-rules>=2.0.28"
fi

# setuptools warns whoever builds that an editable installation sees the folder as it is, which is what it is for.
PYTHONWARNINGS="ignore:Editable installation" "$python" -m pip install --quiet --editable ".$extras"
"$python" -c 'import durable.engine, gmpy2, pydantic, _ruamel_yaml' # what was compiled can be loaded
