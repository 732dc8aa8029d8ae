import Wire

/// Whom to call: `host`, `host:port`, `[v6]:port`, or an IPv6 address alone; with `name@` before it, whoever has that name
/// at a server. Nothing is looked up here.
package struct CallAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host name in lower case without the root's point, or an IP address as text.
    package let host: String
    /// 1...65535.
    package let port: Int
    /// Nil for a host name.
    package let literal: IPAddress?
    /// The name at a server; nil where the host itself is called.
    package let person: String?
    /// Whether the port was written, and is not just the usual one.
    package let isPortGiven: Bool

    /// Nil for anything else; white space around the address is allowed.
    package init?(_ text: String) {
        guard text.utf8.count <= 512 else { return nil }
        var trimmed = Self.trim(Substring(text))
        // A name may hold the sign too; a host cannot.
        if let sign = trimmed.lastIndex(of: "@") {
            let name = Self.trim(trimmed[..<sign])
            guard !name.isEmpty, SignalingText.isName(String(name)) else { return nil }
            person = String(name)
            trimmed = trimmed[trimmed.index(after: sign)...]
        } else {
            person = nil
        }
        guard let (host, portText) = Self.split(trimmed) else { return nil }
        var port = person == nil ? ConferenceOptions.defaultPort : ConferenceOptions.defaultServerPort
        isPortGiven = portText != nil
        if let portText {
            guard (1...5).contains(portText.utf8.count), portText.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(portText), (1...65535).contains(number)
            else { return nil }
            port = number
        }
        self.port = port
        if let address = IPAddress(host) {
            guard !address.isUnspecified, !address.isMulticast else { return nil }
            literal = address
            self.host = address.description
        } else {
            guard !trimmed.hasPrefix("["), let name = Self.hostName(host) else { return nil }
            literal = nil
            self.host = name
        }
    }

    /// Whether the port was written or not, it is the same place.
    package static func == (one: CallAddress, other: CallAddress) -> Bool { one.description == other.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }

    /// With the port always said: also the key under which the far side's identity is remembered.
    package var description: String {
        (person.map { $0 + "@" } ?? "") + (literal?.isIPv4 == false ? "[\(host)]:\(port)" : "\(host):\(port)")
    }

    /// Whether the host is written as an IP address, and so nothing has to be looked up.
    package var isLiteral: Bool { literal != nil }

    /// Whether the address can only be this very machine.
    package var isLoopback: Bool { literal?.isLoopback ?? (host == "localhost" || host.hasSuffix(".localhost")) }

    private static func trim(_ text: Substring) -> Substring {
        var rest = text
        while let first = rest.utf8.first, first == 32 || first == 9 { rest = rest.dropFirst() }
        while let last = rest.utf8.last, last == 32 || last == 9 { rest = rest.dropLast() }
        return rest
    }

    private static func split(_ text: Substring) -> (host: Substring, port: Substring?)? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard host.utf8.contains(UInt8(ascii: ":")) else { return nil }
            if rest.isEmpty { return (host, nil) }
            return rest.hasPrefix(":") ? (host, rest.dropFirst()) : nil
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return (text, nil)
        case 2: return (parts[0], parts[1])
        // More than one colon: only an IPv6 address by itself.
        default: return IPAddress(text) == nil ? nil : (text, nil)
        }
    }

    /// RFC 1123 §2.1 names, with the underscore that home networks use; never what looks like a broken IPv4 address.
    private static func hostName(_ text: Substring) -> String? {
        let name = text.hasSuffix(".") ? text.dropLast() : text
        guard (1...253).contains(name.utf8.count) else { return nil }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels {
            guard (1...63).contains(label.utf8.count), label.utf8.allSatisfy(isNameCharacter),
                label.utf8.first != UInt8(ascii: "-"), label.utf8.last != UInt8(ascii: "-")
            else { return nil }
        }
        guard let last = labels.last, !last.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return name.lowercased()
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
