import RTC
import Wire

/// A carrier over the network: one connection after the other, where both sides know how to go on with a call.
///
/// The caller gives the call an identifier that nobody guesses. A far side that repeats it can take the call up again on
/// another connection: each side has copies of what the other may not have yet. One that does not is left without a word
/// when the connection breaks.
@MainActor final class NetworkCarrier: Carrier {
    private enum Phase: Hashable {
        case open, lost, closed
    }

    var onEvent: ((CarrierEvent) -> Void)?
    /// The connection of now, or the last one.
    private(set) var path: any MessagePath
    private(set) var remoteIdentity: DTLSFingerprint?
    private(set) var remoteAddress: IPAddress?
    let remotePerson: CallAddress?
    var ends: CarrierEnds?
    /// Makes another connection; nil when none came about, and where that is the far side's part.
    var remake: (() async -> (any MessagePath)?)?
    /// Called once both sides know the call's identifier, when the connection is lost or restored, and at the end.
    var onChange: ((NetworkCarrier) -> Void)?
    /// Called when the first message is of a call that is under way elsewhere.
    var onResume: ((any MessagePath, SignalingEnvelope) -> Void)?
    /// The key that is known of the far side; only where its connection does not show it.
    let expected: DTLSFingerprint?

    private let timing: SignalingTiming
    private var naming: CallNaming
    private var phase = Phase.open
    private var ledger = MessageLedger()
    private var isDescribed = false
    private var isClosing = false
    private var remaking: Task<Void, Never>?
    private var deadline: Task<Void, Never>?
    private var awaitsResumed = false
    /// Whether the far side was asked for what is missing.
    private var hasAsked = false
    /// The connection belongs to another carrier: its first message was of a call that is under way.
    private var isHandedOver = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - call: the identifier that we give to a call of ours; nil for calls that come in.
    ///   - person: where the far side is called through a server.
    init(
        _ path: any MessagePath, call: String? = nil, timing: SignalingTiming, identity: DTLSFingerprint? = nil,
        person: CallAddress? = nil, expected: DTLSFingerprint? = nil
    ) {
        self.path = path
        self.timing = timing
        naming = CallNaming(own: call)
        remoteIdentity = identity
        remoteAddress = path.remoteAddress
        remotePerson = person
        self.expected = expected
        listen(to: path)
    }

    isolated deinit {
        remaking?.cancel()
        deadline?.cancel()
        if !isHandedOver { path.close() }
    }

    /// Of the call, once both sides know it.
    var identifier: String? { naming.agreed }

    var isLost: Bool { phase == .lost }
    var isClosed: Bool { phase == .closed }

    private func listen(to path: any MessagePath) {
        path.onEvent = { [weak self, weak path] event in
            guard let self, let path, path === self.path else { return }
            switch event {
            case .message(let envelope): receive(envelope)
            case .closed(let closure): pathClosed(closure)
            }
        }
    }

    // MARK: Out

    func send(_ message: SignalingMessage) throws {
        guard phase != .closed, !isClosing else { return }
        guard let identifier = naming.written else { return try path.send(SignalingEnvelope(message)) }
        let envelope = try ledger.number(message, of: identifier)
        if phase == .open { try transmit(envelope) }
    }

    private func transmit(_ envelope: SignalingEnvelope) throws {
        var envelope = envelope
        if identifier != nil { envelope.received = ledger.tell() }
        try path.send(envelope)
    }

    private func say(_ word: DeliveryWord) {
        guard let identifier else { return }
        try? path.send(SignalingEnvelope(.delivery(word), call: identifier, received: ledger.tell()))
    }

    /// What the far side may not have, once more.
    private func repeatWaiting() {
        for envelope in ledger.waiting { try? transmit(envelope) }
    }

    // MARK: In

    private func receive(_ envelope: SignalingEnvelope) {
        guard phase != .closed else { return }
        guard recognise(envelope) else { return }
        if let number = envelope.received { ledger.acknowledge(number) }
        switch envelope.message {
        case .delivery(.resume):
            say(.resumed)
            repeatWaiting()
            restored()
        case .delivery(.resumed):
            if awaitsResumed { repeatWaiting() }
            restored()
        case .delivery(.received): break
        default: deliver(envelope)
        }
        if isClosing, ledger.waiting.isEmpty { finish() }
    }

    /// False for what is of another call.
    private func recognise(_ envelope: SignalingEnvelope) -> Bool {
        switch naming.recognise(envelope) {
        case .ours: return true
        case .foreign: return false
        case .agreed: onChange?(self)
        case .nameless: ledger = MessageLedger()
        case .resumes:
            handOver(envelope)
            return false
        }
        return true
    }

