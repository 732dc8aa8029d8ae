package struct DataChannelOptions: Hashable, Sendable { package var label = "" }
package enum DataChannelEvent: Sendable { case associationClosed }
final class DataChannelTransport {
    init(role: DTLSRole, remotePort: UInt16, maxMessageSize: Int) {}
    func start(at now: Instant) {}
    func receive(_ packet: [UInt8], at now: Instant) {}
    func pollTransmit() -> [UInt8]? { nil }
    func pollEvent() -> DataChannelEvent? { nil }
    var nextTimeout: Instant? { nil }
    func handleTimeout(at now: Instant) {}
    func close(at now: Instant) {}
    func open(_ options: DataChannelOptions, at now: Instant) throws -> Int { 0 }
    func send(text: String, on channel: Int, at now: Instant) throws {}
    func send(binary: [UInt8], on channel: Int, at now: Instant) throws {}
    func closeChannel(_ id: Int, at now: Instant) {}
}
