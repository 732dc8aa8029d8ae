import FoundationEssentials
import Logging
import Media
import RTC
import Transport

/// One call of a stream: brings its state machine, its signalling and its media together.
@MainActor final class Call {
    private(set) weak var stream: Stream?
    private(set) weak var conference: Conference?
    let isCaller: Bool
    private(set) var machine = CallStateMachine()
    private(set) var media: (any CallMedia)?
    var carrier: (any Carrier)?
    var renegotiation: Renegotiation
    /// What is to be dialled; nil for a call that came in, and for a test call.
    var destination: CallAddress?
    var echo: EchoPartner?

    /// Our last description, until it is sent.
    var localDescription = ""
    /// The far side's last one, until it is applied.
    var remoteDescription = ""
    /// An offer that lost against ours: it counts after all if ours is never answered.
    var ignoredOffer = ""
    /// Ours that wait for our description to go first.
    var localCandidates: [TrickledCandidate] = []
    var isDescriptionSent = false
    /// Theirs that wait for a person to answer.
    var remoteCandidates: [TrickledCandidate] = []
    /// The way of the conversation beside the call, while it stands.
    var conversation: DataChannelLink?
    /// The ways of files through the call.
    let files = CallFiles()
    /// Whether the caller has opened it.
    var hasOpenedConversation = false
    /// Other calls by somebody who may be the one that we call.
    var heldCalls: [IncomingCall] = []

    private var timer: Task<Void, Never>?
    private var dialing: Task<Void, Never>?
    private var mediaEvents: Task<Void, Never>?
    private var operations: Task<Void, Never>?
    private var started = ContinuousClock.now
    /// Ends the wait for an answer to an offer in mid-call.
    var answerTimer: Task<Void, Never>?
    /// While the first offer and answer are exchanged.
    var isRenegotiationNeeded = false
    /// For what is remembered of the call.
    let began = Date.now
    private(set) var connectedAt: ContinuousClock.Instant?
    private(set) var isAnswered = false
    private(set) var means = CallMeans()
    private var sampling: Task<Void, Never>?
    /// For this call's media alone, so that two calls cannot be linked by it.
    private(set) lazy var certificate: DTLSCertificate? = try? DTLSCertificate.generate(
        commonName: "WebRTC", secondsSince1970: MonotonicClock.secondsSince1970)

    init(stream: Stream, conference: Conference, isCaller: Bool) {
        self.stream = stream
        self.conference = conference
        self.isCaller = isCaller
        renegotiation = Renegotiation(isPolite: !isCaller)
    }

    var logger: Logger { conference?.logger ?? Logger(label: "causerie") }

    // MARK: What the stream asks for

    func dial(_ destination: CallAddress) {
        self.destination = destination
        handle(.dialed)
    }

    /// A call that came in: a person is asked.
    func start(_ incoming: IncomingCall) {
        remoteDescription = incoming.offer
        remoteCandidates = incoming.candidates
        adopt(incoming.carrier)
        handle(.offerReceived)
        if let notice = incoming.notice { receive(.message(.stream(notice))) }
    }

    func startTestCall() {
        guard let stream, let conference, let certificate else { return }
        echo = EchoPartner(
            stream: stream, certificate: certificate, makeMedia: conference.makeMedia, logger: logger,
            onClosing: { [weak conference] work in conference?.whileClosing(work) })
        handle(.dialed)
    }

    func accept() {
        guard machine.state == .incoming else { return }
        started = .now
        isAnswered = true
        handle(.accepted)
    }

    func decline() { handle(.declined) }

    func hangUp() { handle(.hungUp) }

    // MARK: The state machine

    func handle(_ event: CallEvent) {
        let wasAnswered = isNegotiated
        // What an action brings about comes as an event of its own, later: never within this loop.
        for action in machine.handle(event) { perform(action) }
        if let stream, stream.call === self { tell(stream) }
        if !wasAnswered, isNegotiated, isRenegotiationNeeded { renegotiate(.needed) }
        if machine.state == .connected, sampling == nil {
            connectedAt = .now
            beginSampling()
        }
        if case .ended = machine.state { finish() }
    }

    private func tell(_ stream: Stream) {
        let old = stream.state
        if old != machine.streamState { stream.state = machine.streamState }
        conference?.playTone(for: stream, from: old, isRingingThere: machine.state == .ringing)
    }

    /// Whether the first offer and answer are exchanged.
    var isNegotiated: Bool {
        switch machine.state {
        case .connecting, .connected, .reconnecting: true
        default: false
        }
    }

    private func perform(_ action: CallAction) {
        switch action {
        case .openCarrier: openCarrier()
        case .makeOffer: makeOffer(.offerReady)
        case .makeAnswer: makeAnswer(.answerReady)
        case .sendOffer: sendOffer()
        case .sendAnswer: sendAnswer()
        case .applyAnswer: applyAnswer()
        case .sendRinging: send(.ringing(name: name))
        case .sendHangUp(let reason): send(.hangUp(reason))
        case .sendReject(let reason): send(.reject(reason))
        case .startTimer(let timer): start(timer)
        case .stopTimer: timer?.cancel()
        case .close: close()
        }
    }

