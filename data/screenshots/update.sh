#!/bin/sh
# Takes the pictures of README.md from the running program, on a display of its own, with test sources.
# usage: update.sh        (after `make stage` and `swift build --product GtkTestHost`; needs xvfb, xdotool and dbus)
set -eu
cd "$(dirname "$0")/../.."
here=data/screenshots
stage=$PWD/.build/stage
host=$PWD/.build/debug/GtkTestHost
work=$(mktemp -d)
export work stage host here
trap 'rm -rf "$work"' EXIT INT TERM

# shot NAME WIDTH HEIGHT LANGUAGE STYLE SCRIPT: the script drives the program; its picture is kept.
shot() {
    name=$1 width=$2 height=$3 language=$4 style=$5 script=$6
    rm -rf "$work/home" "$work/screen"
    mkdir -p "$work/home/config" "$work/home/data" "$work/screen"
    display=:$((90 + $$ % 100))
    Xvfb "$display" -screen 0 "${width}x${height}x24" -nolisten tcp -fbdir "$work/screen" >/dev/null 2>&1 &
    server=$!
    sleep 1
    env DISPLAY="$display" GDK_BACKEND=x11 GTK_A11Y=none LC_ALL=C.UTF-8 LANGUAGE="$language" \
        ADW_DEBUG_COLOR_SCHEME="$style" \
        HOME="$work/home" XDG_CONFIG_HOME="$work/home/config" XDG_DATA_HOME="$work/home/data" \
        XDG_DATA_DIRS="$stage/share:/usr/share" GSETTINGS_SCHEMA_DIR="$stage/share/glib-2.0/schemas" \
        GSETTINGS_BACKEND=memory PATH="$stage/bin:$PATH" \
        dbus-run-session -- sh -eu -c "
            causerie --camera test-pattern --microphone test-tone --speaker none --port 0 2>/dev/null & program=\$!
            sleep 3
            xdotool mousemove $((width / 2)) $((height - 12))
            $script
            $host screen $work/screen/Xvfb_screen0 $PWD/$here/$name.png
            kill \$program; wait \$program 2>/dev/null || true" 2>/dev/null
    kill "$server"
    wait "$server" 2>/dev/null || true
    echo "$here/$name.png"
}

four='causeriectl test-call main
    for name in desk door studio; do
        causeriectl streams add $name >/dev/null; causeriectl panes add $name >/dev/null
    done
    causeriectl test-call desk; causeriectl test-call door
    causeriectl stop door video out
    sleep 6'
shot call 960 680 en default 'causeriectl test-call main; sleep 5'
shot call-dark 960 680 en prefer-dark 'causeriectl test-call main; sleep 5'
shot call-french 960 680 fr default 'causeriectl test-call main; sleep 5; causeriectl stop main audio out; sleep 1'
shot panes 960 680 en default "$four"
shot edit-streams 760 720 en default "$four; xdotool mousemove 200 400 key ctrl+e; sleep 2"
shot statistics 842 640 en default 'causeriectl test-call main; sleep 25; xdotool mousemove 300 300 key ctrl+i; sleep 3'
