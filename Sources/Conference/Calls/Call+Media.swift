import Logging
import Media
import RTC
import Transport
import Wire

/// A call's descriptions, and what its media tells.
extension Call {
    /// As the stream is described now; nil when no key can be made.
    func configuration(of stream: Stream) -> MediaSessionConfiguration? {
        guard let certificate else { return nil }
        var configuration = MediaSessionConfiguration(
            outgoing: stream.outgoing, incoming: stream.incoming, camera: stream.camera,
            microphone: stream.microphone, speaker: stream.speaker, volume: stream.volume, video: stream.video,
            audio: stream.audio, receivedVideo: stream.receivedVideo, sentVideo: stream.sentVideo,
            certificate: certificate,
            network: isLocal ? NetworkConfiguration() : conference?.network ?? NetworkConfiguration(),
            isPolite: !isCaller, usesLoopback: isLocal || person?.isLoopback ?? false)
        configuration.emulation = stream.emulation
        configuration.boundary = conference?.boundary
        return configuration
    }

    /// Whether the far side is on this very machine. Through a server on this machine, it may be anywhere.
    private var isLocal: Bool {
        if person != nil { return false }
        return echo != nil || destination?.isLoopback ?? false || carrier?.remoteAddress?.isLoopback ?? false
    }

    /// Where the far side is called through a server.
    private var person: CallAddress? { carrier?.remotePerson ?? destination.flatMap { $0.person == nil ? nil : $0 } }

    /// Makes an offer; then `event`, or the renegotiation goes on.
    func makeOffer(_ event: CallEvent?) {
        describe(event, .offerReady) { media in try await media.createOffer() }
    }

    func makeAnswer(_ event: CallEvent?) {
        let offer = remoteDescription
        remoteDescription = ""
        noteKeys(in: offer)
        describe(event, .answerReady) { media in try await media.createAnswer(to: offer) }
        for candidate in remoteCandidates { add(candidate) }
        remoteCandidates = []
    }

    private func describe(
        _ event: CallEvent?, _ renegotiated: Renegotiation.Event,
        _ make: @escaping @MainActor (any CallMedia) async throws -> String
    ) {
        enqueue { [weak self] in
            guard let self else { return }
            if case .ended = machine.state { return }
            guard let media = openMedia() else { return handle(.descriptionRefused(.localError("no key"))) }
            do {
                let description = try await make(media)
                localDescription = description
                if let event { handle(event) } else { renegotiate(renegotiated) }
            } catch { refused(error, isFirst: event != nil, isOurs: renegotiated == .offerReady) }
        }
    }

    func applyAnswer() {
        let answer = remoteDescription
        remoteDescription = ""
        noteKeys(in: answer)
        let isFirst = renegotiation.state == .stable && machine.state == .connecting
        enqueue { [weak self] in
            guard let self, let media else { return }
            do {
                try await media.applyAnswer(answer)
            } catch {
                // By now the answer counts as taken: what it answered is taken back here.
                await media.withdrawOffer()
                refused(error, isFirst: isFirst, isOurs: false)
            }
        }
        for candidate in remoteCandidates { add(candidate) }
        remoteCandidates = []
    }

    func withdrawOffer() {
        enqueue { [weak self] in await self?.media?.withdrawOffer() }
        sendHeldCandidates()
    }

    /// The digits for both people, once the far side has named the keys of its media. They stay for the whole call: the
    /// secured way that they speak of does.
    private func noteKeys(in description: String) {
        guard let stream, stream.call === self, stream.verification == nil, let certificate,
            let ours = conference?.identity?.fingerprint, let theirs = carrier?.remoteIdentity
        else { return }
        stream.verification = ShortAuthenticationString(
            ShortAuthenticationString.Side(identity: ours, media: [certificate.fingerprint]),
            ShortAuthenticationString.Side(identity: theirs, media: DTLSFingerprint.all(in: description)))
    }

    private func refused(_ error: any Error, isFirst: Bool, isOurs: Bool) {
        if error is CancellationError { return }
        logger.notice("a description is refused", metadata: ["reason": "\(error)"])
        if isFirst {
            let reason: EndReason =
                if error.isShortage { .outOfResources } else if isOurs { .localError("\(error)") } else {
                    .incompatible
                }
            handle(.descriptionRefused(reason))
        } else {
            if renegotiation.state == .answering { send(.reject(.incompatible)) }
            renegotiate(.refused)
            if renegotiation.state == .stable { sendHeldCandidates() }
        }
    }

    // MARK: What the stream changes

    /// Devices, quality, volume or directions have changed.
    func mediaPropertiesChanged() {
        guard let stream, let media, let configuration = configuration(of: stream) else { return }
        enqueue { await media.update(configuration) }
        echo?.update(from: stream)
        if isDescriptionSent { sendNotice() }
    }

    /// Servers have other credentials: what is relayed goes on.
    func networkChanged() {
        guard let stream, let media, let configuration = configuration(of: stream) else { return }
        enqueue { await media.update(configuration) }
    }

    /// The speaker was chosen that it was already.
    func speakerChosenAgain() {
        guard let media else { return }
        enqueue { media.speakerChosen() }
    }

    /// Something was paused or resumed.
    func pausesChanged() {
        guard let stream else { return }
        media?.setStopped(sent: stream.paused.sent, received: stream.paused.received)
        if isDescriptionSent { sendNotice() }
    }

    // MARK: What media tells

    func receive(_ event: MediaSessionEvent) {
        switch event {
        case .localCandidate(let candidate): trickle(candidate)
        case .endOfCandidates(let fragment):
            trickle(TrickledCandidate(candidate: "", mid: nil, mLineIndex: nil, usernameFragment: fragment))
        case .connectionStateChanged(let state): connectionChanged(state)
        case .firstRemoteFrame: firstRemoteFrameArrived()
        case .problem(let kind, let problem): problemChanged(of: kind, to: problem)
        case .suspended(let media): suspensionChanged(to: media)
        case .negotiationNeeded: renegotiate(.needed)
        case .dataChannel(let event): receive(event)
        }
    }

    private func suspensionChanged(to media: MediaSet) {
        guard let stream, stream.call === self, stream.suspended != media else { return }
        stream.suspended = media
        if isDescriptionSent { sendNotice() }
    }

    private func connectionChanged(_ state: PeerConnectionState) {
        switch state {
        case .new, .connecting: break
        case .connected:
            handle(.mediaConnected)
            openConversation()
        case .disconnected: handle(.mediaDisconnected)
        case .failed: handle(.mediaFailed)
        case .closed: handle(.mediaClosed)
        }
    }

    private func problemChanged(of kind: MediaDevice.Kind, to problem: MediaProblem?) {
        guard let stream, stream.call === self else { return }
        stream.problems[kind] = problem
    }
}
