#!/bin/sh
# Writes constraints.txt anew: the newest release of all that the targets of make install, and of what builds it, for
# every Python and every machine that pyproject.toml allows: lock.sh UV
set -eu
uv=$1

found=$(mktemp)
trap 'rm -f "$found"' EXIT
# pip is held because it decides how the rest is installed; setuptools and wheel build durable-rules and the project.
printf 'pip\nsetuptools\nwheel\n' |
    "$uv" pip compile - pyproject.toml --extra dev --extra bench --universal --upgrade --quiet \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "$found"
{
    echo "# What the targets of make install, by exact version: with any of the Pythons that pyproject.toml allows, on any"
    echo "# machine. Written by \"make lock\"; not edited by hand. A user's pip install is not held to it."
    cat "$found"
} >constraints.txt
