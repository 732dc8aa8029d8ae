import CGLib
import Conference
import GLibKit
import GtkKit

/// The `app.` actions of files, and their window.
final class FileActions {
    private let application: GObjectRef
    private let deeds: FileDeeds
    private let notifications: FileNotifications
    private let tell: (String) -> Void
    private var window: TransfersWindowController?

    /// - Parameter tell: says something in the window that is in front.
    init(_ application: GObjectRef, _ conference: Conference, tell: @escaping (String) -> Void) {
        self.application = application
        self.tell = tell
        let files = conference.files
        deeds = FileDeeds(files, tell: tell)
        notifications = FileNotifications(application, conference, tell: tell)
        let actions = ActionMap(application)
        let add = { (name: String, work: @escaping (FileTransfer) throws(FileProblem) -> Void) in
            actions.add(
                name,
                withText: { text in
                    guard let transfer = ConversationIdentifier(text).flatMap({ files[$0] }) else { return }
                    do throws(FileProblem) { try work(transfer) } catch { tell(translated(error.description)) }
                })
        }
        actions.add("transfers") { [weak self] in self?.open() }
        add("accept-file") { (transfer) throws(FileProblem) in try files.accept(transfer) }
        add("decline-file") { (transfer) throws(FileProblem) in try files.decline(transfer) }
        add("open-file") { [deeds] (transfer) throws(FileProblem) in deeds.open(transfer) }
    }

    /// A person is, or is not any more, at a window of ours.
    func looked() { notifications.looked() }

    private func open() {
        do throws(BuilderError) {
            let controller =
                if let window { window } else {
                    try TransfersWindowController(deeds.files, application: application) { [weak self] in
                        self?.window = nil
                    }
                }
            window = controller
            controller.window.present()
        } catch { tell("\(error)") }
    }
}
