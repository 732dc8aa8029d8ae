import CGLib
import CGtk
import Conference
import GLibKit

/// Tells the desktop that somebody calls, while no window of ours is in front: a notification with the two answers.
final class IncomingCalls {
    private let application: GObjectRef
    private let conference: Conference
    private var shown: Set<String> = []

    init(_ application: GObjectRef, _ conference: Conference) {
        self.application = application
        self.conference = conference
    }

    /// Brings the notifications in line with who calls now.
    func update() {
        let isInFront =
            gtk_application_get_active_window(application.pointer()).map { gtk_window_is_active($0) != 0 } ?? false
        let calling = isInFront ? [] : conference.streams.filter { $0.state == .incoming }
        for stream in calling where !shown.contains(stream.name) { notify(stream) }
        for name in shown.subtracting(calling.map(\.name)) {
            g_application_withdraw_notification(application.pointer(), identifier(name))
        }
        shown = Set(calling.map(\.name))
    }

    private func identifier(_ name: String) -> String { "incoming-" + name }

    private func notify(_ stream: Stream) {
        let named = CallSituation.name(of: stream)
        let caller = named.isEmpty ? tr("Somebody") : named
        guard let notification = g_notification_new(tr("{name} is calling", ["name": caller])) else { return }
        defer { g_object_unref(notification.gobject) }
        if let address = stream.remoteAddress, !address.isEmpty { g_notification_set_body(notification, address) }
        g_notification_set_priority(notification, G_NOTIFICATION_PRIORITY_URGENT)
        g_notification_set_category(notification, "call.incoming")
        g_notification_set_default_action(notification, "app.show")
        for (label, action) in [(tr("Decline"), "app.decline"), (tr("Answer"), "app.answer")] {
            g_notification_add_button_with_target_value(
                notification, label, action, Variant.string(stream.name).makeGVariant())
        }
        g_application_send_notification(application.pointer(), identifier(stream.name), notification)
    }
}
