import RTC
import Wire

/// Digits that are the same on both sides of a call, unless somebody sits between the two: for people to read to each
/// other. They stand for both identity keys and both keys of the call's media.
///
/// How many digits: 20, 66 bits. RFC 6189 (ZRTP) makes do with 16 bits by a commitment: each side is bound to its key
/// before it sees the other's. Here the keys are named in offer and answer, so whoever sits in between may choose the one
/// shown to the caller after having seen the called one's answer, and may try as many as the attempt's time allows. The
/// one shown to the called person has to be chosen before, so there is no pair to be looked for among many on both sides.
/// That takes 2^66 hashes within the stream's timeout of at most 300 seconds: two hundred times what 10^5 graphics cards of
/// 10^10 hashes a second do. Keys made in advance do not save the hashes, for half of what is hashed is new in every call.
/// Once a key is pinned, whoever is in between is refused without any digits.
package struct ShortAuthenticationString: Hashable, Sendable, CustomStringConvertible {
    /// The keys of one side.
    package struct Side: Hashable, Sendable {
        /// Of the installation.
        package var identity: DTLSFingerprint
        /// Of this call's media: everything that its description offers, for any of them would be taken.
        package var media: [DTLSFingerprint]

        package init(identity: DTLSFingerprint, media: [DTLSFingerprint]) {
            self.identity = identity
            self.media = media
        }

        fileprivate var text: String {
            ([identity.description] + Set(media.map(\.description)).sorted()).joined(separator: ",")
        }
    }

    /// `0123 4567 8901 2345 6789`
    package let description: String

    /// Nil when a side has named no key.
    package init?(_ one: Side, _ other: Side) {
        guard !one.media.isEmpty, !other.media.isEmpty else { return nil }
        // Sorted, so that it does not matter who called.
        let text = "causerie-sas-1;" + [one.text, other.text].sorted().joined(separator: ";")
        let hash = SHA256.digest(of: text.utf8)
        var digits = ""
        for (place, group) in stride(from: 0, to: 20, by: 4).enumerated() {
            // 32 bits for four digits: which of them come up is even to one part in 10^5.
            let number = hash[group..<group + 4].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 10_000
            let text = String(number)
            digits += (place == 0 ? "" : " ") + String(repeating: "0", count: 4 - text.count) + text
        }
        description = digits
    }
}

extension DTLSFingerprint {
    /// Every key that a session description names (RFC 8122 §5).
    static func all(in description: String) -> [DTLSFingerprint] {
        description.split(whereSeparator: \.isNewline).compactMap { line in
            let prefix = "a=fingerprint:"
            guard line.hasPrefix(prefix) else { return nil }
            return DTLSFingerprint(parsing: line.dropFirst(prefix.count))
        }
    }
}
