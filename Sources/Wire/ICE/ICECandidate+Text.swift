/// The `candidate` attribute, read strictly (RFC 8839 §5.1) and written.
extension ICECandidate {
    /// Longer is refused; browsers' stay below 200 bytes.
    package static let maximumByteCount = 512

    /// Reads `candidate:...`, with or without that prefix and `a=`. Unknown extension pairs are skipped. Refused: anything
    /// but visible ASCII and single spaces (so no CR or LF), priority 0, port 0, TCP without its type, names that are
    /// not multicast DNS. An empty text, which says "no more candidates", is refused too: the caller looks first.
    package init(parsing text: some StringProtocol) throws(WireError) {
        guard text.utf8.count <= Self.maximumByteCount else { throw .tooMany("candidate bytes") }
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw .malformed("candidate character") }
        var rest = Substring(text)
        for prefix in ["a=", "candidate:"] where rest.hasPrefix(prefix) { rest = rest.dropFirst(prefix.count) }
        let fields = rest.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count >= 8, fields.count.isMultiple(of: 2) else { throw .malformed("candidate fields") }
        guard fields[6] == "typ", let type = ICECandidateType(rawValue: String(fields[7])) else {
            throw .malformed("candidate type")
        }
        guard let transport = ICETransportProtocol(rawValue: fields[2].lowercased()) else {
            throw .unsupported("candidate transport")
        }
        self.init(
            foundation: try Self.parseFoundation(fields[0]),
            component: Int(try Self.parseNumber(fields[1], in: 1...256, "candidate component")),
            transport: transport,
            priority: UInt32(try Self.parseNumber(fields[3], in: 1...0x7FFF_FFFF, "candidate priority")),
            address: try Self.parseAddress(
                fields[4], port: UInt16(try Self.parseNumber(fields[5], in: 1...65535, "candidate port"))),
            type: type)
        try readExtensions(fields[8...])
        guard (transport == .tcp) == (tcpType != nil) else { throw .malformed("candidate tcptype") }
    }

    private mutating func readExtensions(_ fields: ArraySlice<Substring>) throws(WireError) {
        var relatedIP: IPAddress?
        var relatedPort: UInt16?
        var index = fields.startIndex
        while index + 1 < fields.endIndex {
            let value = fields[index + 1]
            switch fields[index] {
            case "raddr": relatedIP = IPAddress(value)
            case "rport":
                relatedPort = UInt16(try Self.parseNumber(value, in: 0...65535, "candidate related port"))
            case "tcptype":
                tcpType = ICETCPType(rawValue: String(value))
                guard tcpType != nil else { throw .malformed("candidate tcptype") }
            case "ufrag":
                guard Self.isICECharacters(value, 1...256) else { throw .malformed("candidate ufrag") }
                usernameFragment = String(value)
            case "": throw .malformed("candidate extension")
            default: break
            }
            index += 2
        }
        if let relatedIP, let relatedPort { relatedAddress = TransportAddress(relatedIP, port: relatedPort) }
    }

    private static func parseFoundation(_ text: Substring) throws(WireError) -> String {
        guard isICECharacters(text, 1...32) else { throw .malformed("candidate foundation") }
        return String(text)
    }

    private static func parseNumber(
        _ text: Substring, in range: ClosedRange<UInt64>, _ name: StaticText
    ) throws(WireError) -> UInt64 {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(text), range.contains(number)
        else { throw .malformed(name) }
        return number
    }

    private static func parseAddress(_ text: Substring, port: UInt16) throws(WireError) -> ICECandidateAddress {
        if let ip = IPAddress(text) { return .ip(TransportAddress(ip, port: port)) }
        let name = text.lowercased()
        guard name.hasSuffix(".local") else { throw .unsupported("candidate address") }
        let label = name.utf8.dropLast(6)
        let isLabel = label.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard (1...63).contains(label.count), isLabel, label.first != 0x2D, label.last != 0x2D else {
            throw .malformed("candidate name")
        }
        return .name(name, port: port)
    }

    /// ALPHA / DIGIT / "+" / "/" (RFC 8839 §5.1).
    private static func isICECharacters(_ text: Substring, _ count: ClosedRange<Int>) -> Bool {
        count.contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x2F...0x39).contains($0) || $0 == 0x2B
            }
    }

    /// `candidate:...`, without `a=`.
    package var attributeValue: String {
        let (host, port) =
            switch address {
            case .ip(let address): (address.ip.description, address.port)
            case .name(let name, let port): (name, port)
            }
        var text = "candidate:\(foundation) \(component) \(transport.rawValue) \(priority) \(host) \(port)"
        text += " typ \(type.rawValue)"
        if let relatedAddress { text += " raddr \(relatedAddress.ip) rport \(relatedAddress.port)" }
        if let tcpType { text += " tcptype \(tcpType.rawValue)" }
        if let usernameFragment { text += " ufrag \(usernameFragment)" }
        return text
    }
}
