import CSRTP

/// The protection profiles that we speak (RFC 5764 §4.1.2, RFC 7714 §14.2).
package enum SRTPProfile: UInt16, Hashable, Sendable {
    case aes128CMSHA180 = 1
    case aeadAES128GCM = 7

    /// The order in which the DTLS server chooses.
    package static let preferred: [SRTPProfile] = [.aeadAES128GCM, .aes128CMSHA180]

    var keyCount: Int { 16 }
    var saltCount: Int { self == .aeadAES128GCM ? 12 : 14 }
    /// What a packet may grow by: tag, and for RTCP the index.
    var overhead: Int { self == .aeadAES128GCM ? 16 : 10 }

    package var name: String {
        self == .aeadAES128GCM ? "SRTP_AEAD_AES_128_GCM" : "SRTP_AES128_CM_SHA1_80"
    }
}

/// One direction of SRTP and SRTCP by libsrtp2, for all streams of a BUNDLE. For one thread at a time.
package final class SRTPSession {
    /// Whether it takes apart what comes, or protects what goes.
    package enum Direction: Hashable, Sendable { case inbound, outbound }

    /// libsrtp2 keeps a context a sender; beyond this, the one that has been silent for longest gives way.
    package static let senderCap = 64
    /// Senders that gave way and are remembered; a far side that makes up more is not listened to.
    package static let retiredCap = 1024
    /// More than a UDP datagram holds.
    private static let packetCap = 65_535

    // Started by the runtime's once-only rule before the first session.
    private static let isStarted = srtp_init() == srtp_err_status_ok

    private let session: srtp_t
    private let overhead: Int
    /// Inbound senders that have proved themselves, with the number of their latest packet.
    private var senders: [UInt32: UInt64] = [:]
    /// Without its context nothing tells a sender's replays from its packets, so it stays away. A number is never used
    /// for two streams under one key anyway (RFC 3711 §9.1).
    private var retired: Set<UInt32> = []
    private var acceptedCount: UInt64 = 0
    /// Packets that were not what their sender signed.
    package private(set) var authenticationFailures = 0
    /// Packets that came a second time, or of a sender of whom that cannot be told any more.
    package private(set) var replays = 0

    /// - Throws: `CryptographyError` for a key of the wrong length, or when libsrtp2 refuses.
    package init(profile: SRTPProfile, key: [UInt8], salt: [UInt8], direction: Direction) throws(CryptographyError) {
        guard Self.isStarted, key.count == profile.keyCount, salt.count == profile.saltCount else {
            throw CryptographyError(message: "SRTP cannot start")
        }
        var keyAndSalt = key + salt
        var session: srtp_t?
        let status = keyAndSalt.withUnsafeMutableBufferPointer { bytes in
            var policy = srtp_policy_t()
            CSRTP_policy(
                &policy, profile == .aeadAES128GCM ? 1 : 0, direction == .inbound ? 1 : 0, bytes.baseAddress)
            return srtp_create(&session, &policy)
        }
        guard status == srtp_err_status_ok, let session else {
            throw CryptographyError(message: "SRTP refuses the keys (\(status.rawValue))")
        }
        self.session = session
        overhead = profile.overhead
    }

    deinit { srtp_dealloc(session) }

    /// Encrypts and signs in place. False, and the packet must not be sent, when it is malformed.
    package func protectRTP(_ packet: inout [UInt8]) -> Bool {
        packet.count >= 12 && isSendable(packet) && transform(&packet, growth: Int(SRTP_MAX_TRAILER_LEN), srtp_protect)
    }

    /// As `protectRTP`, for RTCP.
    package func protectRTCP(_ packet: inout [UInt8]) -> Bool {
        packet.count >= 8 && isSendable(packet)
            && transform(&packet, growth: Int(SRTP_MAX_TRAILER_LEN) + 4, srtp_protect_rtcp)
    }

    /// Checks and decrypts in place. False for a packet that is forged, repeated, or too short: it must be dropped.
    package func unprotectRTP(_ packet: inout [UInt8]) -> Bool {
        unprotect(&packet, shortest: 12 + overhead, ssrcAt: 8, srtp_unprotect)
    }

    /// As `unprotectRTP`, for RTCP.
    package func unprotectRTCP(_ packet: inout [UInt8]) -> Bool {
        unprotect(&packet, shortest: 8 + 4 + overhead, ssrcAt: 4, srtp_unprotect_rtcp)
    }

    /// Version 2, and within what a datagram can hold.
    private func isSendable(_ packet: [UInt8]) -> Bool { packet[0] >> 6 == 2 && packet.count <= Self.packetCap }

    private typealias Transform = (srtp_t?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> srtp_err_status_t

    private func unprotect(_ packet: inout [UInt8], shortest: Int, ssrcAt index: Int, _ body: Transform) -> Bool {
        guard packet.count >= shortest, packet.count <= Self.packetCap, packet[0] >> 6 == 2 else {
            authenticationFailures += 1
            return false
        }
        let ssrc = packet[index..<index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let isKnown = senders[ssrc] != nil
        guard isKnown || !retired.contains(ssrc) && retired.count < Self.retiredCap else {
            replays += 1
            return false
        }
        guard transform(&packet, growth: 0, body) else { return false }
        acceptedCount &+= 1
        senders[ssrc] = acceptedCount
        if !isKnown, senders.count > Self.senderCap { retireOldest() }
        return true
    }

    private func retireOldest() {
        guard let oldest = senders.min(by: { $0.value < $1.value })?.key else { return }
        senders[oldest] = nil
        retired.insert(oldest)
        srtp_remove_stream(session, oldest.bigEndian)
    }

    private func transform(_ packet: inout [UInt8], growth: Int, _ body: Transform) -> Bool {
        var count = Int32(packet.count)
        if growth > 0 { packet.append(contentsOf: repeatElement(0, count: growth)) }
        let status = packet.withUnsafeMutableBytes { body(session, $0.baseAddress, &count) }
        guard status == srtp_err_status_ok, count >= 0, Int(count) <= packet.count else {
            switch status {
            case srtp_err_status_replay_fail, srtp_err_status_replay_old: replays += 1
            default: authenticationFailures += 1
            }
            return false
        }
        packet.removeLast(packet.count - Int(count))
        return true
    }
}
