#!/bin/sh
# Puts the package of this folder into .build/sanitize, where it has build folders of its own. Prints nothing.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p .build/sanitize
ln -sfn "$(pwd)" .build/sanitize/tree
cmp -s Tests/Sanitize/Package.swift .build/sanitize/Package.swift \
    || cp Tests/Sanitize/Package.swift .build/sanitize/Package.swift
# The versions of the build that is already there, if there is one.
[ -e .build/sanitize/Package.resolved ] || [ ! -e Package.resolved ] || cp Package.resolved .build/sanitize/Package.resolved
