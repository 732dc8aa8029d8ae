import CGLib
import Conference
import GLibKit

/// What a file's card shows: words, and what can be done with it.
package nonisolated struct FilePresentation: Equatable, Sendable {
    /// What a person can do with a file, a button each.
    package enum Action: Hashable, CaseIterable, Sendable {
        case accept, decline, acceptAs, pause, resume, retry, open, showInFolder, cancel, forget
    }

    package var name: String
    package var isFolder: Bool
    /// How large, and whose where that is not plain.
    package var detail: String
    package var state: String
    /// 0...1; nil while nothing is to be measured.
    package var fraction: Double?
    package var isProblem: Bool
    package var actions: [Action]

    /// - Parameters:
    ///   - who: the correspondent's name.
    ///   - isListed: in a list of everybody's files, where the card says whose it is and can be removed.
    package init(
        _ offer: FileOffer, _ state: FileTransferState, bytesDone: Int64 = 0, bytesPerSecond: Double = 0, who: String,
        isListed: Bool
    ) {
        name = offer.name
        isFolder = offer.isFolder
        let size = Self.size(offer)
        let values = ["name": who, "size": size]
        detail =
            !isListed ? size : state.isOwn ? tr("To {name}, {size}", values) : tr("From {name}, {size}", values)
        let progress = FileProgress(size: offer.size, done: bytesDone, rate: bytesPerSecond)
        self.state = Self.sentence(state, who: who, isFolder: offer.isFolder, progress)
        fraction = Self.isUnderWay(state) ? progress.fraction : nil
        isProblem =
            switch state.phase {
            case .failed, .interrupted: true
            default: false
            }
        actions = Self.actions(state, isListed: isListed)
    }

    private static func size(_ offer: FileOffer) -> String {
        let bytes = FileProgress.text(bytes: offer.size)
        guard offer.isFolder else { return bytes }
        return trn("{count} file, {size}", "{count} files, {size}", offer.fileCount, ["size": bytes])
    }

    private static func isUnderWay(_ state: FileTransferState) -> Bool {
        switch state.phase {
        case .waiting, .running, .paused, .interrupted, .verifying: true
        case .offered, .done, .declined, .cancelled, .failed: false
        }
    }

    private static func sentence(
        _ state: FileTransferState, who: String, isFolder: Bool, _ progress: FileProgress
    ) -> String {
        let name = ["name": who]
        switch state.phase {
        case .offered where state.isOwn: return tr("Waiting for {name} to accept", name)
        case .offered:
            return isFolder
                ? tr("{name} would like to send you this folder", name)
                : tr("{name} would like to send you this file", name)
        case .waiting: return tr("Waiting for its turn")
        case .running: return progress.sentence
        case .paused(true, true): return tr("Paused by you and by {name}", name)
        case .paused(true, _): return tr("Paused by you")
        case .paused: return tr("Paused by {name}", name)
        case .interrupted(.connectionLost): return translated(FileProblem.connectionLost.description)
        case .interrupted(let problem): return translated(problem.description) + " " + tr("It goes on by itself.")
        case .verifying: return tr("Verifying…")
        case .done: return state.isOwn ? tr("Sent") : tr("Received")
        case .declined: return state.isOwn ? tr("Declined by {name}", name) : tr("You declined it")
        case .cancelled(true): return tr("You cancelled it")
        case .cancelled: return tr("Cancelled by {name}", name)
        case .failed(let problem): return translated(problem.description)
        }
    }

    private static func actions(_ state: FileTransferState, isListed: Bool) -> [Action] {
        var actions: [Action] = []
        if state.canAccept { actions += [.accept, .decline, .acceptAs] }
        if state.canPause { actions.append(.pause) }
        if state.canResume { actions.append(.resume) }
        if state.canRetry { actions.append(.retry) }
        if state.stage == .done { actions += [.open, .showInFolder] }
        if state.canCancel { actions.append(.cancel) }
        if isListed && state.isOver { actions.append(.forget) }
        return actions
    }
}

extension FilePresentation {
    @MainActor init(_ transfer: FileTransfer, who: String, isListed: Bool) {
        self.init(
            transfer.offer, transfer.state, bytesDone: transfer.bytesDone, bytesPerSecond: transfer.bytesPerSecond,
            who: who, isListed: isListed)
    }
}

extension FilePresentation.Action {
    /// Whether its button has words; one with an icon has them as its tooltip.
    var isWord: Bool { self == .accept || self == .decline }

    var label: String {
        switch self {
        case .accept: tr("Accept")
        case .decline: tr("Decline")
        case .acceptAs: tr("Accept As…")
        case .pause: tr("Pause")
        case .resume: tr("Resume")
        case .retry: tr("Try Again")
        case .open: tr("Open")
        case .showInFolder: tr("Show in Folder")
        case .cancel: tr("Cancel")
        case .forget: tr("Remove from the List")
        }
    }

    var icon: String {
        switch self {
        case .accept: "object-select-symbolic"
        case .decline, .cancel: "window-close-symbolic"
        case .acceptAs: "document-save-as-symbolic"
        case .pause: "media-playback-pause-symbolic"
        case .resume: "media-playback-start-symbolic"
        case .retry: "view-refresh-symbolic"
        case .open: "document-open-symbolic"
        case .showInFolder: "folder-symbolic"
        case .forget: "list-remove-symbolic"
        }
    }
}
