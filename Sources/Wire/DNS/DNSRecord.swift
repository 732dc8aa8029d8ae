/// A question or a record's head: what is asked for (RFC 1035 §4.1.2, RFC 6762 §18.12).
package struct DNSQuestion: Hashable, Sendable {
    package var name: DomainName
    package var type: UInt16
    /// Whether the answer may come to the asker alone (RFC 6762 §5.4).
    package var wantsUnicast: Bool

    package init(_ name: DomainName, _ type: UInt16, wantsUnicast: Bool = false) {
        self.name = name
        self.type = type
        self.wantsUnicast = wantsUnicast
    }
}

/// A record of the types that services are announced with (RFC 6763), or of another one.
package struct DNSRecord: Hashable, Sendable {
    /// What the record says.
    package enum Value: Hashable, Sendable {
        case address(IPAddress)
        /// PTR (RFC 1035 §3.3.12).
        case pointer(DomainName)
        /// SRV (RFC 2782).
        case service(priority: UInt16, weight: UInt16, port: UInt16, host: DomainName)
        /// TXT (RFC 6763 §6): up to 255 bytes each.
        case text([[UInt8]])
        case other(type: UInt16, [UInt8])
    }

    /// RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 2782; `any` is of questions alone.
    package enum Kind {
        package static let a: UInt16 = 1
        package static let pointer: UInt16 = 12
        package static let text: UInt16 = 16
        package static let aaaa: UInt16 = 28
        package static let service: UInt16 = 33
        package static let any: UInt16 = 255
    }

    /// Strings of one TXT record.
    static let maximumTextCount = 64

    package var name: DomainName
    package var value: Value
    /// Seconds; 0 takes the record back (RFC 6762 §10.1).
    package var timeToLive: UInt32
    /// Whether other records of this name and type are to be forgotten (RFC 6762 §10.2).
    package var isUnique: Bool

    package init(_ name: DomainName, _ value: Value, timeToLive: UInt32, isUnique: Bool) {
        self.name = name
        self.value = value
        self.timeToLive = timeToLive
        self.isUnique = isUnique
    }

    package var type: UInt16 {
        switch value {
        case .address(let address): address.isIPv4 ? Kind.a : Kind.aaaa
        case .pointer: Kind.pointer
        case .service: Kind.service
        case .text: Kind.text
        case .other(let type, _): type
        }
    }

    /// The value as it stands on the wire, names not compressed: what a tie is decided by (RFC 6762 §8.2).
    package var data: [UInt8] {
        var bytes: [UInt8] = []
        switch value {
        case .address(let address): bytes = address.bytes
        case .pointer(let name): name.write(to: &bytes)
        case .service(let priority, let weight, let port, let host):
            for number in [priority, weight, port] { bytes.write(number) }
            host.write(to: &bytes)
        case .text(let texts):
            // One empty string where there is nothing to say (RFC 6763 §6.1).
            for text in texts.isEmpty ? [[]] : texts {
                bytes.append(UInt8(truncatingIfNeeded: min(text.count, 255)))
                bytes += text.prefix(255)
            }
        case .other(_, let data): bytes = data
        }
        return bytes
    }

    func write(to bytes: inout [UInt8]) {
        name.write(to: &bytes)
        bytes.write(type)
        bytes.write(UInt16(isUnique ? 0x8001 : 1))
        bytes.write(timeToLive)
        let data = data
        bytes.write(UInt16(truncatingIfNeeded: data.count))
        bytes += data
    }

    /// Nil for a record of another class than the Internet's.
    static func read(_ reader: inout ByteReader, in message: [UInt8]) throws(WireError) -> DNSRecord? {
        let name = try DomainName.read(&reader, in: message)
        let type = try reader.readUInt16()
        let recordClass = try reader.readUInt16()
        let timeToLive = try reader.readUInt32()
        let data = try reader.readBytes(Int(try reader.readUInt16()))
        guard recordClass & 0x7FFF == 1 else { return nil }
        return DNSRecord(
            name, try value(type, data, in: message), timeToLive: timeToLive, isUnique: recordClass & 0x8000 != 0)
    }

    private static func value(
        _ type: UInt16, _ data: ArraySlice<UInt8>, in message: [UInt8]
    ) throws(WireError) -> Value {
        // The reader of names counts from the message's beginning.
        var reader = ByteReader(message[..<data.endIndex])
        try reader.skip(data.startIndex)
        switch type {
        case Kind.a, Kind.aaaa:
            guard data.count == (type == Kind.a ? 4 : 16), let address = IPAddress(bytes: data) else {
                throw .malformed("DNS address")
            }
            return .address(address)
        case Kind.pointer: return .pointer(try DomainName.read(&reader, in: message))
        case Kind.service:
            let (priority, weight, port) = (
                try reader.readUInt16(), try reader.readUInt16(), try reader.readUInt16()
            )
            return .service(
                priority: priority, weight: weight, port: port, host: try DomainName.read(&reader, in: message))
        case Kind.text:
            var texts: [[UInt8]] = []
            while !reader.isAtEnd {
                guard texts.count < maximumTextCount else { throw .tooMany("DNS texts") }
                texts.append(Array(try reader.readBytes(Int(try reader.readUInt8()))))
            }
            return .text(texts)
        default: return .other(type: type, Array(data))
        }
    }
}
