/// A message of multicast DNS as a whole (RFC 1035 §4, RFC 6762 §18): a query or a response.
package struct DNSMessage: Hashable, Sendable {
    package var id: UInt16
    package var isResponse: Bool
    package var questions: [DNSQuestion] = []
    package var answers: [DNSRecord] = []
    /// In a query: what the asker is about to claim (RFC 6762 §8.2).
    package var authorities: [DNSRecord] = []
    package var additionals: [DNSRecord] = []

    package init(id: UInt16 = 0, isResponse: Bool) {
        self.id = id
        self.isResponse = isResponse
    }

    /// Throws for anything that is not well formed, is an error or another operation, or holds more than
    /// `MulticastDNSResponse` takes. Records of other classes are left out.
    package init(parsing datagram: [UInt8]) throws(WireError) {
        guard datagram.count <= MulticastDNSResponse.maximumByteCount else { throw .tooMany("DNS bytes") }
        var reader = ByteReader(datagram)
        id = try reader.readUInt16()
        let flags = try reader.readUInt16()
        guard flags & 0x7800 == 0, flags & 0xF == 0 else { throw .malformed("DNS flags") }
        isResponse = flags & 0x8000 != 0
        var counts: [Int] = []
        for _ in 0..<4 { counts.append(Int(try reader.readUInt16())) }
        guard counts.reduce(0, +) <= MulticastDNSResponse.maximumRecordCount else { throw .tooMany("DNS records") }
        for _ in 0..<counts[0] {
            let name = try DomainName.read(&reader, in: datagram)
            let type = try reader.readUInt16()
            let questionClass = try reader.readUInt16()
            guard questionClass & 0x7FFF == 1 || questionClass & 0x7FFF == 255 else { continue }
            questions.append(DNSQuestion(name, type, wantsUnicast: questionClass & 0x8000 != 0))
        }
        answers = try Self.records(counts[1], &reader, in: datagram)
        authorities = try Self.records(counts[2], &reader, in: datagram)
        additionals = try Self.records(counts[3], &reader, in: datagram)
    }

    private static func records(
        _ count: Int, _ reader: inout ByteReader, in datagram: [UInt8]
    ) throws(WireError) -> [DNSRecord] {
        var records: [DNSRecord] = []
        for _ in 0..<count {
            if let record = try DNSRecord.read(&reader, in: datagram) { records.append(record) }
        }
        return records
    }

    /// The message on the wire, its names uncompressed.
    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.write(id)
        // A response is authoritative (RFC 6762 §18.4).
        bytes.write(UInt16(isResponse ? 0x8400 : 0))
        for count in [questions.count, answers.count, authorities.count, additionals.count] {
            bytes.write(UInt16(truncatingIfNeeded: count))
        }
        for question in questions {
            question.name.write(to: &bytes)
            bytes.write(question.type)
            bytes.write(UInt16(question.wantsUnicast ? 0x8001 : 1))
        }
        for record in answers + authorities + additionals { record.write(to: &bytes) }
        return bytes
    }
}
