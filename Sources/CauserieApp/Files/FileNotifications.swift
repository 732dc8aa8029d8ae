import CGLib
import CGtk
import Conference
import GLibKit

/// Tells the desktop that somebody offers a file, and that one has come, while no window of ours is in front.
final class FileNotifications {
    private let application: GObjectRef
    private let conference: Conference
    private let tell: (String) -> Void
    private var token: FileTransfers.OfferToken?
    private var observation: ModelObservation?
    private var known: [ConversationIdentifier: Row] = [:]
    private var shown: Set<ConversationIdentifier> = []

    private nonisolated struct Row: Equatable, Sendable {
        var id: ConversationIdentifier
        var stage: FileTransferState.Stage
        var isUnread: Bool
        /// Of a picture that was pasted, which goes with its transfer.
        var pasted: String?

        @MainActor init(_ transfer: FileTransfer) {
            (id, stage, isUnread) = (transfer.id, transfer.state.stage, transfer.isUnread)
            pasted = transfer.isOwn && PastedPictures.contains(transfer.path) ? transfer.path : nil
        }
    }

    /// - Parameter tell: says it in the window that is in front.
    init(_ application: GObjectRef, _ conference: Conference, tell: @escaping (String) -> Void) {
        self.application = application
        self.conference = conference
        self.tell = tell
        let files = conference.files
        known = Dictionary(files.transfers.map { ($0.id, Row($0)) }) { first, _ in first }
        token = files.onOffer { [weak self] in self?.offered($0) }
        observation = ModelObservation({ files.transfers.map { Row($0) } }) {
            [weak self] in self?.changed($0)
        }
    }

    isolated deinit { if let token { conference.files.removeOffer(token) } }

    private var isInFront: Bool {
        gtk_application_get_active_window(application.pointer()).map { gtk_window_is_active($0) != 0 } ?? false
    }

    private func who(_ transfer: FileTransfer) -> Conversation? { conference.files.conversation(of: transfer) }

    private func offered(_ transfer: FileTransfer) {
        guard let person = who(transfer) else { return }
        let values = ["name": person.title, "file": transfer.name]
        let sentence =
            transfer.state.stage == .offered
            ? tr("{name} would like to send you {file}.", values) : tr("{name} is sending you {file}.", values)
        if isInFront { return tell(sentence) }
        guard !conference.doNotDisturb, transfer.state.stage == .offered else { return }
        // A stranger asks once.
        if person.standing == .requested, conference.files.transfers(with: person).count > 1 { return }
        notify(
            transfer, sentence, FileProgress.text(bytes: transfer.size),
            [
                (tr("Decline"), "app.decline-file"), (tr("Accept"), "app.accept-file"),
            ], opening: person)
    }

    private func changed(_ rows: [Row]) {
        for row in rows where known[row.id] != row {
            let before = known.updateValue(row, forKey: row.id)
            guard let transfer = conference.files[row.id] else { continue }
            let isSeen = before?.isUnread == true && !row.isUnread
            if row.stage != .offered || isSeen { withdraw(row.id) }
            if before?.stage == .accepted { ended(transfer) }
        }
        let listed = Set(rows.map(\.id))
        for row in known.values where !listed.contains(row.id) {
            known[row.id] = nil
            withdraw(row.id)
            if let path = row.pasted, !rows.contains(where: { $0.pasted == path }) { PastedPictures.remove(path) }
        }
    }

    /// What has come, or does not go on, is seen in the window that is in front.
    func looked() {
        guard isInFront else { return }
        for id in shown where conference.files[id]?.state.isOver != false { withdraw(id) }
    }

    private func ended(_ transfer: FileTransfer) {
        guard !isInFront, !conference.doNotDisturb, let person = who(transfer) else { return }
        let values = ["name": person.title, "file": transfer.name]
        switch transfer.state.stage {
        case .done where transfer.isOwn: notify(transfer, tr("{name} has {file} now.", values), "", [])
        case .done:
            notify(transfer, tr("{file} has come from {name}.", values), "", [(tr("Open"), "app.open-file")])
        case .failed(let problem):
            notify(transfer, tr("{file} does not go on.", values), translated(problem.description), [])
        default: break
        }
    }

    /// - Parameter opening: whose conversation a click leads to; without one, to all files.
    private func notify(
        _ transfer: FileTransfer, _ title: String, _ body: String, _ buttons: [(label: String, action: String)],
        opening conversation: Conversation? = nil
    ) {
        guard let notification = g_notification_new(title) else { return }
        defer { g_object_unref(notification.gobject) }
        g_notification_set_body(notification, body)
        g_notification_set_category(notification, "transfer")
        if let conversation {
            g_notification_set_default_action_and_target_value(
                notification, "app.conversation", Variant.string(conversation.fingerprint).makeGVariant())
        } else {
            g_notification_set_default_action(notification, "app.transfers")
        }
        for button in buttons {
            g_notification_add_button_with_target_value(
                notification, button.label, button.action, Variant.string(transfer.id.description).makeGVariant())
        }
        g_application_send_notification(application.pointer(), Self.name(transfer.id), notification)
        shown.insert(transfer.id)
    }

    private static func name(_ id: ConversationIdentifier) -> String { "file-\(id)" }

    private func withdraw(_ id: ConversationIdentifier) {
        guard shown.remove(id) != nil else { return }
        g_application_withdraw_notification(application.pointer(), Self.name(id))
    }
}
