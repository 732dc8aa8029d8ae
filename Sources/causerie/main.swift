// Causerie: video calls from computer to computer. Synchronous: GLib owns the main thread, and with it the main actor.
import CauserieApp

CauserieProgram.run()
