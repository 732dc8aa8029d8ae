import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// Does with files what a person asks for in a window, and says there what does not go.
final class FileDeeds {
    let files: FileTransfers
    private let tell: (String) -> Void

    /// - Parameter tell: shows a line that goes by itself.
    init(_ files: FileTransfers, tell: @escaping (String) -> Void) {
        self.files = files
        self.tell = tell
    }

    /// A card that follows a file; nil when nothing is known of it any more.
    func card(for id: ConversationIdentifier, isListed: Bool) -> FileCard? {
        guard let transfer = files[id], let card = try? FileCard() else { return nil }
        card.follow(transfer, who: files.conversation(of: transfer), isListed: isListed)
        card.onAction = { [weak self, weak card, weak transfer] action in
            guard let self, let card, let transfer else { return }
            perform(action, on: transfer, from: Widget(card.root))
        }
        return card
    }

    // MARK: Sending

    func send(_ paths: [String], to conversation: Conversation) {
        Task {
            do throws(FileProblem) {
                try await files.send(paths, to: conversation)
            } catch { tell(translated(error.description)) }
        }
    }

    func chooseFiles(for conversation: Conversation, from widget: Widget) {
        guard let window = Self.window(of: widget) else { return }
        FileDialog.openSeveral(tr("Send Files"), over: window) { [weak self] in self?.send($0, to: conversation) }
    }

    func chooseFolder(for conversation: Conversation, from widget: Widget) {
        guard let window = Self.window(of: widget) else { return }
        FileDialog.folder(tr("Send a Folder"), over: window) { [weak self] in self?.send([$0], to: conversation) }
    }

    /// Sends what was copied: files, or a picture, which becomes a file first. False when it is text.
    ///
    /// - Parameter write: takes what turns out to be a text after all.
    func paste(
        for conversation: Conversation, from widget: Widget, write: @escaping (String) -> Void
    ) -> Bool {
        ClipboardContents.read(of: widget) { [weak self] contents in
            guard let self else { return }
            switch contents {
            case .files(let paths): send(paths, to: conversation)
            case .picture(let picture):
                if let path = PastedPictures.write(picture) {
                    send([path], to: conversation)
                } else {
                    tell(tr("The picture cannot be written to the disk."))
                }
            case .links(let text): write(text)
            case nil: tell(tr("What was copied is not there any more."))
            }
        }
    }

    // MARK: One file

    private func perform(_ action: FilePresentation.Action, on transfer: FileTransfer, from widget: Widget) {
        switch action {
        case .accept: attempt { () throws(FileProblem) in try files.accept(transfer) }
        case .acceptAs: acceptAs(transfer, from: widget)
        case .decline: attempt { () throws(FileProblem) in try files.decline(transfer) }
        case .pause: attempt { () throws(FileProblem) in try files.pause(transfer) }
        case .resume: attempt { () throws(FileProblem) in try files.resume(transfer) }
        case .cancel: attempt { () throws(FileProblem) in try files.cancel(transfer) }
        case .forget: attempt { () throws(FileProblem) in try files.remove(transfer) }
        case .open: open(transfer)
        case .showInFolder: show(transfer)
        case .retry:
            Task {
                do throws(FileProblem) {
                    try await files.retry(transfer)
                } catch { tell(translated(error.description)) }
            }
        }
    }

    private func attempt(_ work: () throws(FileProblem) -> Void) {
        do throws(FileProblem) { try work() } catch { tell(translated(error.description)) }
    }

    /// Under a name and at a place of the person's own. What is there already stays: the name gets a number.
    private func acceptAs(_ transfer: FileTransfer, from widget: Widget) {
        guard let window = Self.window(of: widget) else { return }
        let title = transfer.isFolder ? tr("Save the Folder As") : tr("Save the File As")
        FileDialog.save(title, suggesting: transfer.name, in: files.settings.place, over: window) { [weak self] path in
            guard let self else { return }
            attempt { () throws(FileProblem) in try self.files.accept(transfer, to: path) }
        }
    }

    func open(_ transfer: FileTransfer) {
        do throws(GLibError) {
            try DesktopFiles.open(transfer.path)
        } catch { tell(tr("{name} cannot be opened: {reason}", ["name": transfer.name, "reason": error.message])) }
    }

    private func show(_ transfer: FileTransfer) {
        Task {
            do throws(GLibError) {
                try await DesktopFiles.show(transfer.path)
            } catch { tell(tr("The folder cannot be shown: {reason}", ["reason": error.message])) }
        }
    }

    private static func window(of widget: Widget) -> GObjectRef? {
        gtk_widget_get_root(widget.widget).map { GObjectRef(retaining: $0) }
    }
}
