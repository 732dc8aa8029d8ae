import CGtk
import GLibKit

/// Keeps the screen and the computer awake during a call.
final class IdleInhibitor {
    private let application: GObjectRef
    private var cookie: UInt32 = 0

    init(_ application: GObjectRef) { self.application = application }

    /// - Parameter window: where there is a call; nil when there is none any more.
    func set(_ window: GObjectRef?) {
        guard (window != nil) != (cookie != 0) else { return }
        if let window {
            let flags = GtkApplicationInhibitFlags(
                GTK_APPLICATION_INHIBIT_IDLE.rawValue | GTK_APPLICATION_INHIBIT_SUSPEND.rawValue)
            cookie = gtk_application_inhibit(application.pointer(), window.pointer(), flags, tr("A call is going on"))
        } else {
            gtk_application_uninhibit(application.pointer(), cookie)
            cookie = 0
        }
    }
}
