import Logging
import NIOCore
import NIOPosix
import RTC
import Synchronization
import Testing
import Wire

@testable import Transport

/// Two that announce and look, over real sockets of this machine at a port of their own.
@Suite("Discovery without a daemon", .serialized) struct ServiceDiscoveryTests {
    private final class Side: Sendable {
        let discovery: ServiceDiscovery
        private let found = Mutex<[FoundService]>([])

        init(_ port: UInt16) {
            var options = MulticastDNSOptions()
            options.port = port
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let (changes, continuation) = AsyncStream.makeStream(of: [FoundService].self)
            discovery = ServiceDiscovery(
                options: options, interfaces: SystemInterfaces(eventLoop: loop, logger: logger), on: loop,
                logger: logger
            ) { continuation.yield($0) }
            Task { [weak self] in
                for await found in changes { self?.found.withLock { $0 = found } }
            }
        }

        func wait(for keys: Set<String>) async throws {
            for _ in 0..<600 {
                if Set(names.keys) == keys { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("there are \(names), not \(keys)")
        }

        /// By key.
        var names: [String: String] {
            Dictionary(found.withLock { $0 }.map { ($0.keyIdentifier, $0.name) }) { first, _ in first }
        }

        func port(of key: String) -> UInt16? { found.withLock { $0.first { $0.keyIdentifier == key }?.port } }
    }

    private static let (annKey, bobKey) = ("000000000000000a", "000000000000000b")

    @Test("each finds the other, one of the same name with a number; a change is followed, and a goodbye")
    func finding() async throws {
        let port = UInt16.random(in: 20_000..<30_000)
        let (ann, bob) = (Side(port), Side(port))
        ann.discovery.announce(ServiceAnnouncement(name: "Ann", port: 1111, keyIdentifier: Self.annKey))
        try await bob.wait(for: [Self.annKey])
        bob.discovery.announce(ServiceAnnouncement(name: "Ann", port: 2222, keyIdentifier: Self.bobKey))
        // A side hears itself, too: who is who tells the key.
        try await ann.wait(for: [Self.annKey, Self.bobKey])
        #expect(ann.names == [Self.annKey: "Ann", Self.bobKey: "Ann (2)"] && ann.port(of: Self.bobKey) == 2222)
        bob.discovery.announce(ServiceAnnouncement(name: "Bob", port: 3333, keyIdentifier: Self.bobKey))
        for _ in 0..<600 where ann.port(of: Self.bobKey) != 3333 { try await Task.sleep(for: .milliseconds(50)) }
        #expect(ann.names[Self.bobKey] == "Bob")
        await bob.discovery.close()
        try await ann.wait(for: [Self.annKey])
        await ann.discovery.close()
    }

    @Test("one that comes later asks, and garbage and floods hurt nobody")
    func asking() async throws {
        let port = UInt16.random(in: 20_000..<30_000)
        let ann = Side(port)
        ann.discovery.announce(ServiceAnnouncement(name: "Ann", port: 1111, keyIdentifier: Self.annKey))
        try await ann.wait(for: [Self.annKey])
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "0.0.0.0", port: 0).get()
        let group = try SocketAddress(ipAddress: "224.0.0.251", port: Int(port))
        var query = DNSMessage(isResponse: false)
        query.questions = [DNSQuestion(try #require(CallService.typeName), DNSRecord.Kind.pointer)]
        for number in 0..<200 {
            let bytes = number.isMultiple(of: 2) ? query.serialized() : Array(repeating: UInt8(number), count: number)
            channel.writeAndFlush(AddressedEnvelope(remoteAddress: group, data: ByteBuffer(bytes: bytes)), promise: nil)
        }
        let late = Side(port)
        try await late.wait(for: [Self.annKey])
        try await channel.close()
        await ann.discovery.close()
        await late.discovery.close()
    }
}
