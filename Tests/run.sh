#!/bin/sh
# Builds everything and runs every test. Fails when a runner ends without having run one.
set -u
cd "$(dirname "$0")/.."
swift="${SWIFT:-swift}"
jobs=$(nproc)
log=.build/test.log
mkdir -p .build artefacts
"$swift" build --build-tests --jobs "$jobs" || exit 1
export SWIFT_BACKTRACE=enable=yes,color=no,interactive=no
"$swift" test --skip-build "$@" 2>&1 | tee "$log"
# A test that ends the process early would leave a success behind: the closing line tells.
if ! grep -qE "Test run with [1-9][0-9]* tests?.* passed" "$log"; then
    echo "The test run did not pass." >&2
    exit 1
fi
if grep -qE "(✘|error: Exited)" "$log"; then
    exit 1
fi
