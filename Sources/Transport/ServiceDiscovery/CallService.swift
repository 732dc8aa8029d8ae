import Wire

/// What this program is announced as on a network by DNS-SD (RFC 6763): `NAME._causerie._tcp.local`.
package enum CallService {
    /// `_causerie._tcp`, as other resolvers are asked for it.
    package static let type = "_causerie._tcp"
    /// Characters of a key's identifier: the first 64 bits of the certificate's SHA-256 digest, in lower case.
    package static let keyIdentifierCount = 16

    static let domain = DomainName("local")
    static let typeName = DomainName("_causerie", "_tcp", "local")
    /// Which types there are at all (RFC 6763 §9).
    static let allTypes = DomainName("_services", "_dns-sd", "_udp", "local")

    /// What is said in the TXT record: which form it has, and whose key the calls show.
    package static func text(keyIdentifier: String) -> [String] { ["txtvers=1", "id=\(keyIdentifier)"] }

    /// The key's identifier in a TXT record; nil for another form, and for what is none.
    package static func keyIdentifier(in texts: [[UInt8]]) -> String? {
        var values: [String: String] = [:]
        for text in texts {
            guard let equal = text.firstIndex(of: UInt8(ascii: "=")),
                let value = String(validating: text, as: UTF8.self)
            else { continue }
            // Keys are alike whatever their case, and the first of several counts (RFC 6763 §6.4).
            let key = String(decoding: text[..<equal], as: UTF8.self).lowercased()
            if values[key] == nil { values[key] = String(value.utf8.dropFirst(equal + 1)) }
        }
        guard values["txtvers"] == "1", let id = values["id"]?.lowercased(), isKeyIdentifier(id) else { return nil }
        return id
    }

    /// Whether a text can be the name of a key: strangers announce what they like.
    package static func isKeyIdentifier(_ text: String) -> Bool {
        text.utf8.count == keyIdentifierCount
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// The nearest name that one label takes: up to 63 bytes (RFC 6763 §4.1.1), with room for a number behind it.
    package static func label(_ name: String, number: Int = 1) -> String {
        let end = number > 1 ? " (\(number))" : ""
        var label = String(String.UnicodeScalarView(name.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
        while label.utf8.count + end.utf8.count > DomainName.maximumLabelByteCount { label.removeLast() }
        return label + end
    }
}

/// What we announce.
package struct ServiceAnnouncement: Hashable, Sendable {
    /// The name that people read.
    package var name: String
    package var port: UInt16
    package var keyIdentifier: String

    package init(name: String, port: UInt16, keyIdentifier: String) {
        self.name = name
        self.port = port
        self.keyIdentifier = keyIdentifier
    }
}

/// A service of others, with everything that it takes to call there.
package struct FoundService: Hashable, Sendable {
    /// The name that its owner gave it; as it came.
    package var name: String
    package var keyIdentifier: String
    /// On a network of ours, the best one first.
    package var addresses: [IPAddress]
    package var port: UInt16
}
