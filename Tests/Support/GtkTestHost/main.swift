// Shows one scene of the interface and keeps a picture of it, or checks one of its promises: `GtkTestHost SCENE [PNG]`.
// `GtkTestHost screen DUMP PNG` converts a dump of a whole screen. Prints key=value lines. Ends with 77 where there is no display. A process of its own, because GTK wants the main thread.
import CGLib
import CGtk
import GLibKit
import Glibc
import GtkKit

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count == 3, arguments[0] == "screen" { exit(ScreenDump.convert(arguments[1], to: arguments[2]) ? 0 : 1) }
guard let name = arguments.first, let scene = Scene(rawValue: name) else {
    complain("usage: GtkTestHost SCENE [PNG]; scenes: \(Scene.allCases.map(\.rawValue).joined(separator: " "))")
    exit(2)
}
MainLoop.attach()
Localization.start(domain: "causerie", directory: environment("LOCALE_DIRECTORY"))
if gtk_init_check() == 0 { exit(77) }
exit(Stage(scene: scene, picture: arguments.dropFirst().first).run())
