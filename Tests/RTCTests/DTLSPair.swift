import RTC

/// Two DTLS transports and the wire between them, in virtual time; a test decides what becomes of each datagram.
final class DTLSPair {
    enum End: Hashable, CaseIterable {
        case client, server

        var other: End { self == .client ? .server : .client }
    }

    /// A datagram on the wire.
    struct Datagram {
        var sender: End
        /// The how many-th of this sender it is, from zero.
        var number: Int
        var bytes: [UInt8]
    }

    let client: DTLSTransport
    let server: DTLSTransport
    private(set) var now = Instant.zero
    /// Every datagram that was sent, also those that got lost.
    private(set) var log: [Datagram] = []
    /// One way.
    var delay = Duration.milliseconds(10)
    /// What arrives of a datagram: nothing, itself, or other bytes, each `delay` later than the one before.
    var carry: (Datagram) -> [[UInt8]] = { [$0.bytes] }

    private var inFlight: [(arrival: Instant, receiver: End, bytes: [UInt8])] = []
    private var counts: [End: Int] = [:]

    /// - Parameters:
    ///   - roles: what the two ends think they are; the test of wrong roles gives both the same.
    ///   - expected: what each end was told of the other's certificate; nil for the truth.
    init(
        roles: (DTLSRole, DTLSRole) = (.client, .server), clientExpects: [DTLSFingerprint]? = nil,
        serverExpects: [DTLSFingerprint]? = nil,
        profiles: ([SRTPProfile], [SRTPProfile]) = (SRTPProfile.preferred, SRTPProfile.preferred)
    ) throws {
        let certificates = try Self.certificates.get()
        client = try DTLSTransport(
            certificate: certificates[0], role: roles.0,
            remoteFingerprints: clientExpects ?? [certificates[1].fingerprint], profiles: profiles.0)
        server = try DTLSTransport(
            certificate: certificates[1], role: roles.1,
            remoteFingerprints: serverExpects ?? [certificates[0].fingerprint], profiles: profiles.1)
    }

    /// Client's, server's and a stranger's; made once, for making keys takes longer than a handshake.
    static let certificates = Result {
        try ["client", "server", "stranger"].map {
            try DTLSCertificate.generate(commonName: $0, secondsSince1970: 1_700_000_000)
        }
    }

    subscript(end: End) -> DTLSTransport { end == .client ? client : server }

    var isConnected: Bool { client.state == .connected && server.state == .connected }

    func start() {
        // The server waits before the client speaks, as with an answer that is in force on both sides.
        server.start(at: now)
        client.start(at: now)
        collect()
    }

    /// Handshake on whatever `carry` makes of the wire.
    static func connected(_ pair: DTLSPair) -> DTLSPair {
        pair.start()
        pair.run(for: .seconds(10))
        return pair
    }

    /// Bytes of the test's own for one end, at this instant.
    func inject(_ bytes: [UInt8], into end: End) {
        self[end].receive(bytes, at: now)
        collect()
    }

    func send(_ bytes: [UInt8], from end: End) {
        self[end].send(bytes)
        collect()
    }

    func close(_ end: End) {
        self[end].close()
        collect()
    }

    /// What an end has received since the last call.
    func received(by end: End) -> [[UInt8]] {
        var found: [[UInt8]] = []
        while let bytes = self[end].pollApplicationData() { found.append(bytes) }
        return found
    }

    /// Lets virtual time pass, to the end of `duration` or until `isDone`.
    func run(for duration: Duration, until isDone: (DTLSPair) -> Bool = { _ in false }) {
        let end = now + duration
        while !isDone(self) {
            let timers = earliest(client.nextTimeout, server.nextTimeout)
            guard let next = earliest(inFlight.first?.arrival, timers), next <= end else {
                now = end
                return
            }
            now = max(now, next)
            while let first = inFlight.first, first.arrival <= now {
                inFlight.removeFirst()
                self[first.receiver].receive(first.bytes, at: now)
                collect()
            }
            for transport in [client, server] { transport.handleTimeout(at: now) }
            collect()
        }
    }

    private func collect() {
        for end in End.allCases {
            while let bytes = self[end].pollTransmit() {
                let datagram = Datagram(sender: end, number: counts[end, default: 0], bytes: bytes)
                counts[end, default: 0] += 1
                log.append(datagram)
                for (index, copy) in carry(datagram).enumerated() {
                    let arrival = now + delay * (index + 1)
                    // Of equal arrivals the one sent first comes first.
                    let place = inFlight.firstIndex { $0.arrival > arrival } ?? inFlight.count
                    inFlight.insert((arrival, end.other, copy), at: place)
                }
            }
        }
    }
}
