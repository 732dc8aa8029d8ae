import Conference
import GLibKit
import GtkKit

/// The conversation beside a window's calls: always with the correspondent of the pane that the controls act on.
final class WindowChat {
    private let view: MainWindow
    private let chat: Chat
    private let controller: ChatController
    private var stream: Stream?
    private var observations: [ModelObservation] = []
    private var correspondent: ModelObservation?

    init(_ view: MainWindow, _ files: FileTransfers) throws(BuilderError) {
        self.view = view
        let chat = files.chat
        self.chat = chat
        controller = try ChatController(
            files, isInFront: { [weak view] in view?.isActive == true && view?.isChatShown == true },
            tell: { [weak view] in view?.showToast($0) })
        view.setChat(controller.view.root)
        view.actions.add("chat", initially: false) { [weak self] in self?.setShown($0) }
        observations = [
            ModelObservation({ chat.unread }) { [weak view] in view?.setUnread($0) },
            // The first message of a conversation makes it one.
            ModelObservation({ chat.conversations.map(\.id) }) { [weak self] _ in self?.follow() },
        ]
    }

    func setShown(_ isShown: Bool) {
        view.setChatShown(isShown)
        view.actions.set("chat", to: isShown)
        guard isShown else { return }
        follow()
        controller.view.focusEntry()
    }

    /// Offers files to the correspondent of a stream, where it can be seen what becomes of them.
    func send(_ paths: [String], to stream: Stream) {
        setShown(true)
        follow(stream)
        controller.send(files: paths)
    }

    /// The controls are about another stream.
    func follow(_ new: Stream?) {
        guard new !== stream else { return }
        stream = new
        correspondent = new.map { stream in
            ModelObservation({ [stream.remoteIdentity?.fingerprint, stream.remoteIdentifier] }) {
                [weak self] _ in self?.follow()
            }
        }
        follow()
    }

    private func follow() {
        guard view.isChatShown else { return }
        controller.show(stream.flatMap { chat.conversation(of: $0) })
    }

    /// The window came in front.
    func looked() { controller.markRead() }
}
