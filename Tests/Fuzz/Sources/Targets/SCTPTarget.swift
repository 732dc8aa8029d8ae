import RTC

/// usrsctp behind a true association: packets with the right tag, ports and checksum, so that the chunks are looked at
/// (RFC 9260 §3). What reaches it in a call is authenticated by DTLS: only the person called can do this.
enum SCTPTarget {
    /// Pieces are chunks; each goes into a packet of its own. After that the association is still there to be asked.
    static func run(_ bytes: [UInt8]) {
        let client = DataChannelTransport(role: .client, remotePort: 5000, maxMessageSize: 262_144)
        let server = DataChannelTransport(role: .server, remotePort: 5000, maxMessageSize: 262_144)
        var now = Instant(microseconds: 1_000_000)
        var header: [UInt8] = []
        client.start(at: now)
        server.start(at: now)
        for _ in 0..<8 {
            while let packet = client.pollTransmit() {
                header = Array(packet.prefix(8))
                server.receive(packet, at: now)
            }
            while let packet = server.pollTransmit() { client.receive(packet, at: now) }
        }
        var input = FuzzInput(bytes)
        while !input.isEmpty {
            now = now + .milliseconds(Int64(input.byte()))
            server.receive(packet(header, input.piece()), at: now)
            server.handleTimeout(at: now)
            while server.pollTransmit() != nil {}
            while server.pollEvent() != nil {}
        }
        client.close(at: now)
        server.close(at: now)
    }

    /// A packet with the checksum that its bytes ask for.
    static func packet(_ header: [UInt8], _ chunks: [UInt8]) -> [UInt8] {
        var packet = header + [0, 0, 0, 0] + chunks
        let sum = CRC32C.checksum(packet)
        for index in 0..<4 where packet.count >= 12 {
            packet[8 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index))
        }
        return packet
    }
}

/// Castagnoli's polynomial (RFC 9260 appendix A).
enum CRC32C {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0x82F6_3B78 }
        }
        return ~sum
    }
}
