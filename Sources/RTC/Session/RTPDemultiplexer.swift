import Wire

/// Finds the media section of a received packet (RFC 9143 §9.2; webrtc.md M7).
///
/// A packet that names a mid goes there, and so do later ones of its SSRC. Then known SSRCs count, then those in the
/// far side's SDP, then a payload type that only one section has. What is left is dropped.
struct RTPDemultiplexer: Sendable {
    /// SSRCs remembered at most; a peer that makes up more has its oldest forgotten.
    static let maximumSourceCount = 64
    /// After a source was replaced, stragglers of the old one are dropped for this long.
    private static let retirement = Duration.seconds(2)

    private var sections: [UInt32: Int] = [:]
    private var order: [UInt32] = []
    private var retired: [(ssrc: UInt32, until: Instant)] = []

    /// The identifier of the section, or nil.
    mutating func section(for packet: RTPPacket, in all: [MediaSection], at now: Instant) -> Int? {
        if retired.contains(where: { $0.ssrc == packet.ssrc && $0.until > now }) { return nil }
        let known = sections[packet.ssrc]
        if let named = Self.namedSection(packet, in: all) {
            if named != known { learn(packet.ssrc, section: named) }
            return named
        }
        if let known { return known }
        let found =
            all.first { $0.media.remoteSSRC == packet.ssrc || $0.media.remoteRTXSSRC == packet.ssrc }
            ?? Self.onlySection(with: packet.payloadType, in: all)
        guard let found else { return nil }
        learn(packet.ssrc, section: found.identifier)
        return found.identifier
    }

    /// Forgets a source that said BYE or was replaced, and drops its stragglers.
    mutating func retire(_ ssrc: UInt32, at now: Instant) {
        forget(ssrc)
        retired.removeAll { $0.until <= now }
        if retired.count >= 8 { retired.removeFirst() }
        retired.append((ssrc, now + Self.retirement))
    }

    /// Forgets all sources of a section that is gone.
    mutating func forgetSection(_ identifier: Int) {
        for ssrc in order where sections[ssrc] == identifier { forget(ssrc) }
    }

    private mutating func forget(_ ssrc: UInt32) {
        sections[ssrc] = nil
        order.removeAll { $0 == ssrc }
    }

    private mutating func learn(_ ssrc: UInt32, section: Int) {
        if sections[ssrc] == nil {
            if order.count >= Self.maximumSourceCount, let oldest = order.first { forget(oldest) }
            order.append(ssrc)
        }
        sections[ssrc] = section
    }

    private static func namedSection(_ packet: RTPPacket, in all: [MediaSection]) -> Int? {
        for section in all {
            guard let id = section.media.extensions.mid, let name = packet.extensions[id] else { continue }
            if name.elementsEqual(section.mid.utf8) { return section.identifier }
        }
        return nil
    }

    private static func onlySection(with payloadType: UInt8, in all: [MediaSection]) -> MediaSection? {
        var found: MediaSection?
        for section in all where section.codec(payloadType: payloadType) != nil {
            if found != nil { return nil }
            found = section
        }
        return found
    }
}
