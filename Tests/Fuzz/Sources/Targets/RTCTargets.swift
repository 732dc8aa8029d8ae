import Wire

@testable import RTC

/// State machines of the module RTC, each by itself: what comes is not protected by anything.
enum RTCTargets {
    private static let fingerprint = DTLSFingerprint(
        algorithm: .sha256, bytes: [UInt8](repeating: 7, count: 32)
    ).description

    private static func jsep(_ seed: UInt64) -> JSEPSession {
        JSEPSession(random: .seeded(seed), fingerprint: fingerprint, cname: "fuzz")
    }

    /// The first byte says whether the rest is an offer, an answer to ours, or a second offer.
    static func description(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let kind = input.byte()
        let text = String(decoding: input.remainder(), as: UTF8.self)
        var session = jsep(1)
        if kind & 1 != 0 {
            session.addTransceiver(.audio, direction: .sendrecv)
            session.addTransceiver(.video, direction: .sendrecv)
            session.addDataSection()
        }
        func offer() -> String? {
            try? session.createOffer(
                usernameFragment: "offr", password: "passwordpasswordpassword", candidates: [], endOfCandidates: false)
        }
        func answer() {
            _ = try? session.createAnswer(
                usernameFragment: "answ", password: "passwordpasswordpassword", candidates: [], endOfCandidates: false)
        }
        if kind & 2 != 0 {
            _ = offer()
            try? session.setRemote(.answer, text)
        } else {
            try? session.setRemote(.offer, text)
            answer()
            if kind & 4 != 0 {
                try? session.setRemote(.offer, text + "a=x\r\n")
                answer()
            }
        }
        precondition(session.transceivers.count <= 260)
        if let negotiated = session.negotiated { receive(negotiated) }
        if let remote = session.remoteTransport {
            for candidate in remote.candidates { _ = try? ICECandidate(parsing: candidate) }
        }
        if session.signalingState == .stable, let again = offer() {
            precondition((try? SessionDescription(parsing: again)) != nil || again.utf8.count > 200_000)
        }
    }

    /// Whatever was agreed on, media must be able to run on it.
    private static func receive(_ negotiated: NegotiatedSession) {
        var rtp = RTPSession(cname: "fuzz", random: .seeded(3), ntpOffset: 3_900_000_000 << 32)
        rtp.configure(negotiated.media, at: .zero)
        rtp.transportReady(at: .zero)
        rtp.receiveRTP([0x80, 111] + [UInt8](repeating: 1, count: 20), at: .zero)
        while rtp.pollPacket(at: .zero) != nil {}
    }

    /// Sound and picture, and pieces of RTP and RTCP in turn as the choices say.
    static func session(_ bytes: [UInt8]) {
        var rtp = RTPSession(cname: "fuzz", random: .seeded(3), ntpOffset: 3_900_000_000 << 32)
        rtp.configure(MediaSections.all, at: .zero)
        rtp.transportReady(at: .zero)
        var input = FuzzInput(bytes)
        var now = Instant.zero
        while !input.isEmpty {
            let choice = input.byte()
            now = now + .milliseconds(Int64(choice & 0x7F) * Int64(choice & 0x7F))
            let piece = input.piece()
            if choice & 0x80 == 0 { rtp.receiveRTP(piece, at: now) } else { rtp.receiveRTCP(piece, at: now) }
            if let due = rtp.nextTimeout, due <= now { rtp.handleTimeout(at: now) }
            rtp.sendVideo(
                mid: "v", frame: [UInt8](repeating: choice, count: 1200), isKeyFrame: choice & 1 != 0, captureTime: now,
                at: now)
            while rtp.pollPacket(at: now) != nil {}
            while rtp.pollEvent() != nil {}
        }
        _ = rtp.statistics(at: now)
    }

    /// A server that says anything at all. A piece with a choice of 1 is completed to an answer to the last question.
    static func turn(_ bytes: [UInt8]) {
        let server = TURNServer(
            address: TransportAddress(.v4(0x0808_0808), port: 3478), transport: .udp,
            credentials: TURNCredentials(username: "ann", password: "secret"))
        let peer = TransportAddress(.v4(0xC633_6407), port: 6000)
        var client = TURNClient(server: server, random: .seeded(5))
        var (input, now, last) = (FuzzInput(bytes), Instant.zero, [UInt8]())
        client.start(at: now)
        while !input.isEmpty {
            while let sent = client.pollTransmit() { if sent.count >= 20 { last = sent } }
            while client.pollEvent() != nil {}
            let choice = input.byte()
            var piece = input.piece()
            if choice & 1 != 0, last.count >= 20 {
                // The question's method, cookie and transaction; success or error.
                let type = [last[0] | 1, last[1] | (choice & 2 == 0 ? 0 : 0x10)]
                let count = UInt16(truncatingIfNeeded: piece.count & ~3)
                piece = type + [UInt8(count >> 8), UInt8(count & 0xFF)] + last[4..<20] + piece.prefix(Int(count))
                if choice & 4 != 0, let message = try? ReceivedSTUNMessage(parsing: piece).message {
                    piece = message.serialized(
                        integrityKey: STUNPasswordAlgorithm.md5.key(username: "ann", realm: "r", password: "secret"))
                }
            }
            _ = client.receive(piece, at: now)
            if choice & 8 != 0 { client.send([1, 2, 3], to: peer, at: now) }
            if choice & 16 != 0, let next = client.nextTimeout {
                now = max(now, next)
                client.handleTimeout(at: now)
            }
        }
        var count = 0
        while client.pollTransmit() != nil { count += 1 }
        precondition(count <= 512)
    }
}
