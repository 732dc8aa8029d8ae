/// The value of MAPPED-ADDRESS and its kin: family, port, address (RFC 8489 §14.1), masked where a NAT that rewrites
/// addresses in payloads must not recognise them (§14.2).
package enum STUNAddress {
    /// `mask` is the message's transaction for the XOR- forms, nil for the plain one.
    static func parse(_ value: ArraySlice<UInt8>, mask: STUNTransactionID?) throws(WireError) -> TransportAddress {
        var reader = ByteReader(value)
        try reader.skip(1)
        let family = try reader.readUInt8()
        let port = try reader.readUInt16()
        guard value.count == (family == 1 ? 8 : family == 2 ? 20 : 0) else { throw .malformed("STUN address family") }
        let masked = masked(reader.rest, by: mask)
        guard let ip = IPAddress(bytes: masked) else { throw .malformed("STUN address") }
        return TransportAddress(ip, port: mask == nil ? port : port ^ STUNMessage.magicCookieHigh)
    }

    static func write(_ address: TransportAddress, mask: STUNTransactionID?, to bytes: inout [UInt8]) {
        bytes.write(UInt8(0))
        bytes.write(UInt8(address.ip.isIPv4 ? 1 : 2))
        bytes.write(mask == nil ? address.port : address.port ^ STUNMessage.magicCookieHigh)
        bytes += masked(address.ip.bytes[...], by: mask)
    }

    private static func masked(_ bytes: ArraySlice<UInt8>, by transaction: STUNTransactionID?) -> [UInt8] {
        guard let transaction else { return Array(bytes) }
        var mask: [UInt8] = []
        mask.write(STUNMessage.magicCookie)
        mask += transaction.bytes
        return zip(bytes, mask).map { $0 ^ $1 }
    }
}
