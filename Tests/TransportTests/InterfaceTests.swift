import Glibc
import Logging
import NIOCore
import NIOPosix
import RTC
import Synchronization
import Testing
import Wire

@testable import Transport

/// Interfaces that come and go: on a thread that lives in a network of its own (network_namespaces(7)).
@Suite("Interfaces", .serialized) struct InterfaceTests {
    private static let first = IPAddress.v4(0x0A4D_0001)
    private static let second = IPAddress.v4(0x0A4E_0001)
    private static let far = IPAddress.v4(0x0A4F_0001)

    @Test("the kernel tells of addresses that come and go, at once and to each observer")
    func watches() async throws {
        guard let isolated = try await IsolatedLoop.start() else {
            print("skipped: no right to make a network namespace")
            return
        }
        let loop = isolated.loop
        let source = SystemInterfaces(eventLoop: loop, logger: Logger(label: "test"))
        let changes = Mutex(0)
        let others = Mutex(0)
        let seen = Mutex<[IPAddress]>([])
        // On the loop's thread: the network belongs to the thread that opens the socket.
        let observations = try await loop.submit {
            [
                source.observe {
                    changes.withLock { $0 += 1 }
                    let now = try? source.addresses(withLoopback: false, allowed: nil)
                    seen.withLock { $0 = now ?? [] }
                }, source.observe { others.withLock { $0 += 1 } },
            ]
        }.get()
        try await until("loopback alone") { seen.withLock { $0.allSatisfy(\.isLoopback) && !$0.isEmpty } }
        try await isolated.ip("address", "add", "10.77.0.1/32", "dev", "lo")
        try await until("an address") { seen.withLock { $0 == [Self.first] } }
        try await isolated.ip("address", "add", "2001:db8::1/128", "dev", "lo", "nodad")
        try await until("an IPv6 address") { seen.withLock { $0.count == 2 } }
        try await isolated.ip("address", "delete", "10.77.0.1/32", "dev", "lo")
        try await until("one gone") { seen.withLock { $0 == [.v6(0x2001_0db8_0000_0000, 1)] } }
        try await isolated.ip("link", "add", "link0", "type", "veth", "peer", "name", "link1")
        try await isolated.ip("address", "add", "10.78.0.1/24", "dev", "link0")
        let before = changes.withLock { $0 }
        try await isolated.ip("link", "set", "link0", "up")
        try await until("a link") { changes.withLock { $0 } > before }
        // Its other end is down: the link carries nothing, and an address that runs is there.
        try await Task.sleep(for: .milliseconds(50))
        let whileDown = seen.withLock { $0 }
        #expect(!whileDown.contains(Self.second))
        try await isolated.ip("link", "set", "link1", "up")
        try await until("a cable") { seen.withLock { $0.contains(Self.second) } }
        let toldOthers = others.withLock { $0 }
        #expect(toldOthers > 0)
        withExtendedLifetime(observations) {}
        try await isolated.group.shutdownGracefully()
    }

