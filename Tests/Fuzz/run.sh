#!/bin/sh
# Runs every fuzz target in turn for SECONDS each (60), from the corpus kept here and the one found so far in .build/fuzz.
# An input that breaks something is kept in artefacts/fuzz; replay it with `.build/fuzz/fuzzer/release/Fuzz TARGET FILE`.
# usage: run.sh [SECONDS [TARGET...]]
set -eu
cd "$(dirname "$0")/../.."
seconds="${1:-60}"
[ $# -gt 0 ] && shift
sh Tests/Fuzz/prepare.sh
# Release: with the checks of the language, and fast. Linked with what has no main function: the program has its own.
"${SWIFT:-swift}" build --package-path .build/fuzz --scratch-path .build/fuzz/fuzzer --configuration release \
    --product Fuzz --jobs "$(nproc)" -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer,address \
    -Xswiftc -use-ld=lld >.build/fuzz/build.log 2>&1 || { grep -E "error|failed" .build/fuzz/build.log >&2; exit 1; }
fuzz=.build/fuzz/fuzzer/release/Fuzz
export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no
mkdir -p artefacts/fuzz
failed=0
for target in ${*:-$($fuzz)}; do
    found=.build/fuzz/corpus/$target
    mkdir -p "$found" "Tests/Fuzz/Corpora/$target"
    log=.build/fuzz/$target.log
    if nice -n 19 "$fuzz" "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
        -print_final_stats=1 -artifact_prefix="artefacts/fuzz/$target-" "$found" "Tests/Fuzz/Corpora/$target" \
        >"$log" 2>&1
    then result=passed
    else
        result=FAILED
        failed=1
        grep -E "SUMMARY|Fatal error|ERROR:|Test unit written" "$log" >&2 || tail -n 5 "$log" >&2
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    coverage=$(sed -n 's/.* cov: \([0-9]*\) ft: \([0-9]*\) .*/\1 edges, \2 features/p' "$log" | tail -n 1)
    echo "$target: $result, ${executions:-?} executions, ${coverage:-?}"
done
exit $failed
