import RTC
import Wire

/// The way of one call's messages.
@MainActor protocol Carrier: AnyObject {
    /// Who hears what comes; set at once by whoever takes the carrier.
    var onEvent: ((SignalingEvent) -> Void)? { get set }
    /// The key that the far side showed; nil inside of one process.
    var remoteIdentity: DTLSFingerprint? { get }
    var remoteAddress: IPAddress? { get }
    func send(_ message: SignalingMessage) throws
    /// Closes when all is sent.
    func close()
    func waitUntilClosed() async
}

/// A carrier over the network.
@MainActor final class NetworkCarrier: Carrier {
    var onEvent: ((SignalingEvent) -> Void)?
    let connection: SignalingConnection

    init(_ connection: SignalingConnection) {
        self.connection = connection
        Task { [weak self, events = connection.events] in
            for await event in events { self?.onEvent?(event) }
        }
    }

    isolated deinit { connection.close() }

    var remoteIdentity: DTLSFingerprint? { connection.remoteIdentity }
    var remoteAddress: IPAddress? { connection.remoteAddress?.ip }
    func send(_ message: SignalingMessage) throws { try connection.send(message) }
    func close() { connection.close() }
    func waitUntilClosed() async { await connection.waitUntilClosed() }
}

/// One end of a carrier inside of the process, for a stream's call with itself.
@MainActor final class LocalCarrier: Carrier {
    var onEvent: ((SignalingEvent) -> Void)?
    let remoteIdentity: DTLSFingerprint? = nil
    let remoteAddress: IPAddress? = nil
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
    private func deliver(_ event: SignalingEvent) {
        Task { self.onEvent?(event) }
    }
}
