/// A one-shot question of multicast DNS (RFC 6762 §5.1): which addresses a name of a browser's candidate stands for.
package struct MulticastDNSQuery: Hashable, Sendable {
    package static let port: UInt16 = 5353
    /// 224.0.0.251 and ff02::fb.
    package static let groups: [IPAddress] = [.v4(0xE000_00FB), .v6(0xFF02_0000_0000_0000, 0xFB)]

    /// In lower case: `11e5d6d1-….local`.
    package let name: String
    /// Comes back in an answer to this query alone (RFC 6762 §6.7); an answer to all has 0.
    package let id: UInt16

    /// Nil for anything but a UUID below `local`, which is what browsers hide addresses behind
    /// (draft-ietf-mmusic-mdns-ice-candidates §3.1.1): a far side is not to have us ask for the names of things in this
    /// network.
    package init?(name: String, id: UInt16) {
        let lower = name.lowercased()
        guard lower.hasSuffix(".local") else { return nil }
        let groups = lower.dropLast(6).split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12],
            groups.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } })
        else { return nil }
        self.name = lower
        self.id = id
    }

    /// For the name of a computer, which the user has written: one label below `local`. Nil for anything else.
    package init?(host: String, id: UInt16) {
        let lower = host.lowercased()
        let labels = lower.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count == 2, labels[1] == "local",
            (1...DomainName.maximumLabelByteCount).contains(labels[0].utf8.count)
        else { return nil }
        name = lower
        self.id = id
    }

    /// One message with two questions: for A and for AAAA.
    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.write(id)
        bytes.write(UInt16(0))
        for count in [2, 0, 0, 0] as [UInt16] { bytes.write(count) }
        for type in [DNSRecordType.a, .aaaa] {
            for label in name.utf8.split(separator: UInt8(ascii: ".")) {
                bytes.write(UInt8(truncatingIfNeeded: label.count))
                bytes += label
            }
            bytes.write(UInt8(0))
            bytes.write(type.rawValue)
            // Class IN.
            bytes.write(UInt16(1))
        }
        return bytes
    }

    /// The addresses that a datagram from `source` gives for the name; none when it is no answer to this query.
    ///
    /// An answer comes from port 5353 (RFC 6762 §6; `port` stands for it in a test), and has our id or none.
    package func addresses(
        in datagram: [UInt8], from source: TransportAddress, port: UInt16 = Self.port
    ) -> [IPAddress] {
        guard source.port == port, let response = try? MulticastDNSResponse(parsing: datagram),
            response.id == id || response.id == 0
        else { return [] }
        var found: [IPAddress] = []
        for record in response.addresses where record.name == name && !found.contains(record.address) {
            found.append(record.address)
        }
        return found
    }
}

/// Of a DNS record (RFC 1035 §3.2.2, RFC 3596 §2.1).
enum DNSRecordType: UInt16 { case a = 1, aaaa = 28 }
