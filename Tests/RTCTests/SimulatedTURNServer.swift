import RTC
import TestSupport
import Wire

/// A TURN server written to RFC 8656, in virtual time, for as much of it as our client uses. It answers STUN as well.
final class SimulatedTURNServer {
    /// The other end of a 5-tuple: a UDP address, or a connection of one of two sides.
    enum Client: Hashable {
        case datagrams(TransportAddress)
        case stream(side: Int, TURNConnectionID)
    }

    struct Allocation {
        var username: String
        var relayed: [TransportAddress]
        var expiresAt: Instant
        var permissions: [IPAddress: Instant] = [:]
        var channels: [UInt16: (peer: TransportAddress, expiresAt: Instant)] = [:]
        /// The request that made it: its repetition earns the same answer.
        var transaction: STUNTransactionID
        var answer: [UInt8]
    }

    enum Output {
        case toClient(Client, [UInt8])
        case toPeer([UInt8], from: TransportAddress, to: TransportAddress)
    }

    let address: TransportAddress
    var users = ["ann": "secret", "bob": "hidden"]
    var realm = "example.org"
    /// Offers SHA-256 and asks for hashed user names, as RFC 8489 has it.
    var isModern = false
    var relaysIPv6 = false
    /// The first question is answered by 300 to here.
    var alternate: TransportAddress?
    /// Every Allocate request that is authentic is refused so.
    var refusal: STUNErrorCode?
    var longestLifetime: Int64 = 600
    var isUp = true
    var refusesPeers = false
    /// How it refuses what is asked of an allocation that it does not know, but for a refresh.
    var absence = STUNErrorCode.allocationMismatch
    private(set) var allocations: [Client: Allocation] = [:]
    /// Requests that were let in, by method.
    private(set) var counts: [STUNMethod: Int] = [:]
    private(set) var channelDataCount = 0
    private(set) var sendCount = 0
    private(set) var errors: [Int: Int] = [:]
    private var nonceCount = 1
    private var nextPort: UInt16 = 50_000
    private var random = RandomSource.seeded(8656)
    private var outputs: [Output] = []

    init(_ address: TransportAddress) { self.address = address }

    func poll() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

    /// Everything is forgotten, nonces too.
    func restart() {
        allocations = [:]
        nonceCount += 1
    }

    func makeNoncesStale() { nonceCount += 1 }

    func disconnect(_ client: Client) { allocations[client] = nil }

    private var nonce: [UInt8] { Array("\(isModern ? "obMatJos2wAAA" : "")nonce\(nonceCount)".utf8) }

    func receive(_ bytes: [UInt8], from client: Client, at now: Instant) {
        guard isUp else { return }
        allocations = allocations.filter { $0.value.expiresAt > now }
        if let channel = try? ChannelData(parsing: bytes) {
            guard let bound = allocations[client]?.channels[channel.number], bound.expiresAt > now else { return }
            channelDataCount += 1
            return relay(channel.data, to: bound.peer, of: client, at: now)
        }
        guard let received = try? ReceivedSTUNMessage(parsing: bytes) else { return }
        let message = received.message
        switch (message.messageClass, message.method) {
        case (.request, .binding):
            guard case .datagrams(let source) = client else { return }
            succeed(message, [.xorMappedAddress(source)], key: nil, to: client)
        case (.indication, .send):
            guard let peer = message.peerAddress, let data = message.data else { return }
            sendCount += 1
            relay(data, to: peer, of: client, at: now)
        case (.request, _): authenticate(received, from: client, at: now)
        default: break
        }
    }

    /// A peer's datagram has come to a relayed address.
    func receiveRelayed(_ bytes: [UInt8], from peer: TransportAddress, to relayed: TransportAddress, at now: Instant) {
        guard isUp, let (client, allocation) = allocations.first(where: { $0.value.relayed.contains(relayed) }),
            let permission = allocation.permissions[peer.ip], permission > now
        else { return }
        if let (number, _) = allocation.channels.first(where: { $0.value.peer == peer && $0.value.expiresAt > now }) {
            let message = ChannelData(number: number, data: bytes)
            return outputs.append(.toClient(client, message.serialized(padded: isStream(client))))
        }
        let message = STUNMessage(
            .indication, .data, transaction: STUNTransactionID(using: &random),
            attributes: [.xorPeerAddress(peer), .data(bytes)])
        outputs.append(.toClient(client, message.serialized(withFingerprint: false)))
    }

    private func isStream(_ client: Client) -> Bool { if case .stream = client { true } else { false } }

    private func relay(_ data: [UInt8], to peer: TransportAddress, of client: Client, at now: Instant) {
        guard let allocation = allocations[client], let permission = allocation.permissions[peer.ip], permission > now,
            let relayed = allocation.relayed.first(where: { $0.ip.isIPv4 == peer.ip.isIPv4 })
        else { return }
        outputs.append(.toPeer(data, from: relayed, to: peer))
    }

