#!/bin/sh
# Measures calls with the optimised programs, beside Chromium in the same run.
set -eu
cd "$(dirname "$0")/../.."
swift build --configuration release --static-swift-stdlib --product CallBench
exec .build/release/CallBench "$@"
