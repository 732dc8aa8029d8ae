import Wire

/// One allocation on one TURN server (RFC 8656), over one 5-tuple. It does no I/O: after each mutation drain
/// `pollTransmit` and `pollEvent`, then call `handleTimeout` at `nextTimeout`.
///
/// Over UDP call `start` at once; over a stream when `.connect` has been obeyed, with each later connection too.
/// Nothing that the server sends can make it trap or grow beyond `TURNLimits`.
package struct TURNClient: Sendable {
    /// How far the allocation is.
    package enum State: Hashable, Sendable {
        /// Before `start`, between a loss and the next attempt, or waiting for a connection.
        case idle
        case allocating, allocated, failed, closed
    }

    package let server: TURNServer
    package let timing: TURNTiming
    /// Where the server is: as configured, until it sends us elsewhere (RFC 8489 §10).
    package internal(set) var address: TransportAddress
    package internal(set) var state = State.idle
    /// One of each family at most; empty without an allocation.
    package internal(set) var relayed: [TransportAddress] = []
    /// Our address as the server sees it.
    package internal(set) var mapped: TransportAddress?

    var authenticator: TURNAuthenticator
    /// Used once the server refuses the old ones: an allocation belongs to the user who made it (RFC 8656 §5).
    var nextCredentials: TURNCredentials?
    var families: TURNRelayFamilies
    var requests: [TURNRequest] = []
    var permissions: [IPAddress: TURNPermission] = [:]
    var channels: [TransportAddress: TURNChannel] = [:]
    var channelPeers: [UInt16: TransportAddress] = [:]
    var nextChannelNumber = ChannelData.numbers.lowerBound
    /// When the allocation is to be refreshed, and when the server lets it go.
    var refreshAt: Instant?
    var expiresAt = Instant.zero
    var allocatedAt = Instant.zero
    var lastSentAt = Instant.zero
    /// When a lost allocation is tried to be replaced.
    var retryAt: Instant?
    var retries = 0
    var triedAddresses: Set<TransportAddress>
    /// An allocation that the server remembers and we do not has been told to end, once.
    var hasReleasedForgotten = false
    var random: RandomSource
    var transmits: [[UInt8]] = []
    var events: [TURNEvent] = []

    package init(server: TURNServer, timing: TURNTiming = TURNTiming(), random: RandomSource) {
        self.server = server
        self.timing = timing
        self.random = random
        address = server.address
        families = server.families
        triedAddresses = [server.address]
        authenticator = TURNAuthenticator(credentials: server.credentials)
        if server.transport.isStream { events.append(.connect(server.address)) }
    }

    /// The next message for the server, padded as its transport wants it; nil when there is none.
    package mutating func pollTransmit() -> [UInt8]? { transmits.isEmpty ? nil : transmits.removeFirst() }

    /// The next event; nil when there is none.
    package mutating func pollEvent() -> TURNEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// Whether a message is for a TURN client at all: a Binding response of the same server is for ICE.
    package static func isRelaying(_ message: [UInt8]) -> Bool {
        guard let first = message.first, message.count >= 4 else { return false }
        if (0x40...0x4F).contains(first) { return true }
        // Above, it is DTLS or media (RFC 7983 §7).
        guard first <= 3 else { return false }
        return STUNMessageType(wireValue: UInt16(first) << 8 | UInt16(message[1]))?.method != .binding
    }

    /// Takes one datagram, or one whole message of a stream, from the server. A peer's data in it is returned.
    package mutating func receive(_ message: [UInt8], at now: Instant) -> RelayedDatagram? {
        guard state != .closed, state != .failed, let first = message.first else { return nil }
        if (0x40...0x4F).contains(first) { return receiveChannelData(message) }
        guard STUNMessage.isSTUN(message), let received = try? ReceivedSTUNMessage(parsing: message) else { return nil }
        switch received.message.messageClass {
        case .indication: return receiveIndication(received.message)
        case .success, .error: receiveResponse(received, at: now)
        case .request: break
        }
        return nil
    }

    /// Does what is due by `now`; harmless when nothing is.
    package mutating func handleTimeout(at now: Instant) {
        guard state != .closed else { return }
        retransmit(at: now)
        if let retryAt, retryAt <= now { retry(at: now) }
        guard state == .allocated else { return }
        if let refreshAt, refreshAt <= now {
            self.refreshAt = nil
            request(.refresh, at: now)
        }
        refreshPeers(at: now)
        if now >= lastSentAt + timing.keepalive { keepAlive(at: now) }
    }

    /// When `handleTimeout` is to be called next; nil while only input can change anything.
    package var nextTimeout: Instant? {
        guard state != .closed else { return nil }
        var next = earliest(requests.map(\.dueAt).min(), retryAt)
        guard state == .allocated else { return next }
        next = earliest(next, refreshAt)
        next = earliest(next, permissions.values.compactMap(\.dueAt).min())
        next = earliest(next, channels.values.compactMap(\.dueAt).min())
        return earliest(next, lastSentAt + timing.keepalive)
    }

    /// Ends the allocation (RFC 8656 §8): one Refresh with lifetime 0, whose answer nobody waits for.
    package mutating func close(at now: Instant) {
        guard state != .closed else { return }
        requests = []
        // One that is just being made would otherwise stay for as long as it was asked for.
        if state == .allocated || state == .allocating && authenticator.signature != nil { request(.release, at: now) }
        forgetAllocation()
        state = .closed
        retryAt = nil
    }

    /// A Binding indication: a NAT, or a firewall that watches a connection, sees life.
    private mutating func keepAlive(at now: Instant) {
        let message = STUNMessage(.indication, .binding, transaction: STUNTransactionID(using: &random))
        transmit(message.serialized(), at: now)
    }

    mutating func transmit(_ bytes: [UInt8], at now: Instant) {
        lastSentAt = now
        guard transmits.count < TURNLimits.queuedTransmits else { return }
        transmits.append(bytes)
    }

    mutating func emit(_ event: TURNEvent) { events.append(event) }

    /// Requests included: none of them means anything without the allocation.
    mutating func forgetAllocation() {
        requests = []
        relayed = []
        mapped = nil
        permissions = [:]
        channels = [:]
        channelPeers = [:]
        refreshAt = nil
    }
}