    private func authenticate(_ received: ReceivedSTUNMessage, from client: Client, at now: Instant) {
        let message = received.message
        if let alternate, message.method == .allocate {
            return refuse(message, .tryAlternate, [.alternateServer(alternate)], to: client)
        }
        let challenge: [STUNAttribute] =
            [.realm(realm), .nonce(nonce)] + (isModern ? [.passwordAlgorithms([.sha256, .md5])] : [])
        let hash = message.attributes.compactMap { if case .userhash(let hash) = $0 { hash } else { nil } }.first
        let named = users.first { user in
            hash.map { $0 == SHA256.digest(of: "\(user.key):\(realm)".utf8) }
                ?? (message.username == Array(user.key.utf8))
        }
        let algorithm = isModern ? STUNPasswordAlgorithm.sha256 : .md5
        guard let named, (hash != nil) == isModern,
            let key = algorithm.key(username: named.key, realm: realm, password: named.value),
            received.isAuthentic(key: key, integrity: isModern ? .sha256 : .sha1)
        else { return refuse(message, .unauthenticated, challenge, to: client) }
        guard message.nonce == nonce else { return refuse(message, .staleNonce, challenge, to: client) }
        counts[message.method, default: 0] += 1
        if let allocation = allocations[client], allocation.username != named.key {
            return refuse(message, .wrongCredentials, to: client)
        }
        switch message.method {
        case .allocate: allocate(message, user: named.key, key: key, for: client, at: now)
        case .refresh: refresh(message, key: key, for: client, at: now)
        case .createPermission: permit(message, key: key, for: client, at: now)
        case .channelBind: bind(message, key: key, for: client, at: now)
        default: refuse(message, .badRequest, to: client)
        }
    }

    private func allocate(_ message: STUNMessage, user: String, key: [UInt8], for client: Client, at now: Instant) {
        if let refusal { return refuse(message, refusal, to: client) }
        if let existing = allocations[client] {
            guard existing.transaction == message.transaction else {
                return refuse(message, .allocationMismatch, to: client)
            }
            return outputs.append(.toClient(client, existing.answer))
        }
        let wantsIPv6 = message.requestedAddressFamily == .ipv6
        let wantsBoth = message.attributes.contains(.additionalAddressFamily(.ipv6))
        if wantsIPv6, !relaysIPv6 { return refuse(message, .addressFamilyNotSupported, to: client) }
        nextPort += 1
        let v4 = TransportAddress(address.ip, port: nextPort)
        let v6 = TransportAddress(.v6(0x2001_0DB8_0000_0000, 1), port: nextPort)
        let relayed = wantsIPv6 ? [v6] : wantsBoth && relaysIPv6 ? [v4, v6] : [v4]
        var attributes: [STUNAttribute] = relayed.map { .xorRelayedAddress($0) }
        if wantsBoth, !relaysIPv6 { attributes.append(.addressErrorCode(.ipv6, .addressFamilyNotSupported)) }
        if case .datagrams(let source) = client { attributes.append(.xorMappedAddress(source)) }
        attributes.append(.lifetime(UInt32(longestLifetime)))
        let answer = STUNMessage(.success, .allocate, transaction: message.transaction, attributes: attributes)
        let bytes = serialize(answer, key: key)
        allocations[client] = Allocation(
            username: user, relayed: relayed, expiresAt: now + .seconds(longestLifetime),
            transaction: message.transaction, answer: bytes)
        outputs.append(.toClient(client, bytes))
    }

    private func refresh(_ message: STUNMessage, key: [UInt8], for client: Client, at now: Instant) {
        guard allocations[client] != nil else { return refuse(message, .allocationMismatch, to: client) }
        let lifetime = min(Int64(message.lifetime ?? 600), longestLifetime)
        if lifetime == 0 {
            allocations[client] = nil
        } else {
            allocations[client]?.expiresAt = now + .seconds(lifetime)
        }
        succeed(message, [.lifetime(UInt32(lifetime))], key: key, to: client)
    }

    private func permit(_ message: STUNMessage, key: [UInt8], for client: Client, at now: Instant) {
        guard allocations[client] != nil else { return refuse(message, absence, to: client) }
        if refusesPeers { return refuse(message, .badRequest, to: client) }
        for peer in message.peerAddresses { allocations[client]?.permissions[peer.ip] = now + .seconds(300) }
        succeed(message, [], key: key, to: client)
    }

    private func bind(_ message: STUNMessage, key: [UInt8], for client: Client, at now: Instant) {
        guard let allocation = allocations[client] else { return refuse(message, absence, to: client) }
        guard let number = message.channelNumber, let peer = message.peerAddress, ChannelData.numbers.contains(number)
        else { return refuse(message, .badRequest, to: client) }
        // Neither may be bound to another (RFC 8656 §12.2).
        let isTaken = allocation.channels.contains { ($0.key == number) != ($0.value.peer == peer) }
        guard !isTaken else { return refuse(message, .badRequest, to: client) }
        allocations[client]?.channels[number] = (peer, now + .seconds(600))
        allocations[client]?.permissions[peer.ip] = now + .seconds(300)
        succeed(message, [], key: key, to: client)
    }

    private func succeed(_ message: STUNMessage, _ attributes: [STUNAttribute], key: [UInt8]?, to client: Client) {
        let answer = STUNMessage(.success, message.method, transaction: message.transaction, attributes: attributes)
        outputs.append(.toClient(client, serialize(answer, key: key)))
    }

    private func serialize(_ message: STUNMessage, key: [UInt8]?) -> [UInt8] {
        message.serialized(integrityKey: key, integrity: isModern ? .sha256 : .sha1)
    }

    private func refuse(
        _ message: STUNMessage, _ error: STUNErrorCode, _ more: [STUNAttribute] = [], to client: Client
    ) {
        errors[error.code, default: 0] += 1
        let answer = STUNMessage(
            .error, message.method, transaction: message.transaction, attributes: [.errorCode(error)] + more)
        outputs.append(.toClient(client, answer.serialized()))
    }
}
