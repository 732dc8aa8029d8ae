import RTC
import Wire

/// The way of one call's messages.
@MainActor protocol Carrier: AnyObject {
    /// Who hears what comes; set at once by whoever takes the carrier.
    var onEvent: ((CarrierEvent) -> Void)? { get set }
    /// The key that the far side showed; nil inside of one process, and for who has none.
    var remoteIdentity: DTLSFingerprint? { get }
    var remoteAddress: IPAddress? { get }
    /// Where the far side is called through a server.
    var remotePerson: CallAddress? { get }
    /// Who we and they are, alike on both sides: so that both choose the same one of two calls that cross.
    var ends: CarrierEnds? { get }
    func send(_ message: SignalingMessage) throws
    /// Closes when all is sent, and where that can be known, has arrived.
    func close()
    func waitUntilClosed() async
}

/// What a carrier tells, in order; nothing comes after `closed`.
enum CarrierEvent: Hashable, Sendable {
    case message(SignalingMessage)
    /// The connection broke and is being made again. What is sent meanwhile waits.
    case lost
    /// It is there again, and nothing is missing.
    case restored
    /// The far side has another key than it had before, or none any more.
    case identityRefused(DTLSFingerprint?)
    case closed(SignalingClosure)
}

struct CarrierEnds: Hashable, Sendable {
    var ours: String
    var theirs: String
}

/// One end of a carrier inside of the process, for a stream's call with itself.
@MainActor final class LocalCarrier: Carrier {
    var onEvent: ((CarrierEvent) -> Void)?
    let remoteIdentity: DTLSFingerprint? = nil
    let remoteAddress: IPAddress? = nil
    let remotePerson: CallAddress? = nil
    let ends: CarrierEnds? = nil
    private weak var other: LocalCarrier?
    private var isClosed = false

    /// Two ends of one carrier; each is kept by whoever uses it.
    static func pair() -> (LocalCarrier, LocalCarrier) {
        let ends = (LocalCarrier(), LocalCarrier())
        ends.0.other = ends.1
        ends.1.other = ends.0
        return ends
    }

    func send(_ message: SignalingMessage) {
        if !isClosed { other?.deliver(.message(message)) }
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        other?.deliver(.closed(.byPeer))
    }

    func waitUntilClosed() async {}

    /// In a turn of its own, as from a network: whoever sends is not called back meanwhile.
    private func deliver(_ event: CarrierEvent) {
        Task { self.onEvent?(event) }
    }
}