    // MARK: Time

    private func start(_ kind: CallAction.Timer) {
        timer?.cancel()
        guard let stream, let conference else { return }
        let duration =
            switch kind {
            case .attempt: Duration.seconds(stream.timeout)
            case .ring: conference.options.timing.ring
            case .reconnect: conference.options.timing.reconnect
            case .isolated: conference.options.timing.isolated
            }
        timer = Task { [weak self] in
            guard (try? await Task.sleep(for: duration)) != nil else { return }
            self?.handle(.timedOut)
        }
    }

    func firstRemoteFrameArrived() {
        guard let stream, stream.call === self, stream.setupTime == nil else { return }
        stream.setupTime = (ContinuousClock.now - started).inMilliseconds
    }

    // MARK: The signalling connection

    private func openCarrier() {
        if let echo {
            adopt(echo.carrier)
            Task { self.handle(.carrierOpened) }
            return
        }
        guard let destination, let conference else { return }
        // While the far side is dialled. Behind a name it may turn out to be this very machine, for which other sockets
        // are opened.
        if destination.isLiteral || destination.person != nil { prepareMedia() }
        dialing = Task { [weak self] in
            do throws(DialFailure) {
                let carrier = try await conference.openCarrier(to: destination, as: self?.name ?? "")
                guard let self, case .dialing = machine.state else { return carrier.close() }
                adopt(carrier)
                if let identity = carrier.remoteIdentity { conference.met(destination, identity, by: self) }
                handle(.carrierOpened)
                conference.reconsiderHeldCalls(of: self)
            } catch { self?.failed(error) }
        }
    }

    private func failed(_ failure: DialFailure) {
        guard case .dialing = machine.state else { return }
        logger.info(
            "a call fails",
            metadata: [
                "to": "\(destination?.description ?? "")", "reason": "\(failure.reason.code): \(failure.detail)",
            ])
        if let presented = failure.presented, let destination {
            conference?.refused(destination, presented)
            stream?.refusedIdentity = RefusedIdentity(
                address: destination.description, fingerprint: presented.description)
        }
        handle(.carrierFailed(failure.reason))
    }

    func adopt(_ carrier: any Carrier) {
        self.carrier = carrier
        carrier.onEvent = { [weak self] event in self?.receive(event) }
    }

    // MARK: Media

    /// Made when it is first needed: no device opens before a person has answered.
    func openMedia() -> (any CallMedia)? {
        if let media { return media }
        guard let stream, let conference, let configuration = configuration(of: stream) else { return nil }
        let (events, continuation) = AsyncStream.makeStream(of: MediaSessionEvent.self)
        let media = conference.makeMedia(configuration) { event in continuation.yield(event) }
        self.media = media
        media.setStopped(sent: stream.paused.sent, received: stream.paused.received)
        mediaEvents = Task { [weak self] in
            for await event in events { self?.receive(event) }
        }
        return media
    }

    /// Gets the sockets ready, so that the description need not wait for them.
    private func prepareMedia() {
        enqueue { [weak self] in
            guard let self else { return }
            if case .ended = machine.state { return }
            await openMedia()?.prepare()
        }
    }

    /// Runs one thing after the other: descriptions and candidates must not overtake each other.
    func enqueue(_ operation: @escaping @MainActor () async -> Void) {
        let earlier = operations
        operations = Task {
            await earlier?.value
            await operation()
        }
    }

    // MARK: Figures

    private func beginSampling() {
        guard let stream else { return }
        sampling = Task { [weak self, weak stream] in
            var sampler = StatisticsSampler()
            let clock = ContinuousClock()
            let start = clock.now
            while !Task.isCancelled {
                if let sample = await stream?.sample(&sampler, at: (clock.now - start).inMilliseconds / 1000) {
                    self?.means.add(sample)
                }
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            }
        }
    }

    // MARK: The end

    private func close() {
        dialing?.cancel()
        carrier?.close()
        echo?.close()
        conversation?.ended()
        conversation = nil
        files.end()
        let stream = stream
        guard let media else { return }
        conference?.whileClosing { [mediaEvents] in
            let report = await media.statistics()
            if let stream, !report.isEmpty, stream.call == nil || stream.call === self { stream.lastReport = report }
            await media.close()
            mediaEvents?.cancel()
        }
    }

    private func finish() {
        guard let stream, stream.call === self else { return }
        conference?.remember(self, of: stream)
        stream.call = nil
        stream.isOnHold = false
        stream.isHeldByRemote = false
        stream.problems = [:]
        stream.quality = nil
        sampling?.cancel()
        answerTimer?.cancel()
        conference?.reconsiderHeldCalls(of: self)
    }
}
