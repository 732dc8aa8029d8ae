/// A certificate's hash as it stands in a description (RFC 8122 §5).
package struct DTLSFingerprint: Hashable, Sendable, CustomStringConvertible {
    /// Hash functions that are accepted; SHA-1 and MD5 are not.
    package enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case sha256 = "sha-256"
        case sha384 = "sha-384"
        case sha512 = "sha-512"

        var byteCount: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    package var algorithm: Algorithm
    package var bytes: [UInt8]

    package init(algorithm: Algorithm, bytes: [UInt8]) {
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// `sha-256 AA:BB:...`; letters in either case. Nil for another hash or a wrong length.
    package init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let algorithm = Algorithm(rawValue: parts[0].lowercased()) else { return nil }
        let pairs = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard pairs.count == algorithm.byteCount else { return nil }
        var bytes: [UInt8] = []
        for pair in pairs {
            guard pair.utf8.count == 2, pair.utf8.first != UInt8(ascii: "+"), let byte = UInt8(pair, radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self.init(algorithm: algorithm, bytes: bytes)
    }

    package var description: String {
        let digits = Array("0123456789ABCDEF")
        let pairs = bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }
        return "\(algorithm.rawValue) \(pairs.joined(separator: ":"))"
    }
}
