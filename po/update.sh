#!/bin/sh
# Collects the texts to translate into po/causerie.pot and brings each po/LANGUAGE.po up to date with them.
# `update.sh --check` changes nothing and fails when the template is out of date.
#
# No xgettext knows Swift; of the languages that it knows, Vala reads Swift's strings and comments without loss.
set -eu

cd "$(dirname "$0")/.."
pot=po/causerie.pot
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# The sources that hold texts: those that call a translating function.
{
    find Sources -path Sources/GLibKit -prune -o -name '*.swift' -exec grep -lE '\b(tr|trn|trc|translatable)\(' {} + | sort
    find resources/ui -name '*.ui' | sort
    find data -maxdepth 1 \( -name '*.desktop.in' -o -name '*.metainfo.xml.in' -o -name '*.gschema.xml' \) | sort
} >"$work/POTFILES.in"

grep '\.swift$' "$work/POTFILES.in" >"$work/swift" || true
grep -v '\.swift$' "$work/POTFILES.in" >"$work/other"
# Files without line numbers: so that a line more in a source changes nothing here.
common="--from-code=UTF-8 --add-comments=Translators: --add-location=file"
# shellcheck disable=SC2086 # the options are several words
xgettext $common --language=Vala --keyword= --keyword=tr:1 --keyword=trn:1,2 --keyword=trc:1c,2 \
    --keyword=translatable:1 --files-from="$work/swift" -o "$work/swift.pot"
# shellcheck disable=SC2086
xgettext $common --files-from="$work/other" -o "$work/other.pot"
xgettext --from-code=UTF-8 --add-location=file --sort-by-file --package-name=causerie --copyright-holder="The Causerie contributors" -o "$work/causerie.pot" "$work/swift.pot" "$work/other.pot"
sed -i -e 's/^# SOME DESCRIPTIVE TITLE\./# The texts of Causerie./' \
    -e 's/Copyright (C) YEAR The Causerie contributors/Copyright (C) The Causerie contributors/' \
    -e 's/charset=CHARSET/charset=UTF-8/' "$work/causerie.pot"

if [ "${1:-}" = --check ]; then
    for file in causerie.pot POTFILES.in; do
        grep -v POT-Creation-Date "po/$file" >"$work/old" || true
        grep -v POT-Creation-Date "$work/$file" >"$work/new"
        diff -u "$work/old" "$work/new" >&2 || { echo "po/$file is out of date: run po/update.sh" >&2; exit 1; }
    done
    exit 0
fi

cp "$work/POTFILES.in" po/POTFILES.in
# Not for a new date alone.
grep -v POT-Creation-Date "$work/causerie.pot" >"$work/new"
if ! grep -v POT-Creation-Date "$pot" 2>/dev/null | cmp -s - "$work/new"; then cp "$work/causerie.pot" "$pot"; fi
while read -r language; do
    case $language in '' | '#'*) continue ;; esac
    msgmerge --quiet --add-location=file --update --backup=none --no-fuzzy-matching "po/$language.po" "$pot"
    printf '%s: ' "$language" && msgfmt --check --statistics -o /dev/null "po/$language.po"
done <po/LINGUAS
