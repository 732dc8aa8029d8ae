import Conference
import GLibKit
import Media

nonisolated extension PanePresentation {
    /// The words and the page for a situation.
    ///
    /// - Parameter reachability: where others reach this computer, for the empty page.
    package init(_ situation: CallSituation, reachability: String) {
        self.init()
        name = situation.name
        isVerified = situation.isVerified
        self.reachability = reachability
        showsInset = situation.display == .receivedWithSentInset && situation.hasSentPicture && situation.isCall
        switch situation.state {
        case .idle: page = .empty
        case .calling: progress(tr("Calling…"))
        case .incoming: progress(tr("is calling you"), isWorking: false)
        case .connecting: progress(tr("Connecting…"))
        case .connected: connected(situation)
        case .reconnecting: reconnecting(situation)
        case .ended(let reason):
            page = .ended
            state = translated(reason.sentence, ["name": situation.name])
            canCallAgain = situation.canCallAgain
            canTrust = situation.isIdentityRefused
        }
        if situation.isImpostorPossible && (situation.isCall || situation.state == .incoming) {
            notices = [Notice(tr("Another computer used the name {name} before", ["name": name]), isWarning: true)]
        }
        if situation.isUnproven && (situation.isCall || situation.state == .incoming) {
            notices.append(Notice(tr("{name} is in a browser and cannot prove who it is", ["name": name])))
        }
        if situation.isCall { notices += Self.notices(situation) }
        if situation.isCall { quality = situation.quality.map { QualityMark($0) } }
        // A mark in a corner is not enough when talking gets hard.
        if let quality, quality.grade == .poor, let cause = quality.cause {
            notices.append(Notice(cause, isWarning: true))
        }
    }

    private mutating func progress(_ text: String, isWorking: Bool = true) {
        page = .person
        state = text
        self.isWorking = isWorking
    }

    private mutating func connected(_ situation: CallSituation) {
        if situation.isOnHold || situation.isHeldByRemote { return progress(tr("On hold"), isWorking: false) }
        if showsPicture(situation) {
            page = .picture
            state = tr("Connected")
            return
        }
        page = .person
        let isWanted = situation.incoming.contains(.video) && !situation.stoppedReceived.contains(.video)
        if !isWanted || !situation.remoteOutgoing.contains(.video) {
            state = tr("Connected, sound only")
        } else if situation.remoteStopped.contains(.video) {
            state = tr("Camera off")
        } else if situation.remoteSuspended.contains(.video) {
            state = tr("Their picture is paused: the network is too slow")
        } else {
            state = tr("Connected, no picture yet")
        }
    }

    private mutating func reconnecting(_ situation: CallSituation) {
        page = showsPicture(situation) ? .picture : .person
        state = tr("Reconnecting…")
        isWorking = true
    }

    private func showsPicture(_ situation: CallSituation) -> Bool {
        switch situation.display {
        case .none: false
        case .sent: situation.hasSentPicture
        case .received, .receivedWithSentInset:
            situation.hasReceivedPicture && situation.incoming.contains(.video)
                && situation.remoteOutgoing.contains(.video)
                && situation.stoppedReceived.union(situation.remoteStopped).union(situation.remoteSuspended)
                    .isDisjoint(with: .video)
        }
    }

    /// What is not as it should be, the most urgent first.
    private static func notices(_ situation: CallSituation) -> [Notice] {
        var notices: [Notice] = []
        for kind in [MediaDevice.Kind.microphone, .camera, .speaker] {
            guard let problem = situation.problems[kind], isWanted(kind, situation) else { continue }
            let notice = Notice(MediaProblemText.sentence(problem, of: kind), isWarning: true)
            // Without a sound server, microphone and speakers have the same to say.
            if !notices.contains(notice) { notices.append(notice) }
        }
        guard situation.state == .connected || situation.state == .reconnecting else { return notices }
        // So that nobody wonders, an hour later, why the call is so bad.
        if situation.isNetworkEmulated { notices.append(Notice(tr("A bad network is emulated"), isWarning: true)) }
        if situation.suspended.contains(.video), isWanted(.camera, situation) {
            notices.append(Notice(tr("Your picture is paused: the network is too slow"), isWarning: true))
        }
        if situation.isOnHold { notices.append(Notice(tr("You have put the call on hold"))) }
        if situation.isHeldByRemote {
            notices.append(Notice(tr("{name} has put the call on hold", ["name": situation.name])))
        }
        // What is muted besides says nothing new.
        if situation.isOnHold || situation.isHeldByRemote { return notices }
        if situation.stoppedSent.contains(.audio) {
            notices.append(Notice(tr("Your microphone is muted")))
        } else if situation.isMicrophoneSilent && situation.problems[.microphone] == nil {
            notices.append(Notice(tr("Your microphone is silent"), isWarning: true))
        }
        if situation.remoteStopped.contains(.audio) {
            notices.append(Notice(tr("{name} has muted the microphone", ["name": situation.name])))
        }
        return notices
    }

    /// A device that is not used is no loss.
    private static func isWanted(_ kind: MediaDevice.Kind, _ situation: CallSituation) -> Bool {
        let sends = situation.outgoing.subtracting(situation.stoppedSent)
        switch kind {
        case .camera: return sends.contains(.video) && situation.hasCamera
        case .microphone: return sends.contains(.audio) && situation.hasMicrophone
        case .speaker: return situation.incoming.subtracting(situation.stoppedReceived).contains(.audio)
        }
    }
}

nonisolated extension ControlsPresentation {
    /// The controls for a situation.
    package init(_ situation: CallSituation) {
        self.init()
        isVisible = situation.isCall
        isMicrophoneOn = situation.outgoing.contains(.audio) && !situation.stoppedSent.contains(.audio)
        isCameraOn = situation.outgoing.contains(.video) && !situation.stoppedSent.contains(.video)
        microphoneProblem =
            situation.hasMicrophone
            ? situation.problems[.microphone].map { MediaProblemText.sentence($0, of: .microphone) }
            : tr("No microphone is chosen")
        cameraProblem =
            situation.hasCamera
            ? situation.problems[.camera].map { MediaProblemText.sentence($0, of: .camera) }
            : tr("No camera is chosen")
    }
}
