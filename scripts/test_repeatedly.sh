#!/bin/sh
# The tests three times in a row, each time in another order, with every processor kept busy besides:
# test_repeatedly.sh PYTHON [ARGUMENTS OF PYTEST]
# The seed that pytest prints first gives the same order again: --random-order-seed=SEED.
set -eu
python=$1
shift

busy=
trap 'kill $busy 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for _ in $("$python" -c 'import os; print(*range(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()))'); do
    while :; do :; done &
    busy="$busy $!"
done
for time in 1 2 3; do
    echo "test-repeatedly: $time of 3"
    "$python" -m pytest -n logical --dist worksteal --random-order "$@"
done
