#!/bin/sh
# Measures calls with the optimised programs, beside Chromium in the same run, over loopback, from mouth to ear through null
# sinks, and over a link of its own; their set-up through STUN and TURN; files, beside openssl and scp; then sockets, beside
# nginx's nchan, Python's websockets and socat; last, in virtual time, congestion control, and sound and pictures over bad
# paths, as tables and plots in artefacts/bench.
# usage: run.sh [setup [CALLS] [stun|turn|changes]... | files [MEBIBYTES] | sockets [servers|frames|relay]... | simulated
#     | link [ours] [narrow|lossy|stepped]... | mouth [ours] | OTHER OPTIONS OF CallBench]
set -eu
cd "$(dirname "$0")/../.."

# The scenarios of RFC 8867 and of links of every kind: the tests' own, at full length, optimised.
simulated() {
    tables=artefacts/bench
    rm -rf "$tables"
    mkdir -p "$tables"
    sh Tests/Sanitize/prepare.sh
    package=.build/sanitize
    swift build --package-path "$package" --scratch-path "$package/optimised" --configuration release --build-tests \
        -Xswiftc -enable-testing
    CAUSERIE_CONGESTION_TABLE="$tables/congestion.txt" CAUSERIE_AUDIO_TABLE="$tables/sound.txt" \
        CAUSERIE_PICTURE_TABLE="$tables/pictures.txt" \
        "$package/optimised/release/causerie-sanitizePackageTests.xctest" --testing-library swift-testing \
        --filter 'Congestion|AudioQuality|PictureQuality' >"$tables/log.txt" 2>&1 || grep "✘" "$tables/log.txt"
    cat "$tables/congestion.txt" "$tables/sound.txt" "$tables/pictures.txt"
    echo "plots: $(ls "$tables"/*.svg | wc -l) in $tables"
}
if [ "${1:-}" = simulated ]; then
    simulated
    exit
fi
for product in causerie causeriectl CallBench FileBench LinkForwarder SetupBench SocketBench causerie-server causerie-trace; do
    swift build --configuration release --static-swift-stdlib --product "$product"
done
if [ "${1:-}" = sockets ]; then
    shift
    exec .build/release/SocketBench "$@"
fi
if [ "${1:-}" = setup ]; then
    shift
    exec .build/release/SetupBench "$@"
fi
if [ "${1:-}" = files ]; then
    shift
    exec .build/release/FileBench "$@"
fi
.build/release/CallBench "$@"
[ $# -eq 0 ] || exit 0
.build/release/SetupBench
.build/release/FileBench
.build/release/SocketBench
simulated
