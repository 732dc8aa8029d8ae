import RTC
import Synchronization

@testable import Conference

/// Makes media doubles, and remembers them: what calls do with media, without any.
@MainActor final class MediaScript {
    private(set) var sessions: [MediaDouble] = []
    /// Whether media connects as soon as both descriptions are there.
    var connects = true
    /// What the next description throws.
    var failure: (any Error)?
    /// How long an offer takes to make.
    var offerDelay = Duration.zero

    var maker: CallMediaMaker {
        { [self] configuration, onEvent in
            let session = MediaDouble(
                configuration, connects: connects, failure: failure, offerDelay: offerDelay, onEvent: onEvent)
            sessions.append(session)
            return session
        }
    }

    var last: MediaDouble? { sessions.last }
}

/// Records what is asked of it; its descriptions are texts that say who made them.
final class MediaDouble: CallMedia {
    struct State {
        var configuration: MediaSessionConfiguration
        var calls: [String] = []
        var offers = 0
        var hasOffered = false
        var isClosed = false
        var stopped: (sent: MediaSet, received: MediaSet) = ([], [])
        var candidates: [String] = []
        var refusesAnswers = false
    }

    struct Refused: Error {}

    let state: Mutex<State>
    private let connects: Bool
    private let failure: (any Error)?
    private let offerDelay: Duration
    private let onEvent: @Sendable (MediaSessionEvent) -> Void

    init(
        _ configuration: MediaSessionConfiguration, connects: Bool, failure: (any Error)?, offerDelay: Duration,
        onEvent: @escaping @Sendable (MediaSessionEvent) -> Void
    ) {
        state = Mutex(State(configuration: configuration))
        self.connects = connects
        self.failure = failure
        self.offerDelay = offerDelay
        self.onEvent = onEvent
    }

    var snapshot: State { state.withLock { $0 } }
    var calls: [String] { state.withLock { $0.calls } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var candidates: [String] { state.withLock { $0.candidates } }

    func tell(_ event: MediaSessionEvent) { onEvent(event) }

    func refuseAnswers() { state.withLock { $0.refusesAnswers = true } }

    private func note(_ call: String) { state.withLock { $0.calls.append(call) } }

    func prepare() async { note("prepare") }

    func createOffer() async throws -> String {
        note("createOffer")
        if offerDelay > .zero { try await Task.sleep(for: offerDelay) }
        if let failure { throw failure }
        onEvent(
            .localCandidate(
                TrickledCandidate(
                    candidate: "candidate:of-the-caller", mid: "0", mLineIndex: 0, usernameFragment: "u")))
        let number = state.withLock { state in
            state.offers += 1
            state.hasOffered = true
            return state.offers
        }
        return "v=0\r\n\(fingerprint)offer \(number)\r\n"
    }

    func createAnswer(to offer: String) async throws -> String {
        note("createAnswer \(offer.split(separator: "\r\n").last ?? "")")
        if let failure { throw failure }
        onEvent(
            .localCandidate(
                TrickledCandidate(
                    candidate: "candidate:of-the-called", mid: "0", mLineIndex: 0, usernameFragment: "u")))
        onEvent(.endOfCandidates(usernameFragment: "u"))
        connect()
        return "v=0\r\n\(fingerprint)answer\r\n"
    }

    private var fingerprint: String {
        "a=fingerprint:\(state.withLock { $0.configuration.certificate.fingerprint })\r\n"
    }

    func applyAnswer(_ answer: String) async throws {
        note("applyAnswer")
        if state.withLock({ $0.refusesAnswers }) { throw Refused() }
        connect()
    }

    func withdrawOffer() async { note("withdrawOffer") }

    private func connect() {
        guard connects else { return }
        onEvent(.connectionStateChanged(.connecting))
        onEvent(.connectionStateChanged(.connected))
        onEvent(.firstRemoteFrame)
    }

    func addRemoteCandidate(_ candidate: String, mid: String?, mLineIndex: Int?, usernameFragment: String?) async {
        state.withLock { $0.candidates.append(candidate) }
    }

    func update(_ configuration: MediaSessionConfiguration) async {
        let old = state.withLock { state in
            defer { state.configuration = configuration }
            return state.configuration
        }
        note("update")
        if old.outgoing != configuration.outgoing || old.incoming != configuration.incoming {
            onEvent(.negotiationNeeded)
        }
    }

    func setStopped(sent: MediaSet, received: MediaSet) {
        state.withLock { $0.stopped = (sent, received) }
    }

    func statistics() async -> [StatisticsRecord] {
        [StatisticsRecord(type: "transport", id: "T", members: ["calls": .integer(Int64(calls.count))])]
    }

    func speakerChosen() { note("speakerChosen") }

    func openDataChannel(_ options: DataChannelOptions) { note("openDataChannel \(options.label)") }
    func send(_ bytes: [UInt8], onDataChannel channel: Int) { note("send \(bytes.count) on \(channel)") }
    func closeDataChannel(_ channel: Int) { note("closeDataChannel \(channel)") }
    func inbox(ofDataChannel channel: Int) -> FileInbox? { nil }

    func close() async { state.withLock { $0.isClosed = true } }

    var microphoneLevel: Double { 0.25 }
    var speakerLevel: Double { 0.5 }
}
