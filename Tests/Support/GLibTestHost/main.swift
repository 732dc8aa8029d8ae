// Runs one named scene on the process's main thread, which Swift Testing does not give its tests, and prints what it
// found as `key=value` lines.
import GLibKit
import Glibc

let scenes: [String: () -> Void] = [
    "main-loop": mainLoopScene,
    "sources": sourcesScene,
    "signals": signalsScene,
    "objects": objectsScene,
    "settings": settingsScene,
    "gettext": gettextScene,
    "bus-server": busServerScene,
    "bus-client": busClientScene,
    "session": sessionScene,
    "silent-secrets": silentSecretsScene,
]
guard CommandLine.arguments.count >= 2, let scene = scenes[CommandLine.arguments[1]] else {
    print("error=no such scene")
    exit(2)
}
scene()
