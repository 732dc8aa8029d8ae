/// Builds the packets that would have carried what a relay saw: Ethernet, IP, TCP or UDP, with checksums.
struct PacketBuilder: Sendable {
    /// The flags of TCP used here.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        static let fin = Flags(rawValue: 1)
        static let syn = Flags(rawValue: 2)
        static let reset = Flags(rawValue: 4)
        static let push = Flags(rawValue: 8)
        static let ack = Flags(rawValue: 16)
    }

    /// Numeric addresses in one family: IPv4 becomes `::ffff:…` beside IPv6, and a name `0.0.0.0`.
    private let source: [UInt8]
    private let target: [UInt8]
    private let sourcePort: UInt16
    private let targetPort: UInt16

    init(from source: SocketEndpoint, to target: SocketEndpoint) {
        var pair = [source, target].map { Self.address($0.host) }
        if pair[0].count != pair[1].count { pair = pair.map(Self.widened) }
        self.source = pair[0]
        self.target = pair[1]
        sourcePort = UInt16(truncatingIfNeeded: source.port)
        targetPort = UInt16(truncatingIfNeeded: target.port)
    }

    /// A frame with a TCP segment.
    func segment(sequence: UInt32, acknowledged: UInt32, flags: Flags, payload: ArraySlice<UInt8> = []) -> [UInt8] {
        var segment = sourcePort.bytes + targetPort.bytes + sequence.bytes + acknowledged.bytes
        // Five words of header, the widest window, no checksum yet, no urgent data.
        segment += [0x50, flags.rawValue] + UInt16.max.bytes + [0, 0, 0, 0]
        segment += payload
        let sum = Self.checksum(pseudoHeader(number: 6, length: segment.count) + segment).bytes
        segment.replaceSubrange(16..<18, with: sum)
        return frame(number: 6, payload: segment)
    }

    /// A frame with a UDP datagram.
    func datagram(_ payload: [UInt8]) -> [UInt8] {
        var datagram = sourcePort.bytes + targetPort.bytes + UInt16(clamping: payload.count + 8).bytes
        datagram += [0, 0] + payload
        let sum = Self.checksum(pseudoHeader(number: 17, length: datagram.count) + datagram)
        // Zero would mean "none" (RFC 768).
        datagram.replaceSubrange(6..<8, with: (sum == 0 ? UInt16.max : sum).bytes)
        return frame(number: 17, payload: datagram)
    }

    private func frame(number: UInt8, payload: [UInt8]) -> [UInt8] {
        // Locally administered hardware addresses, of nobody.
        let ethernet: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
        guard source.count == 4 else {
            let head: [UInt8] = [0x60, 0, 0, 0] + UInt16(clamping: payload.count).bytes + [number, 64]
            return ethernet + [0x86, 0xDD] + head + source + target + payload
        }
        var head: [UInt8] = [0x45, 0] + UInt16(clamping: payload.count + 20).bytes
        head += [0, 0, 0x40, 0, 64, number, 0, 0] + source + target
        head.replaceSubrange(10..<12, with: Self.checksum(head).bytes)
        return ethernet + [0x08, 0x00] + head + payload
    }

    private func pseudoHeader(number: UInt8, length: Int) -> [UInt8] {
        source.count == 4
            ? source + target + [0, number] + UInt16(clamping: length).bytes
            : source + target + UInt32(clamping: length).bytes + [0, 0, 0, number]
    }

    /// The Internet checksum (RFC 1071).
    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let low = index + 1 < bytes.count ? bytes[index + 1] : 0
            sum += UInt32(bytes[index]) << 8 | UInt32(low)
        }
        while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
        return ~UInt16(sum)
    }

    private static func address(_ host: String) -> [UInt8] {
        switch NumericAddress(host) {
        case .v4(let bytes), .v6(let bytes): bytes
        case nil: [0, 0, 0, 0]
        }
    }

    private static func widened(_ address: [UInt8]) -> [UInt8] {
        address.count == 16 ? address : [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + address
    }
}

extension FixedWidthInteger {
    /// In network order.
    fileprivate var bytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
