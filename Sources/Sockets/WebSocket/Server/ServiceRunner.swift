import NIOCore

/// A service's host, whatever the service is.
protocol ServiceRunner: Sendable {
    var path: String { get }
    var options: WebSocketOptions { get }
    var counters: ServiceCounters { get }
    var interval: Duration { get }
    var subprotocols: [String] { get }
    var isLocked: Bool { get }
    var clients: [WebSocketServer.Client] { get }

    func setLocked(_ isLocked: Bool)
    func refusal(of request: HTTPRequest) -> HTTPResponse?
    func start()
    func stop(within limit: Duration) async
    /// Makes a client of a channel whose request was granted. On the channel's event loop.
    func open(
        _ channel: any Channel, request: HTTPRequest, acceptance: ServerHandshake.Acceptance, options: WebSocketOptions
    ) throws
}

/// Tells a client how its connection ended. On the channel's event loop.
final class EndOfConnection {
    private let counters: ServiceCounters
    /// Not there yet while the connection is made.
    var client: WebSocketServer.Client? { didSet { tell() } }
    private var closure: WebSocketClosure?

    init(counters: ServiceCounters) { self.counters = counters }

    func end(_ closure: WebSocketClosure) {
        self.closure = closure
        counters.ended(closure)
        tell()
    }

    private func tell() {
        guard let client, let closure else { return }
        client.ended(closure)
        // The connection holds this object.
        self.client = nil
    }
}

extension SocketEndpoint {
    /// An IPv4 address that a socket of both families wrote as IPv6 (RFC 4291 §2.5.5.2) as what it is.
    var unmapped: SocketEndpoint {
        guard host.lowercased().hasPrefix("::ffff:"), host.contains(".") else { return self }
        return SocketEndpoint(host: String(host.dropFirst(7)), port: port)
    }

    /// What connections are counted by: an IPv4 address, or the network that one household has of IPv6 (RFC 6177).
    var origin: String {
        guard case .v6(let bytes) = NumericAddress(unmapped.host) else { return unmapped.host }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}