    @Test("sockets follow the addresses of the machine, and the sound goes on")
    func follows() async throws {
        guard let isolated = try await IsolatedLoop.start() else {
            print("skipped: no right to make a network namespace")
            return
        }
        for address in ["10.77.0.1", "10.79.0.1"] {
            try await isolated.ip("address", "add", "\(address)/32", "dev", "lo")
        }
        let (ann, bob) = (SoundSide(), SoundSide())
        let source = SystemInterfaces(eventLoop: isolated.loop, logger: Logger(label: "test"))
        let one = try await ann.open(on: isolated.loop, addresses: [Self.first], isPolite: false)
        let two = try await bob.open(on: isolated.loop, addresses: [Self.far], isPolite: true)
        let observation = try await isolated.loop.submit {
            source.observe {
                let now = (try? source.addresses(withLoopback: false, allowed: nil)) ?? []
                one.use(now.filter { $0 != Self.far })
            }
        }.get()
        try await one.call(two)
        let speaking = PeerTransport.speak(one, two)
        try await until("sound") { [ann, bob].allSatisfy { $0.packets.load(ordering: .relaxed) > 50 } }
        for side in [ann, bob] { side.lastHeard.withLock { $0?.longestGap = .zero } }
        // Another comes: its candidate is told, and nothing changes.
        try await isolated.ip("address", "add", "10.78.0.1/32", "dev", "lo")
        try await until("a candidate") {
            ann.candidates.withLock { $0.contains { $0.candidate.contains("10.78.0.1") } }
        }
        #expect(try await one.perform { peer, _ in peer.selectedPair?.base.ip } == Self.first)
        // The one in use goes.
        try await isolated.ip("address", "delete", "10.77.0.1/32", "dev", "lo")
        try await until("the other one is used") {
            try await one.perform { peer, _ in peer.selectedPair?.base.ip } == Self.second
        }
        try await until("the far side has followed") {
            try await two.perform { peer, _ in peer.selectedPair?.remote.ip } == Self.second
        }
        let heard = [ann, bob].map { $0.packets.load(ordering: .relaxed) }
        try await until("sound again") {
            zip([ann, bob], heard).allSatisfy { $0.packets.load(ordering: .relaxed) > $1 + 20 }
        }
        let gaps = [ann, bob].map { $0.lastHeard.withLock { $0?.longestGap ?? .zero } }
        print("longest time without sound: \(gaps)")
        let states = [ann, bob].flatMap { $0.states.withLock { $0 } }
        #expect(!states.contains(.failed))
        speaking.cancel()
        withExtendedLifetime(observation) {}
        await one.close()
        await two.close()
        try await isolated.group.shutdownGracefully()
    }

    @Test("a socket that the system has no descriptor for is opened as soon as there is one")
    func socketShortage() async throws {
        let side = SoundSide()
        let transport = try await side.open(
            on: MultiThreadedEventLoopGroup.singleton.next(), addresses: [.v4(0x7F00_0001)], isPolite: false)
        _ = try await transport.perform { peer, now in
            peer.addTransceiver(.audio, direction: .sendrecv)
            return try peer.setLocalDescription(.offer, at: now)
        }
        let isThere = { side.candidates.withLock { $0.contains { $0.candidate.contains("127.0.0.2") } } }
        try await Descriptors.withNone {
            transport.use([.v4(0x7F00_0001), .v4(0x7F00_0002)])
            // More than one attempt comes to nothing.
            try await Task.sleep(for: .milliseconds(1500))
            #expect(!isThere())
        }
        try await until("a candidate of the new address") { isThere() }
        await transport.close()
    }

    @Test("a change of interfaces while there is no descriptor is followed as soon as there is one")
    func interfaceShortage() async throws {
        guard let isolated = try await IsolatedLoop.start() else {
            print("skipped: no right to make a network namespace")
            return
        }
        try await isolated.ip("address", "add", "10.77.0.1/32", "dev", "lo")
        let seen = Mutex<[IPAddress]>([])
        let failures = Mutex(0)
        let source = SystemInterfaces(eventLoop: isolated.loop, logger: Logger(label: "test"))
        let look: @Sendable () -> Void = {
            do {
                let now = try source.addresses(withLoopback: false, allowed: nil)
                seen.withLock { $0 = now }
            } catch { failures.withLock { $0 += 1 } }
        }
        // Not even the kernel's news can be asked for.
        let observation = Mutex<InterfaceObservation?>(nil)
        try await Descriptors.withNone {
            try await isolated.loop.submit { observation.withLock { $0 = source.observe(look) } }.get()
            try await Task.sleep(for: .milliseconds(100))
            #expect(seen.withLock { $0.isEmpty })
        }
        try await until("an address") { seen.withLock { $0 == [Self.first] } }
        // They can, and the addresses cannot be looked at.
        try await Descriptors.withNone {
            try await isolated.ip("address", "add", "10.78.0.1/32", "dev", "lo")
            try await until("a look in vain") { failures.withLock { $0 > 0 } }
        }
        try await until("both addresses") { seen.withLock { $0 == [Self.first, Self.second] } }
        observation.withLock { $0 = nil }
        try await isolated.group.shutdownGracefully()
    }
}
