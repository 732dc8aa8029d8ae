#!/bin/sh
# Builds everything and runs every test. Fails when a runner ends without having run one.
# usage: run.sh [OPTIONS OF swift test]
set -u
cd "$(dirname "$0")/.."
swift="${SWIFT:-swift}"
mkdir -p .build artefacts
"$swift" build --build-tests --jobs "$(nproc)" || exit 1
export SWIFT_BACKTRACE=enable=yes,color=no,interactive=no

# run NAME OPTIONS: a test that ends the process early would leave a success behind, so the closing line must be there.
run() {
    log=.build/test-$1.log
    shift
    "$swift" test --skip-build "$@" >"$log" 2>&1
    status=$?
    grep -E "✘|error:|Test run with|crashed" "$log"
    if [ $status -ne 0 ] || ! grep -qE "Test run with [1-9][0-9]* tests? .*passed" "$log"; then
        echo "The tests of $log did not pass." >&2
        return 1
    fi
}

if [ $# -gt 0 ]; then
    run chosen "$@"
    exit
fi
# Tests that drive other programs wait for them, and would keep the others from their threads: one at a time, by themselves.
outside="SecurityTests|TraceProgramTests|DeviceTests|BusTests|EndToEndTests|InteropTests|CauserieAppTests|GLibKitTests"
# Simulated networks keep every processor busy for a minute: beside them, nothing that waits for a real socket.
simulated="^(RTCTests|WireTests)"
failed=0
run simulated --filter "$simulated" || failed=1
run inside --skip "$outside|$simulated" || failed=1
run outside --no-parallel --filter "$outside" || failed=1
total=$(cat .build/test-simulated.log .build/test-inside.log .build/test-outside.log \
    | sed -n 's/.*Test run with \([0-9]*\) tests.*/\1/p' | awk '{ sum += $1 } END { print sum }')
[ "$failed" -eq 0 ] && echo "$total passed, 0 failed"
exit $failed
