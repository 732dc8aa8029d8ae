/// The two messages that open a data channel (RFC 8832 §5).
package enum DCEPMessage: Hashable, Sendable {
    /// How hard SCTP tries to deliver.
    package enum Reliability: Hashable, Sendable {
        case reliable
        case retransmissions(UInt32)
        /// Milliseconds.
        case lifetime(UInt32)
    }

    case open(label: String, protocolName: String, isOrdered: Bool, Reliability)
    case acknowledgement

    /// Longer labels and protocol names are refused; W3C allows 65535.
    package static let textCap = 1024

    /// - Throws: `WireError` for anything else than these two.
    package init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        switch try reader.readUInt8() {
        case 0x02: self = .acknowledgement
        case 0x03:
            let type = try reader.readUInt8()
            try reader.skip(2)
            let value = try reader.readUInt32()
            let labelCount = Int(try reader.readUInt16())
            let protocolCount = Int(try reader.readUInt16())
            guard labelCount <= Self.textCap, protocolCount <= Self.textCap else { throw .tooMany("label bytes") }
            let label = String(decoding: try reader.readBytes(labelCount), as: UTF8.self)
            let protocolName = String(decoding: try reader.readBytes(protocolCount), as: UTF8.self)
            let reliability: Reliability
            switch type & 0x7F {
            case 0: reliability = .reliable
            case 1: reliability = .retransmissions(value)
            case 2: reliability = .lifetime(value)
            default: throw .unsupported("channel type")
            }
            self = .open(label: label, protocolName: protocolName, isOrdered: type & 0x80 == 0, reliability)
        default: throw .unsupported("DCEP message")
        }
    }

    package var bytes: [UInt8] {
        guard case .open(let label, let protocolName, let isOrdered, let reliability) = self else { return [0x02] }
        var bytes: [UInt8] = [0x03]
        let (type, value): (UInt8, UInt32) =
            switch reliability {
            case .reliable: (0, 0)
            case .retransmissions(let count): (1, count)
            case .lifetime(let milliseconds): (2, milliseconds)
            }
        bytes.write(type | (isOrdered ? 0 : 0x80))
        bytes.write(UInt16(0))
        bytes.write(value)
        let labelBytes = Array(label.utf8.prefix(Self.textCap))
        let protocolBytes = Array(protocolName.utf8.prefix(Self.textCap))
        bytes.write(UInt16(labelBytes.count))
        bytes.write(UInt16(protocolBytes.count))
        return bytes + labelBytes + protocolBytes
    }
}
