#!/bin/sh
# Puts the package of this folder into .build/fuzz, where it has build folders of its own. Prints nothing.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p .build/fuzz
ln -sfn "$(pwd)" .build/fuzz/tree
cmp -s Tests/Fuzz/Package.swift .build/fuzz/Package.swift || cp Tests/Fuzz/Package.swift .build/fuzz/Package.swift
[ ! -e Package.resolved ] || cmp -s Package.resolved .build/fuzz/Package.resolved 2>/dev/null || cp Package.resolved .build/fuzz/Package.resolved
