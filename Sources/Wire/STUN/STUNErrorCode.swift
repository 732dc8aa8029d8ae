/// ERROR-CODE (RFC 8489 §14.8).
package struct STUNErrorCode: Hashable, Sendable {
    /// 300...699.
    package var code: Int
    /// For people; at most 763 bytes are written.
    package var reason: String

    package init(_ code: Int, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// RFC 8489 §10: the answer names another server.
    package static let tryAlternate = STUNErrorCode(300, "Try Alternate")
    package static let badRequest = STUNErrorCode(400, "Bad Request")
    package static let unauthenticated = STUNErrorCode(401, "Unauthenticated")
    package static let unknownAttribute = STUNErrorCode(420, "Unknown Attribute")
    package static let staleNonce = STUNErrorCode(438, "Stale Nonce")

    // TURN (RFC 8656 §19).
    package static let forbidden = STUNErrorCode(403, "Forbidden")
    package static let allocationMismatch = STUNErrorCode(437, "Allocation Mismatch")
    package static let addressFamilyNotSupported = STUNErrorCode(440, "Address Family not Supported")
    package static let wrongCredentials = STUNErrorCode(441, "Wrong Credentials")
    package static let unsupportedTransport = STUNErrorCode(442, "Unsupported Transport Protocol")
    package static let peerAddressFamilyMismatch = STUNErrorCode(443, "Peer Address Family Mismatch")
    package static let allocationQuotaReached = STUNErrorCode(486, "Allocation Quota Reached")
    package static let insufficientCapacity = STUNErrorCode(508, "Insufficient Capacity")

    /// RFC 8445 §7.3.1.1.
    package static let roleConflict = STUNErrorCode(487, "Role Conflict")

    init(parsing value: ArraySlice<UInt8>) throws(WireError) {
        var reader = ByteReader(value)
        try reader.skip(2)
        let (hundreds, rest) = (try reader.readUInt8() & 7, try reader.readUInt8())
        guard (3...6).contains(hundreds), rest < 100 else { throw .malformed("STUN error code") }
        guard reader.remaining <= 763 else { throw .tooMany("STUN reason bytes") }
        self.init(Int(hundreds) * 100 + Int(rest), String(decoding: reader.rest, as: UTF8.self))
    }

    func write(to bytes: inout [UInt8]) {
        let code = min(max(code, 300), 699)
        bytes.write(UInt16(0))
        bytes.write(UInt8(code / 100))
        bytes.write(UInt8(code % 100))
        bytes += reason.utf8.prefix(763)
    }
}
