#!/bin/sh
# Measures calls with the optimised programs, beside Chromium in the same run; then sockets, beside nginx's nchan, Python's
# websockets and socat.
# usage: run.sh [sockets [servers|frames|relay]... | OPTIONS OF CallBench]
set -eu
cd "$(dirname "$0")/../.."
for product in CallBench SocketBench causerie-server causerie-trace; do
    swift build --configuration release --static-swift-stdlib --product "$product"
done
if [ "${1:-}" = sockets ]; then
    shift
    exec .build/release/SocketBench "$@"
fi
.build/release/CallBench "$@"
[ $# -gt 0 ] || exec .build/release/SocketBench
