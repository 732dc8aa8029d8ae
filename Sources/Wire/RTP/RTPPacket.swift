/// One RTP packet (RFC 3550 §5.1) with header extensions of RFC 8285, one- and two-byte forms.
package struct RTPPacket: Hashable, Sendable {
    /// One element of the header extension.
    package struct Extension: Hashable, Sendable {
        /// 1...14 in the one-byte form, 1...255 in the two-byte form.
        package var id: UInt8
        package var data: [UInt8]

        package init(id: UInt8, data: [UInt8]) {
            self.id = id
            self.data = data
        }
    }

    package var marker: Bool
    package var payloadType: UInt8
    package var sequenceNumber: UInt16
    package var timestamp: UInt32
    package var ssrc: UInt32
    package var contributingSources: [UInt32]
    package var extensions: [Extension]
    package var payload: [UInt8]
    /// Bytes after the payload, the last of which says how many (0 for none).
    package var paddingCount: UInt8

    package init(
        marker: Bool = false, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32,
        contributingSources: [UInt32] = [], extensions: [Extension] = [], payload: [UInt8], paddingCount: UInt8 = 0
    ) {
        self.marker = marker
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        self.contributingSources = contributingSources
        self.extensions = extensions
        self.payload = payload
        self.paddingCount = paddingCount
    }

    package subscript(extensionID id: UInt8?) -> [UInt8]? {
        guard let id else { return nil }
        return extensions.first { $0.id == id }?.data
    }
}

extension RTPPacket {
    /// - Throws: `WireError` for anything that is not one whole RTP packet.
    package init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        let first = try reader.readUInt8()
        guard first >> 6 == 2 else { throw .unsupported("RTP version") }
        let second = try reader.readUInt8()
        let sequenceNumber = try reader.readUInt16()
        let timestamp = try reader.readUInt32()
        let ssrc = try reader.readUInt32()
        var sources: [UInt32] = []
        for _ in 0..<Int(first & 0x0F) { sources.append(try reader.readUInt32()) }
        var extensions: [Extension] = []
        if first & 0x10 != 0 { extensions = try Self.readExtensions(&reader) }
        var payload = reader.rest
        var paddingCount: UInt8 = 0
        if first & 0x20 != 0 {
            guard let count = payload.last, count > 0, Int(count) <= payload.count else { throw .malformed("padding") }
            paddingCount = count
            payload = payload.dropLast(Int(count))
        }
        self.init(
            marker: second & 0x80 != 0, payloadType: second & 0x7F, sequenceNumber: sequenceNumber,
            timestamp: timestamp, ssrc: ssrc, contributingSources: sources, extensions: extensions,
            payload: Array(payload), paddingCount: paddingCount)
    }

    private static func readExtensions(_ reader: inout ByteReader) throws(WireError) -> [Extension] {
        let profile = try reader.readUInt16()
        let words = Int(try reader.readUInt16())
        var body = ByteReader(try reader.readBytes(words * 4))
        switch profile {
        case 0xBEDE: return try readOneByteForm(&body)
        case 0x1000...0x100F: return try readTwoByteForm(&body)
        default: return []
        }
    }

    private static func readOneByteForm(_ body: inout ByteReader) throws(WireError) -> [Extension] {
        var found: [Extension] = []
        while !body.isAtEnd {
            let head = try body.readUInt8()
            let id = head >> 4
            if head == 0 { continue }
            // 15 is reserved: stop here (RFC 8285 §4.2). An id of 0 with a length is padding of length 0.
            if id == 15 { break }
            let data = try body.readBytes(Int(head & 0x0F) + 1)
            if id != 0 { found.append(Extension(id: id, data: Array(data))) }
        }
        return found
    }

    private static func readTwoByteForm(_ body: inout ByteReader) throws(WireError) -> [Extension] {
        var found: [Extension] = []
        while !body.isAtEnd {
            let id = try body.readUInt8()
            if id == 0 { continue }
            let count = Int(try body.readUInt8())
            found.append(Extension(id: id, data: Array(try body.readBytes(count))))
        }
        return found
    }

    /// The packet as bytes, with `spare` bytes of capacity left for a trailer.
    package func serialized(spare: Int = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(12 + 4 * contributingSources.count + payload.count + 64 + spare)
        let hasExtensions = !extensions.isEmpty
        let sources = contributingSources.prefix(15)
        bytes.append(
            0x80 | (paddingCount > 0 ? 0x20 : 0) | (hasExtensions ? 0x10 : 0) | UInt8(truncatingIfNeeded: sources.count)
        )
        bytes.append((marker ? 0x80 : 0) | (payloadType & 0x7F))
        bytes.write(sequenceNumber)
        bytes.write(timestamp)
        bytes.write(ssrc)
        for source in sources { bytes.write(source) }
        if hasExtensions { writeExtensions(to: &bytes) }
        bytes.append(contentsOf: payload)
        if paddingCount > 0 {
            bytes.append(contentsOf: repeatElement(0, count: Int(paddingCount) - 1))
            bytes.append(paddingCount)
        }
        return bytes
    }

    private func writeExtensions(to bytes: inout [UInt8]) {
        let fitsOneByte = extensions.allSatisfy { (1...14).contains($0.id) && (1...16).contains($0.data.count) }
        bytes.write(UInt16(fitsOneByte ? 0xBEDE : 0x1000))
        let lengthIndex = bytes.count
        bytes.write(UInt16(0))
        for element in extensions where element.id != 0 && element.data.count <= 255 {
            if fitsOneByte {
                bytes.append(element.id << 4 | UInt8(element.data.count - 1))
            } else {
                bytes.append(element.id)
                bytes.append(UInt8(element.data.count))
            }
            bytes.append(contentsOf: element.data)
        }
        while !(bytes.count - lengthIndex - 2).isMultiple(of: 4) { bytes.append(0) }
        bytes.patch(UInt16(truncatingIfNeeded: (bytes.count - lengthIndex - 2) / 4), at: lengthIndex)
    }
}
