import CGLib
import CGtk
import Conference
import GLibKit

/// Tells the desktop that somebody has written, while no window of ours is in front.
final class ChatNotifications {
    private let application: GObjectRef
    private let chat: Chat
    private let conference: Conference
    private var token: Chat.ArrivalToken?
    private var shown: Set<Int64> = []
    private var observation: ModelObservation?
    /// How much of a message a notification shows.
    private static let textLimit = 200

    init(_ application: GObjectRef, _ conference: Conference) {
        self.application = application
        self.conference = conference
        let chat = conference.chat
        self.chat = chat
        token = chat.onArrival { [weak self] conversation, message in self?.arrived(message, conversation) }
        observation = ModelObservation({ chat.conversations.filter { $0.unread > 0 }.map(\.id) }) {
            [weak self] unread in self?.withdraw(except: Set(unread))
        }
    }

    isolated deinit { if let token { chat.removeArrival(token) } }

    private func arrived(_ message: ChatMessage, _ conversation: Conversation) {
        let isInFront =
            gtk_application_get_active_window(application.pointer()).map { gtk_window_is_active($0) != 0 } ?? false
        guard !isInFront, !conference.doNotDisturb else { return }
        if conversation.standing == .requested {
            // A stranger asks once; and never while another one waits for an answer.
            let waiting = chat.conversations.filter { $0.standing == .requested }
            guard waiting.count == 1, conversation.messages.count == 1 else { return }
        }
        notify(message, conversation)
    }

    private func notify(_ message: ChatMessage, _ conversation: Conversation) {
        let isRequest = conversation.standing == .requested
        let title =
            isRequest
            ? tr("{name} would like to talk with you.", ["name": conversation.title]) : conversation.title
        guard let notification = g_notification_new(title) else { return }
        defer { g_object_unref(notification.gobject) }
        let text = message.text.prefix(Self.textLimit)
        g_notification_set_body(notification, isRequest ? "" : String(text))
        g_notification_set_category(notification, "im.received")
        let target = { Variant.string(conversation.fingerprint).makeGVariant() }
        g_notification_set_default_action_and_target_value(notification, "app.conversation", target())
        let buttons =
            isRequest
            ? [(tr("Decline"), "app.decline-conversation"), (tr("Accept"), "app.accept-conversation")]
            : [(tr("Mark as Read"), "app.read-conversation"), (tr("Reply"), "app.conversation")]
        for (label, action) in buttons {
            g_notification_add_button_with_target_value(notification, label, action, target())
        }
        g_application_send_notification(application.pointer(), identifier(conversation.id), notification)
        shown.insert(conversation.id)
    }

    private func identifier(_ id: Int64) -> String { "conversation-\(id)" }

    private func withdraw(except unread: Set<Int64>) {
        for id in shown.subtracting(unread) {
            g_application_withdraw_notification(application.pointer(), identifier(id))
        }
        shown.formIntersection(unread)
    }
}
