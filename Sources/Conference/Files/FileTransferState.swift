/// Where one file stands, for both sides alike: takes what happens and tells what follows from it. No disk, no network,
/// no clock.
///
/// What outlives the process is `stage` and the two pauses; everything else begins anew.
package struct FileTransferState: Hashable, Sendable {
    /// How far it is.
    package enum Stage: Hashable, Sendable {
        /// Waits for the receiver's answer.
        case offered
        /// To be sent until it is there.
        case accepted
        case done
        case declined
        case cancelled(byUs: Bool)
        case failed(FileProblem)
    }

    /// What a person is shown.
    package enum Phase: Hashable, Sendable {
        case offered
        /// Accepted: waits for its turn, or for a way.
        case waiting
        case running
        case paused(byUs: Bool, byThem: Bool)
        /// The way broke, or there is none; it goes on by itself.
        case interrupted(FileProblem)
        case verifying
        case done
        case declined
        case cancelled(byUs: Bool)
        case failed(FileProblem)
    }

    /// What can happen to it, here or at the far side.
    package enum Event: Hashable, Sendable {
        case accept(byUs: Bool)
        case decline(byUs: Bool)
        case pause(byUs: Bool)
        case resume(byUs: Bool)
        case cancel(byUs: Bool)
        /// The far side gave up, or this one has to.
        case fail(FileProblem, byUs: Bool)
        /// Once more after a failure.
        case retry(byUs: Bool)
        /// A way stands, and bytes go over it.
        case started
        /// There is no way now.
        case interrupted(FileProblem)
        /// All bytes have come, or gone.
        case complete
        /// The receiver has verified, and renamed.
        case verified(byUs: Bool)
    }

    /// What is to be done about it, in order.
    package enum Effect: Hashable, Sendable {
        case tell(FileControl.Word)
        /// Bytes should go.
        case run
        /// No bytes should go any more.
        case stop
        /// What has come is of no use any more.
        case discard
    }

    private enum Way: Hashable { case none, open, verifying, broken(FileProblem) }

    /// Whether this side sends the file.
    package let isOwn: Bool
    package private(set) var stage: Stage
    package private(set) var isPausedByUs: Bool
    package private(set) var isPausedByThem: Bool
    private var way = Way.none

    package init(
        isOwn: Bool, stage: Stage = .offered, isPausedByUs: Bool = false, isPausedByThem: Bool = false
    ) {
        self.isOwn = isOwn
        self.stage = stage
        self.isPausedByUs = isPausedByUs
        self.isPausedByThem = isPausedByThem
    }

    package var isPaused: Bool { isPausedByUs || isPausedByThem }
    /// Whether bytes should go now.
    package var isWanted: Bool { stage == .accepted && !isPaused }
    package var isOver: Bool {
        switch stage {
        case .offered, .accepted: false
        case .done, .declined, .cancelled, .failed: true
        }
    }

    package var phase: Phase {
        switch stage {
        case .offered: .offered
        case .accepted where isPaused: .paused(byUs: isPausedByUs, byThem: isPausedByThem)
        case .accepted:
            switch way {
            case .none: .waiting
            case .open: .running
            case .verifying: .verifying
            case .broken(let problem): .interrupted(problem)
            }
        case .done: .done
        case .declined: .declined
        case .cancelled(let byUs): .cancelled(byUs: byUs)
        case .failed(let problem): .failed(problem)
        }
    }

    /// What is not possible now changes nothing, and tells nobody.
    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .accept(let byUs):
            // Only the receiver answers.
            guard stage == .offered, byUs != isOwn else { return [] }
            stage = .accepted
            return (byUs ? [.tell(.accept)] : []) + [.run]
        case .decline(let byUs):
            guard stage == .offered, byUs != isOwn else { return [] }
            stage = .declined
            return byUs ? [.tell(.decline)] : []
        case .pause(let byUs): return pause(byUs: byUs)
        case .resume(let byUs): return resume(byUs: byUs)
        case .cancel(let byUs):
            guard !isOver || isFailed else { return [] }
            stage = .cancelled(byUs: byUs)
            return (byUs ? [.tell(.cancel)] : []) + [.stop, .discard]
        case .fail(let problem, let byUs):
            guard !isOver else { return [] }
            stage = .failed(problem)
            way = .none
            return (byUs ? [.tell(.fail(problem))] : []) + [.stop] + (problem == .hashMismatch ? [.discard] : [])
        case .retry(let byUs): return retry(byUs: byUs)
        case .started:
            if isWanted { way = .open }
            return []
        case .interrupted(let problem):
            if stage == .accepted { way = .broken(problem) }
            return []
        case .complete:
            if stage == .accepted { way = .verifying }
            return []
        case .verified(let byUs):
            guard stage == .accepted, byUs != isOwn else { return [] }
            stage = .done
            return (byUs ? [.tell(.done)] : []) + [.stop]
        }
    }

    private var isFailed: Bool { if case .failed = stage { true } else { false } }

    private mutating func pause(byUs: Bool) -> [Effect] {
        guard !isOver, byUs ? !isPausedByUs : !isPausedByThem else { return [] }
        if byUs { isPausedByUs = true } else { isPausedByThem = true }
        way = .none
        return (byUs ? [.tell(.pause)] : []) + [.stop]
    }

    private mutating func resume(byUs: Bool) -> [Effect] {
        guard !isOver, byUs ? isPausedByUs : isPausedByThem else { return [] }
        if byUs { isPausedByUs = false } else { isPausedByThem = false }
        return (byUs ? [.tell(.resume)] : []) + (isWanted ? [.run] : [])
    }

    /// A failed one goes on from where it was; an interrupted one at once.
    private mutating func retry(byUs: Bool) -> [Effect] {
        switch stage {
        case .failed(let problem):
            // Another file would have to be offered.
            guard problem != .sourceChanged, problem != .remoteSourceChanged else { return [] }
            stage = .accepted
            way = .none
            return (byUs ? [.tell(.retry)] : []) + (isWanted ? [.run] : [])
        case .accepted: return isWanted ? [.run] : []
        default: return []
        }
    }

    // MARK: What a person can do

    package var canAccept: Bool { stage == .offered && !isOwn }
    package var canPause: Bool { !isOver && stage != .offered && !isPausedByUs }
    package var canResume: Bool { !isOver && isPausedByUs }
    package var canCancel: Bool { isOwn ? !isOver || isFailed : stage == .accepted || isFailed }
    package var canRetry: Bool {
        if case .interrupted = phase { return true }
        guard case .failed(let problem) = stage else { return false }
        return problem != .remoteSourceChanged
    }
}
