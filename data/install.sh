#!/bin/sh
# Installs Causerie: install.sh PREFIX [DESTDIR] [BINARIES]
#   PREFIX    where it will run from, /usr/local when not given
#   DESTDIR   put in front of PREFIX for packaging; then nothing of the system is refreshed
#   BINARIES  the folder with the built programs, .build/release when not given; without programs in it only the data
#             is installed
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
prefix=${1:-/usr/local}
destination=${2:-}
binaries=${3:-$root/.build/release}
id=org.causerie.Causerie
to=$destination$prefix
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# put MODE FILE FOLDER: a file that is there already with the same contents stays as it is.
put() {
    target=$3/$(basename "$2")
    cmp -s "$2" "$target" || install -D -m "$1" "$2" "$target"
}

for program in causerie causeriectl causerie-server causerie-trace; do
    if [ -x "$binaries/$program" ]; then put 755 "$binaries/$program" "$to/bin"; fi
done

# Translations, and with them the files that hold translated texts.
msgfmt --desktop --template="$here/$id.desktop.in" -d "$root/po" -o "$work/$id.desktop"
msgfmt --xml --template="$here/$id.metainfo.xml.in" -d "$root/po" -o "$work/$id.metainfo.xml"
put 644 "$work/$id.desktop" "$to/share/applications"
put 644 "$work/$id.metainfo.xml" "$to/share/metainfo"
while read -r language; do
    case $language in '' | '#'*) continue ;; esac
    mkdir -p "$work/$language"
    msgfmt --check -o "$work/$language/causerie.mo" "$root/po/$language.po"
    put 644 "$work/$language/causerie.mo" "$to/share/locale/$language/LC_MESSAGES"
done <"$root/po/LINGUAS"

# D-Bus starts the program by its full path.
sed "s|@bindir@|$prefix/bin|" "$here/$id.service.in" >"$work/$id.service"
put 644 "$work/$id.service" "$to/share/dbus-1/services"

# The rendezvous server is a service of the system; who installs it starts it.
sed "s|@bindir@|$prefix/bin|" "$here/causerie-server.service.in" >"$work/causerie-server.service"
put 644 "$work/causerie-server.service" "$to/lib/systemd/system"
put 644 "$here/man/causerie-server.1" "$to/share/man/man1"

for interface in "$here"/../Sources/Bus/Service/Interfaces/*.xml; do
    put 644 "$interface" "$to/share/dbus-1/interfaces"
done

for program in causerie causeriectl causerie-trace; do
    put 644 "$here/man/$program.1" "$to/share/man/man1"
    put 644 "$here/completions/$program" "$to/share/bash-completion/completions"
done

put 644 "$here/icons/hicolor/scalable/apps/$id.svg" "$to/share/icons/hicolor/scalable/apps"
put 644 "$here/icons/hicolor/symbolic/apps/$id-symbolic.svg" "$to/share/icons/hicolor/symbolic/apps"

schemas=$to/share/glib-2.0/schemas
put 644 "$here/$id.gschema.xml" "$schemas"

# A package does the rest when it is installed.
if [ -n "$destination" ]; then exit 0; fi
glib-compile-schemas --strict "$schemas"
if command -v gtk-update-icon-cache >/dev/null && [ -f "$to/share/icons/hicolor/index.theme" ]; then
    gtk-update-icon-cache --quiet --force "$to/share/icons/hicolor" || true
fi
if command -v update-desktop-database >/dev/null; then
    update-desktop-database --quiet "$to/share/applications" || true
fi
