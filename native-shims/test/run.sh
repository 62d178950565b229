#!/bin/sh
# All tests of the C parts, as they are shipped and under sanitizers. As root, for cgroups and pid namespaces. About 10 s.
set -eu
cd "$(dirname "$0")"
make -s -C .. all asan
export PYTHONDONTWRITEBYTECODE=1
../out/asan/init_fuzz
for test in init spawn hands; do
    echo "$test"
    python3 "${test}_test.py" ../out
done
echo "hands under sanitizers"
python3 hands_test.py ../out/asan
