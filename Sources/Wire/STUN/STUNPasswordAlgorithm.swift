/// How the key of long-term credentials is made of user name, realm and password (RFC 8489 §18.5).
package struct STUNPasswordAlgorithm: Hashable, Sendable {
    package var number: UInt16
    package var parameters: [UInt8]

    package init(number: UInt16, parameters: [UInt8] = []) {
        self.number = number
        self.parameters = parameters
    }

    package static let md5 = STUNPasswordAlgorithm(number: 1)
    package static let sha256 = STUNPasswordAlgorithm(number: 2)

    /// 16 or 32 bytes; nil for an algorithm that we do not know. The texts are used as they are: the caller has them in
    /// the form that the OpaqueString profile of RFC 8265 asks for.
    package func key(username: String, realm: String, password: String) -> [UInt8]? {
        let text = "\(username):\(realm):\(password)".utf8
        return switch self {
        case .md5: MD5.digest(of: text)
        case .sha256: SHA256.digest(of: text)
        default: nil
        }
    }

    init(reading reader: inout ByteReader) throws(WireError) {
        number = try reader.readUInt16()
        let length = Int(try reader.readUInt16())
        parameters = Array(try reader.readBytes(length))
        // The last one's padding may be that of the attribute, which is not part of its value.
        try reader.skip(min(reader.remaining, (4 - (length & 3)) & 3))
    }

    func write(to bytes: inout [UInt8]) {
        bytes.write(number)
        bytes.write(UInt16(truncatingIfNeeded: parameters.count))
        bytes += parameters
        // Only its own length is padded: what precedes the attribute is a multiple of four already.
        bytes.pad(toMultipleOf: 4)
    }
}

/// Which of the two codes protects a message (RFC 8489 §14.5 and §14.6).
package enum STUNIntegrity: Hashable, Sendable { case sha1, sha256 }