    private func handOver(_ envelope: SignalingEnvelope) {
        let path = path
        path.onEvent = nil
        phase = .closed
        isHandedOver = true
        onResume?(path, envelope)
    }

    private func deliver(_ envelope: SignalingEnvelope) {
        if let number = envelope.number, identifier != nil {
            switch ledger.receive(number) {
            case .next: hasAsked = false
            case .again: return
            case .tooEarly:
                // Once: each question brings everything again.
                if !hasAsked { say(.resume) }
                hasAsked = true
                return
            }
        }
        do throws(SignalingError) {
            guard try isRightfully(envelope) else { return }
        } catch { return end(.violation("\(error)")) }
        // A far side that closes now has to know that its last word has come.
        switch envelope.message {
        case .hangUp, .reject: say(.received)
        default: if ledger.isTellingDue { say(.received) }
        }
        onEvent?(.message(envelope.message))
    }

    /// Whether a description is from whom it should be; other messages cannot do harm.
    private func isRightfully(_ envelope: SignalingEnvelope) throws(SignalingError) -> Bool {
        switch envelope.message {
        case .videoOffer, .videoAnswer: break
        default: return true
        }
        let shown = try path.identity(behind: envelope)
        if isDescribed {
            guard shown == remoteIdentity else { throw SignalingError("a description by another key") }
        } else if let expected, shown != expected {
            onEvent?(.identityRefused(shown))
            return false
        }
        isDescribed = true
        remoteIdentity = shown
        return true
    }

    // MARK: Lost and found

    private func pathClosed(_ closure: SignalingClosure) {
        // Otherwise an attempt that went no further; the next one follows.
        guard phase == .open else { return }
        if case .violation = closure { return end(closure) }
        guard identifier != nil else { return end(closure) }
        if isClosing, ledger.waiting.isEmpty { return finish() }
        phase = .lost
        if isClosing { finish(after: timing.isolated) }
        onChange?(self)
        onEvent?(.lost)
        remakeUntilOpen()
    }

    private func remakeUntilOpen() {
        guard remake != nil else { return }
        remaking?.cancel()
        remaking = Task { [weak self, timing] in
            var pause = timing.remake
            while !Task.isCancelled {
                guard let self else { return }
                if let path = await remake?() {
                    guard phase == .lost, !Task.isCancelled else { return path.close() }
                    attempt(path)
                }
                // Not in step with everybody else who lost the same server.
                guard (try? await Task.sleep(for: pause * Double.random(in: 0.75...1.25))) != nil else { return }
                guard phase == .lost else { return }
                pause = min(pause * 2, timing.longestRemake)
            }
        }
    }

    private func attempt(_ path: any MessagePath) {
        use(path)
        awaitsResumed = true
        say(.resume)
    }

    /// The far side has come back on another connection.
    func resume(on path: any MessagePath, _ envelope: SignalingEnvelope) {
        guard phase != .closed else { return path.close() }
        use(path)
        receive(envelope)
    }

    private func use(_ path: any MessagePath) {
        let old = self.path
        self.path = path
        hasAsked = false
        listen(to: path)
        if old !== path {
            old.onEvent = nil
            old.close()
        }
        remoteAddress = path.remoteAddress ?? remoteAddress
    }

    private func restored() {
        awaitsResumed = false
        guard phase == .lost else { return }
        phase = .open
        remaking?.cancel()
        onChange?(self)
        onEvent?(.restored)
    }

    // MARK: The end

    func close() {
        guard phase != .closed, !isClosing else { return }
        guard identifier != nil, !ledger.waiting.isEmpty else { return finish() }
        isClosing = true
        finish(after: phase == .lost ? timing.isolated : timing.farewell)
    }

    /// Closes whether or not all has arrived.
    func abandon() { finish() }

    private func finish(after duration: Duration) {
        deadline?.cancel()
        deadline = Task { [weak self] in
            guard (try? await Task.sleep(for: duration)) != nil else { return }
            self?.finish()
        }
    }

    private func end(_ closure: SignalingClosure) {
        finish()
        onEvent?(.closed(closure))
    }

    private func finish() {
        guard phase != .closed else { return }
        phase = .closed
        remaking?.cancel()
        deadline?.cancel()
        path.close()
        onChange?(self)
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    func waitUntilClosed() async {
        if phase != .closed { await withCheckedContinuation { waiters.append($0) } }
        await path.waitUntilClosed()
    }
}
