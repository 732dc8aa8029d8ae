import Wire

@testable import RTC

/// A whole call, whose called side is sent whatever the input says: by strangers, and by a caller who has gone mad but has
/// all the keys.
enum PeerTarget {
    private static let certificates = Result {
        try (0..<2).map { try DTLSCertificate.generate(commonName: "\($0)", secondsSince1970: 1_700_000_000) }
    }

    static func run(_ bytes: [UInt8]) {
        guard let call = try? FuzzedCall(certificates.get()) else { preconditionFailure("no call") }
        var input = FuzzInput(bytes)
        while !input.isEmpty {
            let choice = input.byte()
            let piece = input.piece()
            switch choice % 8 {
            case 0: call.deliver(piece)
            case 1: call.deliver(piece, from: TransportAddress(.v4(0x0909_0900 | UInt32(choice)), port: 9))
            case 2: call.deliver(protectedRTP: piece)
            case 3: call.deliver(protectedRTCP: piece)
            case 4: call.deliver(applicationData: piece)
            case 5: call.deliver(signedSTUN: piece)
            case 6:
                try? call.called.addICECandidate(
                    TrickledCandidate(
                        candidate: String(decoding: piece, as: UTF8.self), mid: "0", mLineIndex: 0,
                        usernameFragment: nil),
                    at: call.now)
            default: call.pass(.milliseconds(Int64(piece.count)))
            }
            call.drain()
        }
        precondition(call.called.connectionState != .closed)
        _ = call.called.statistics(at: call.now)
    }
}

/// Two connected peers without a network between them.
final class FuzzedCall {
    let caller: PeerConnection
    let called: PeerConnection
    private(set) var now = Instant.zero
    private let addresses = [
        TransportAddress(.v4(0x0A00_0001), port: 5000), TransportAddress(.v4(0x0A00_0002), port: 5000),
    ]
    /// Nothing of the caller's own reaches the called any more.
    private var isMad = false

    init(_ certificates: [DTLSCertificate]) throws {
        let peers = try (0..<2).map { index in
            try PeerConnection(
                configuration: PeerConnectionConfiguration(
                    certificate: certificates[index], isPolite: index == 1, ntpAtZero: 3_900_000_000 << 32,
                    random: .seeded(UInt64(index))), at: .zero)
        }
        (caller, called) = (peers[0], peers[1])
        for (peer, address) in zip(peers, addresses) {
            peer.addLocalHost(address, at: now)
            peer.endOfLocalHosts(at: now)
        }
        caller.addTransceiver(.audio, direction: .sendrecv)
        caller.addTransceiver(.video, direction: .sendrecv)
        caller.addDataSection()
        try called.setRemoteDescription(.offer, caller.setLocalDescription(.offer, at: now), at: now)
        for transceiver in called.transceivers { called.setDirection(.sendrecv, index: transceiver.index) }
        try caller.setRemoteDescription(.answer, called.setLocalDescription(.answer, at: now), at: now)
        for _ in 0..<200 where caller.connectionState != .connected || called.connectionState != .connected {
            pass(.milliseconds(10))
        }
        precondition(called.connectionState == .connected)
        isMad = true
    }

    func pass(_ duration: Duration) {
        now = now + min(duration, .seconds(2))
        caller.handleTimeout(at: now)
        called.handleTimeout(at: now)
        drain()
    }

    func drain() {
        for _ in 0..<50 {
            var isQuiet = true
            for (index, peer) in [caller, called].enumerated() {
                while let transmit = peer.pollTransmit(at: now) {
                    isQuiet = false
                    // Consent goes on: a call that has lost its way would not look at what comes.
                    if index == 0, isMad, DatagramKind(transmit.bytes) != .stun { continue }
                    [called, caller][index].receive(
                        transmit.bytes, from: addresses[index], to: addresses[1 - index], at: now)
                }
                while peer.pollEvent() != nil {}
            }
            if isQuiet { return }
        }
    }

    func deliver(_ bytes: [UInt8], from source: TransportAddress? = nil) {
        called.receive(bytes, from: source ?? addresses[0], to: addresses[1], at: now)
    }

    func deliver(protectedRTP bytes: [UInt8]) {
        var packet = bytes
        if caller.outboundSRTP?.protectRTP(&packet) == true { deliver(packet) }
    }

    func deliver(protectedRTCP bytes: [UInt8]) {
        var packet = bytes
        if caller.outboundSRTP?.protectRTCP(&packet) == true { deliver(packet) }
    }

    func deliver(applicationData bytes: [UInt8]) {
        caller.dtls?.send(bytes)
        while let record = caller.dtls?.pollTransmit() { deliver(record) }
    }

    /// Attributes behind a header and the right name, before the right signature.
    func deliver(signedSTUN attributes: [UInt8]) {
        let user = Array(
            "\(called.ice.localCredentials.usernameFragment):\(caller.ice.localCredentials.usernameFragment)".utf8)
        var body: [UInt8] = []
        body.write(UInt16(0x0006))
        body.write(UInt16(user.count))
        body += user
        body.pad(toMultipleOf: 4)
        body += attributes.prefix(1000)
        body.pad(toMultipleOf: 4)
        var bytes: [UInt8] = [0, 1]
        bytes.write(UInt16(body.count))
        bytes.write(STUNMessage.magicCookie)
        bytes += [UInt8](repeating: 9, count: 12) + body
        guard let message = try? ReceivedSTUNMessage(parsing: bytes).message else { return deliver(bytes) }
        deliver(message.serialized(integrityKey: called.ice.localCredentials.key))
    }
}
