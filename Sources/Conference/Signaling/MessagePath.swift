import RTC
import Wire

/// One connection that a call's messages go over, for as long as it lasts.
@MainActor protocol MessagePath: AnyObject {
    var onEvent: ((SignalingEvent) -> Void)? { get set }
    /// Nil through a server.
    var remoteAddress: IPAddress? { get }
    func send(_ envelope: SignalingEnvelope) throws
    /// The key behind a message: of the connection itself, or of the message's own proof.
    ///
    /// - Throws: when the proof is false.
    func identity(behind envelope: SignalingEnvelope) throws(SignalingError) -> DTLSFingerprint?
    /// Closes when all is sent.
    func close()
    func waitUntilClosed() async
}

/// A connection with the far side itself.
@MainActor final class DirectPath: MessagePath {
    var onEvent: ((SignalingEvent) -> Void)?
    let connection: SignalingConnection

    init(_ connection: SignalingConnection) {
        self.connection = connection
        Task { [weak self, events = connection.events] in
            for await event in events { self?.onEvent?(event) }
        }
    }

    isolated deinit { connection.close() }

    var remoteAddress: IPAddress? { connection.remoteAddress?.ip }
    func send(_ envelope: SignalingEnvelope) throws { try connection.send(envelope) }
    /// TLS has shown it.
    func identity(behind envelope: SignalingEnvelope) -> DTLSFingerprint? { connection.remoteIdentity }
    func close() { connection.close() }
    func waitUntilClosed() async { await connection.waitUntilClosed() }
}
