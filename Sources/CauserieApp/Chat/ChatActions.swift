import Conference
import GLibKit
import GtkKit

/// The `app.` actions of conversations, and their window.
final class ChatActions {
    private let application: GObjectRef
    private let files: FileTransfers
    private let notifications: ChatNotifications
    private var window: ChatWindowController?

    init(_ application: GObjectRef, _ conference: Conference, failed: @escaping (String) -> Void) {
        self.application = application
        let chat = conference.chat
        files = conference.files
        notifications = ChatNotifications(application, conference)
        let actions = ActionMap(application)
        let open = { [weak self] (conversation: Conversation?) in
            do throws(BuilderError) {
                try self?.open(conversation)
            } catch { failed("\(error)") }
        }
        actions.add("conversations") { open(nil) }
        actions.add("conversation", withText: { open(chat.conversation(withFingerprint: $0)) })
        let find = { (find: @escaping () async throws(ChatProblem) -> Conversation) in
            _ = Task {
                do throws(ChatProblem) { open(try await find()) } catch { failed(translated("\(error)")) }
            }
        }
        actions.add(
            "message-contact",
            withText: { id in
                guard let contact = conference.contacts[id] else { return }
                find { () async throws(ChatProblem) in try await chat.conversation(with: contact, in: conference) }
            })
        actions.add(
            "message-address",
            withText: { address in
                find { () async throws(ChatProblem) in
                    try await chat.conversation(atAddress: address, in: conference)
                }
            })
        actions.add(
            "accept-conversation",
            withText: { fingerprint in
                guard let conversation = chat.conversation(withFingerprint: fingerprint) else { return }
                chat.accept(conversation)
                open(conversation)
            })
        actions.add(
            "decline-conversation",
            withText: { if let conversation = chat.conversation(withFingerprint: $0) { chat.decline(conversation) } })
        actions.add(
            "read-conversation",
            withText: { if let conversation = chat.conversation(withFingerprint: $0) { chat.markRead(conversation) } })
    }

    private func open(_ conversation: Conversation?) throws(BuilderError) {
        let controller =
            if let window { window } else {
                try ChatWindowController(files, application: application) { [weak self] in self?.window = nil }
            }
        window = controller
        if let conversation { controller.show(conversation) }
        controller.window.present()
    }
}
