import FoundationEssentials

/// As they are kept in a file; the form of before, with one user for all servers, is read too.
extension NetworkSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case servers, user, password, relayOnly, lanOnly, interfaces, mediaPorts
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let uris = try? values.decode([String].self, forKey: .servers) {
            let user = try values.decodeIfPresent(String.self, forKey: .user) ?? ""
            self.init(
                servers: uris, user: user, password: try values.decodeIfPresent(String.self, forKey: .password))
        } else {
            self.init(servers: try values.decodeIfPresent([Server].self, forKey: .servers) ?? [])
        }
        relayOnly = try values.decodeIfPresent(Bool.self, forKey: .relayOnly) ?? false
        lanOnly = try values.decodeIfPresent(Bool.self, forKey: .lanOnly) ?? false
        interfaces = try values.decodeIfPresent([String].self, forKey: .interfaces) ?? []
        if let text = try values.decodeIfPresent(String.self, forKey: .mediaPorts) {
            guard let range = Self.ports(text) else {
                throw DecodingError.dataCorruptedError(forKey: .mediaPorts, in: values, debugDescription: "no range")
            }
            mediaPorts = range
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(servers, forKey: .servers)
        try values.encode(relayOnly, forKey: .relayOnly)
        if lanOnly { try values.encode(lanOnly, forKey: .lanOnly) }
        if !interfaces.isEmpty { try values.encode(interfaces, forKey: .interfaces) }
        if let mediaPorts { try values.encode(Self.text(mediaPorts), forKey: .mediaPorts) }
    }

    /// `50000-50100`, or one port alone; nil for anything else.
    package static func ports(_ text: String) -> ClosedRange<Int>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.utf8.count <= 5 && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        guard numbers.count == parts.count, (1...2).contains(parts.count), let first = numbers.first,
            let last = numbers.last, first <= last, portLimits.contains(first), portLimits.contains(last)
        else { return nil }
        return first...last
    }

    package static func text(_ ports: ClosedRange<Int>) -> String { "\(ports.lowerBound)-\(ports.upperBound)" }
}

extension NetworkSettings.Server: Codable {
    private enum CodingKeys: String, CodingKey { case uri, user, password }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode(String.self, forKey: .uri),
            user: try values.decodeIfPresent(String.self, forKey: .user) ?? "",
            password: try values.decodeIfPresent(String.self, forKey: .password))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(uri, forKey: .uri)
        if isRelay { try values.encode(user, forKey: .user) }
        try values.encodeIfPresent(password, forKey: .password)
    }
}
