/// The address records of a multicast DNS response (RFC 1035 §4, RFC 6762 §18).
package struct MulticastDNSResponse: Hashable, Sendable {
    /// A name's address, and how long it holds.
    package struct AddressRecord: Hashable, Sendable {
        /// In lower case, without the point at its end.
        package var name: String
        package var address: IPAddress
    }

    /// RFC 6762 §17: no message is longer.
    package static let maximumByteCount = 9000
    /// Records and questions of one message; a response about a whole machine has some ten.
    static let maximumRecordCount = 128

    package let id: UInt16
    package private(set) var addresses: [AddressRecord] = []

    /// Throws unless the datagram is a well-formed response without error. Records of other types, of other classes, and
    /// of a name that is just being given up (§10.1) are left out.
    package init(parsing datagram: [UInt8]) throws(WireError) {
        guard datagram.count <= Self.maximumByteCount else { throw .tooMany("DNS bytes") }
        var reader = ByteReader(datagram)
        id = try reader.readUInt16()
        let flags = try reader.readUInt16()
        // A response, of a plain query, without error (§18.2, §18.3, §18.11).
        guard flags & 0x8000 != 0, flags & 0x7800 == 0, flags & 0xF == 0 else { throw .malformed("DNS flags") }
        let questions = Int(try reader.readUInt16())
        var records = 0
        for _ in 0..<3 { records += Int(try reader.readUInt16()) }
        guard questions + records <= Self.maximumRecordCount else { throw .tooMany("DNS records") }
        for _ in 0..<questions {
            _ = try DNSName.read(&reader, in: datagram)
            try reader.skip(4)
        }
        for _ in 0..<records {
            if let record = try Self.readRecord(&reader, in: datagram) { addresses.append(record) }
        }
    }

    private static func readRecord(
        _ reader: inout ByteReader, in datagram: [UInt8]
    ) throws(WireError) -> AddressRecord? {
        let name = try DNSName.read(&reader, in: datagram)
        let type = try reader.readUInt16()
        // The highest bit only says that older records are to be forgotten (§10.2).
        let isInternet = try reader.readUInt16() & 0x7FFF == 1
        let timeToLive = try reader.readUInt32()
        let value = try reader.readBytes(Int(try reader.readUInt16()))
        guard isInternet, timeToLive > 0, let type = DNSRecordType(rawValue: type) else { return nil }
        guard value.count == (type == .a ? 4 : 16), let address = IPAddress(bytes: value) else {
            throw .malformed("DNS address")
        }
        return AddressRecord(name: name, address: address)
    }
}

/// A domain name as it stands in a message, compressed or not (RFC 1035 §4.1.4).
enum DNSName {
    /// Reads a name as text and leaves the reader behind it. Bytes that are no UTF-8 become the replacement character: such
    /// a name is none that we ask for.
    static func read(_ reader: inout ByteReader, in message: [UInt8]) throws(WireError) -> String {
        try labels(&reader, in: message).map(text).joined(separator: ".")
    }

    static func labels(
        _ reader: inout ByteReader, in message: [UInt8]
    ) throws(WireError) -> [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var byteCount = 1
        /// Behind the first pointer names are read elsewhere; each pointer must lead further to the front, so that there
        /// is an end.
        var limit = reader.offset
        var elsewhere: ByteReader?
        while true {
            var current = elsewhere ?? reader
            let length = try current.readUInt8()
            switch length & 0xC0 {
            case 0:
                let label = try current.readBytes(Int(length))
                store(current, &reader, &elsewhere)
                if length == 0 { return labels }
                byteCount += Int(length) + 1
                guard byteCount <= DomainName.maximumByteCount else { throw .tooMany("DNS name bytes") }
                labels.append(label)
            case 0xC0:
                let target = Int(length & 0x3F) << 8 | Int(try current.readUInt8())
                guard target < limit else { throw .malformed("DNS name pointer") }
                store(current, &reader, &elsewhere)
                limit = target
                elsewhere = ByteReader(message[target...])
            default: throw .malformed("DNS label")
            }
        }
    }

    private static func store(_ current: ByteReader, _ reader: inout ByteReader, _ elsewhere: inout ByteReader?) {
        if elsewhere == nil { reader = current } else { elsewhere = current }
    }

    private static func text(_ label: ArraySlice<UInt8>) -> String {
        // A point inside a label is not one between labels.
        let bytes = label.map { byte in
            switch byte {
            case 0x41...0x5A: byte | 0x20
            case UInt8(ascii: "."): UInt8(ascii: "?")
            default: byte
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
