#!/bin/sh
# Runs the tests of Wire, RTC and Transport under AddressSanitizer, then under ThreadSanitizer, each from a build folder of
# its own in .build/sanitize. Optimised: the simulated networks take hours under ThreadSanitizer otherwise.
# usage: run.sh [SANITIZER...]   (address thread)
set -eu
cd "$(dirname "$0")/../.."
root=.build/sanitize
sh Tests/Sanitize/prepare.sh
# Leaks: the C libraries keep tables until the process ends. SIGSEGV is caught by the sanitizer, not by Swift.
export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no
export TSAN_OPTIONS="suppressions=$(pwd)/Tests/Sanitize/thread.supp"
failed=0
for sanitizer in ${*:-address thread}; do
    build="$root/$sanitizer"
    "${SWIFT:-swift}" build --package-path "$root" --scratch-path "$build" --sanitize "$sanitizer" --build-tests \
        --configuration release -Xswiftc -enable-testing --jobs "$(nproc)" >"$root/$sanitizer-build.log" 2>&1 \
        || { grep -E "error|failed" "$root/$sanitizer-build.log" >&2; exit 1; }
    log="$root/$sanitizer.log"
    "$build/release/causerie-sanitizePackageTests.xctest" --testing-library swift-testing --no-parallel >"$log" 2>&1 \
        || failed=1
    grep -E "✘|SUMMARY|Test run with" "$log" || true
    grep -qE "Test run with [1-9][0-9]* tests? .*passed" "$log" || failed=1
    grep -q "SUMMARY: .*Sanitizer" "$log" && failed=1
done
exit $failed
