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
    /// One event loop, on a thread with a network of its own.
    private final class IsolatedLoop: Sendable {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var loop: any EventLoop { group.next() }

        /// Nil without the right to make a network.
        static func start() async throws -> IsolatedLoop? {
            guard program != nil else { return nil }
            let isolated = IsolatedLoop()
            let isAllowed = try await isolated.loop.submit { Self.leaveNetwork() }.get()
            guard isAllowed else {
                try await isolated.group.shutdownGracefully()
                return nil
            }
            try await isolated.ip("link", "set", "lo", "up")
            return isolated
        }

        /// unshare(2) for the calling thread alone, with CLONE_NEWNET. The C library declares it for GNU sources only.
        private static func leaveNetwork() -> Bool {
            typealias Unshare = @convention(c) (Int32) -> Int32
            guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "unshare") else { return false }
            return unsafeBitCast(symbol, to: Unshare.self)(0x4000_0000) == 0
        }

        /// Runs ip(8) in the network: a child is where the thread is that made it. It has descriptors, whatever we have.
        func ip(_ arguments: String...) async throws {
            try await loop.submit {
                guard let program = Self.program else { throw Failed() }
                var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
                defer { for word in words { free(word) } }
                var child: pid_t = 0
                var status: Int32 = -1
                let limit = Descriptors.limit
                Descriptors.limit = Descriptors.highestLimit
                defer { Descriptors.limit = limit }
                guard posix_spawn(&child, program, nil, nil, &words, environ) == 0,
                    waitpid(child, &status, 0) == child, status == 0
                else { throw Failed() }
            }.get()
        }

        private static let program = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first { (path: String) in
            access(path, X_OK) == 0
        }
    }

    /// How many this process, and who it starts, may have open.
    private enum Descriptors {
        static var limit: rlim_t {
            get { limits.rlim_cur }
            set {
                var limits = limits
                limits.rlim_cur = newValue
                setrlimit(resource, &limits)
            }
        }

        static var highestLimit: rlim_t { limits.rlim_max }

        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

        private static var limits: rlimit {
            var limits = rlimit()
            getrlimit(resource, &limits)
            return limits
        }
    }

    private struct Failed: Error {}

    private final class Side: Sendable {
        let packets = Atomic<Int>(0)
        let states = Mutex<[PeerConnectionState]>([])
        let candidates = Mutex<[TrickledCandidate]>([])
        let lastHeard = Mutex<(at: Instant, longestGap: Duration)?>(nil)

        func heard() {
            packets.add(1, ordering: .relaxed)
            let now = MonotonicClock.now
            lastHeard.withLock { last in
                last = (now, max(last?.longestGap ?? .zero, last.map { now - $0.at } ?? .zero))
            }
        }
    }

    private func until(_ name: String, _ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try await !condition() {
            guard ContinuousClock.now < end else {
                Issue.record("nothing came of: \(name)")
                throw Failed()
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func open(
        _ side: Side, on loop: any EventLoop, addresses: [IPAddress], isPolite: Bool,
        options: TransportOptions = TransportOptions()
    ) async throws -> PeerTransport {
        let certificate = try DTLSCertificate.generate(
            commonName: "test", secondsSince1970: MonotonicClock.secondsSince1970)
        return try await PeerTransport.open(
            configuration: PeerConnectionConfiguration(
                certificate: certificate, isPolite: isPolite, ntpAtZero: MonotonicClock.ntpAtZero),
            addresses: addresses, options: options, on: loop, logger: Logger(label: "test"),
            onEvent: { event in
                switch event {
                case .connectionStateChanged(let state): side.states.withLock { $0.append(state) }
                case .localCandidate(let candidate): side.candidates.withLock { $0.append(candidate) }
                case .audio: side.heard()
                default: break
                }
            })
    }

    private func negotiate(_ first: PeerTransport, _ second: PeerTransport) async throws {
        let offer = try await first.perform { peer, now in
            peer.addTransceiver(.audio, direction: .sendrecv)
            return try peer.setLocalDescription(.offer, at: now)
        }
        let answer = try await second.perform { peer, now in
            try peer.setRemoteDescription(.offer, offer, at: now)
            for transceiver in peer.transceivers { peer.setDirection(.sendrecv, index: transceiver.index) }
            return try peer.setLocalDescription(.answer, at: now)
        }
        try await first.perform { peer, now in try peer.setRemoteDescription(.answer, answer, at: now) }
    }

    /// A piece of sound every 20 ms from each, until cancelled.
    private func speak(_ transports: PeerTransport...) -> Task<Void, Never> {
        Task {
            while (try? await Task.sleep(for: .milliseconds(20))) != nil {
                for transport in transports {
                    transport.post { peer, now in
                        peer.sendAudio(
                            mid: "0", payload: [1, 2, 3], sampleCount: 960, captureTime: now, level: 10,
                            voiceActivity: true, at: now)
                    }
                }
            }
        }
    }

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
        let (ann, bob) = (Side(), Side())
        let source = SystemInterfaces(eventLoop: isolated.loop, logger: Logger(label: "test"))
        let one = try await open(ann, on: isolated.loop, addresses: [Self.first], isPolite: false)
        let two = try await open(bob, on: isolated.loop, addresses: [Self.far], isPolite: true)
        let observation = try await isolated.loop.submit {
            source.observe {
                let now = (try? source.addresses(withLoopback: false, allowed: nil)) ?? []
                one.use(now.filter { $0 != Self.far })
            }
        }.get()
        try await negotiate(one, two)
        let speaking = speak(one, two)
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

    /// Nothing can be opened any more while `body` runs.
    private func withoutDescriptors(_ body: () async throws -> Void) async throws {
        let limit = Descriptors.limit
        defer { Descriptors.limit = limit }
        Descriptors.limit = 0
        try await body()
    }

    @Test("a socket that the system has no descriptor for is opened as soon as there is one")
    func socketShortage() async throws {
        let side = Side()
        let transport = try await open(
            side, on: MultiThreadedEventLoopGroup.singleton.next(), addresses: [.v4(0x7F00_0001)], isPolite: false)
        _ = try await transport.perform { peer, now in
            peer.addTransceiver(.audio, direction: .sendrecv)
            return try peer.setLocalDescription(.offer, at: now)
        }
        let isThere = { side.candidates.withLock { $0.contains { $0.candidate.contains("127.0.0.2") } } }
        try await withoutDescriptors {
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
        try await withoutDescriptors {
            try await isolated.loop.submit { observation.withLock { $0 = source.observe(look) } }.get()
            try await Task.sleep(for: .milliseconds(100))
            #expect(seen.withLock { $0.isEmpty })
        }
        try await until("an address") { seen.withLock { $0 == [Self.first] } }
        // They can, and the addresses cannot be looked at.
        try await withoutDescriptors {
            try await isolated.ip("address", "add", "10.78.0.1/32", "dev", "lo")
            try await until("a look in vain") { failures.withLock { $0 > 0 } }
        }
        try await until("both addresses") { seen.withLock { $0 == [Self.first, Self.second] } }
        observation.withLock { $0 = nil }
        try await isolated.group.shutdownGracefully()
    }

    @Test("a host that has slept asks its far side at once")
    func sleeps() async throws {
        let asleep = Mutex(Duration.seconds(100))
        var options = TransportOptions()
        options.timeAsleep = { asleep.withLock { $0 } }
        let (ann, bob) = (Side(), Side())
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let one = try await open(ann, on: loop, addresses: [.v4(0x7F00_0001)], isPolite: false, options: options)
        let two = try await open(bob, on: loop, addresses: [.v4(0x7F00_0001)], isPolite: true)
        try await negotiate(one, two)
        let speaking = speak(one, two)
        try await until("sound") { ann.packets.load(ordering: .relaxed) > 10 }
        let requests = { () async throws -> Int64 in
            try await one.perform { peer, now in
                peer.statistics(at: now).compactMap { record -> Int64? in
                    if case .integer(let count)? = record["consentRequestsSent"] { count } else { nil }
                }.reduce(0, +)
            }
        }
        let before = try await requests()
        asleep.withLock { $0 += .seconds(3600) }
        try await until("a question") { try await requests() > before }
        let states = ann.states.withLock { $0 }
        #expect(!states.contains(.disconnected))
        speaking.cancel()
        await one.close()
        await two.close()
    }

    @Test("only a sleep counts as one, and only once")
    func sleepDetector() {
        var detector = SleepDetector(timeAsleep: .seconds(10))
        // The clocks are read one after the other: a little more, or less, is no sleep.
        let seconds: [Duration] = [
            .seconds(10) + .microseconds(30), .seconds(12), .seconds(12), .seconds(12) - .microseconds(30),
        ]
        #expect(seconds.map { detector.hasSlept($0) } == [false, true, false, false])
    }
}
