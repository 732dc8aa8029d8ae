import Wire

/// Why a text is no URI of a STUN or TURN server.
package enum ICEServerURIError: Error, Hashable, Sendable {
    case tooLong
    /// Something but visible ASCII; names of other alphabets are to be given as the DNS has them.
    case character
    /// None of `stun`, `stuns`, `turn`, `turns`.
    case scheme
    case host
    /// Not a number of 1...65535.
    case port
    /// Anything but `?transport=udp` or `tcp`, on a TURN URI.
    case query
    /// What RFC 7064 and 7065 allow but we do not speak: STUN over TLS, TURN over DTLS.
    case unsupported
}

/// The URI of a STUN server (RFC 7064) or TURN server (RFC 7065), without any credentials: those URIs hold none.
package struct ICEServerURI: Hashable, Sendable, CustomStringConvertible {
    /// What the server is for.
    package enum Kind: Hashable, Sendable {
        case stun
        case turn(TURNTransport)
    }

    package let kind: Kind
    /// A name of the DNS in lower case, or an address; IPv6 without its brackets.
    package let host: String
    package let port: UInt16

    /// Reads a whole URI, strictly: no white space, user, path or fragment. Without a port it is 3478, or 5349 for TLS.
    package init(parsing text: String) throws(ICEServerURIError) {
        guard text.utf8.count <= 320 else { throw .tooLong }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .character }
        guard let colon = text.firstIndex(of: ":") else { throw .scheme }
        let scheme = text[..<colon].lowercased()
        guard ["stun", "stuns", "turn", "turns"].contains(scheme) else { throw .scheme }
        let parts = text[text.index(after: colon)...].split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let kind = try Self.kind(scheme, query: parts.count > 1 ? parts[1] : nil)
        let (host, port) = try Self.parseAuthority(parts[0])
        self.kind = kind
        self.host = host
        self.port = port ?? (kind == .turn(.tls) ? 5349 : 3478)
    }

    /// As configured in full, with port and transport.
    package var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return switch kind {
        case .stun: "stun:\(name):\(port)"
        case .turn(.udp): "turn:\(name):\(port)?transport=udp"
        case .turn(.tcp): "turn:\(name):\(port)?transport=tcp"
        case .turn(.tls): "turns:\(name):\(port)?transport=tcp"
        }
    }

    private static func kind(_ scheme: String, query: Substring?) throws(ICEServerURIError) -> Kind {
        switch (scheme, query?.lowercased()) {
        case ("stun", nil): return .stun
        case ("stuns", nil): throw .unsupported
        case ("turn", nil), ("turn", "transport=udp"): return .turn(.udp)
        case ("turn", "transport=tcp"): return .turn(.tcp)
        case ("turns", nil), ("turns", "transport=tcp"): return .turn(.tls)
        case ("turns", "transport=udp"): throw .unsupported
        default: throw .query
        }
    }

    private static func parseAuthority(
        _ text: Substring
    ) throws(ICEServerURIError) -> (host: String, port: UInt16?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]"),
                let ip = IPAddress(text[text.index(after: text.startIndex)..<end]),
                !ip.isIPv4
            else { throw .host }
            let rest = text[text.index(after: end)...]
            guard !rest.isEmpty else { return (ip.description, nil) }
            guard rest.hasPrefix(":") else { throw .host }
            return (ip.description, try parsePort(rest.dropFirst()))
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let host = parts[0].lowercased()
        guard IPAddress(host) != nil || isName(host) else { throw .host }
        return (host, parts.count > 1 ? try parsePort(parts[1]) : nil)
    }

    private static func parsePort(_ text: Substring) throws(ICEServerURIError) -> UInt16 {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(text), port > 0
        else { throw .port }
        return port
    }

    /// RFC 1123 §2.1: labels of letters, digits and inner hyphens; the last is not all digits, which only a wrong IPv4
    /// address would have.
    private static func isName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...253).contains(text.utf8.count), let last = labels.last else { return false }
        let areLabels = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
                }
        }
        return areLabels && !last.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
