/// Textual form: dotted quad, and IPv6 by RFC 4291 §2.2 read, by RFC 5952 written.
extension IPAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .v4(let address):
            return [24, 16, 8, 0].map { String(address >> UInt32($0) & 0xFF) }.joined(separator: ".")
        case .v6(let high, let low):
            let groups = [high, low].flatMap { half in
                [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> UInt64($0)) }
            }
            return Self.text(of: groups)
        }
    }

    /// Nil unless `text` is one whole literal address; a zone (`%eth0`) is refused.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45 else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let address = Self.parseIPv6(Substring(text)) else { return nil }
            self = address
        } else {
            guard let address = Self.parseIPv4(Substring(text)) else { return nil }
            self = .v4(address)
        }
    }

    private static func parseIPv4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                let value = UInt8(part), part.utf8.count == 1 || part.utf8.first != 48
            else { return nil }
            address = address << 8 | UInt32(value)
        }
        return address
    }

    private static func parseIPv6(_ text: Substring) -> IPAddress? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = groups(in: halves[0]) else { return nil }
        var all = head
        if halves.count == 2 {
            guard let tail = groups(in: halves[1]), head.count + tail.count < 8 else { return nil }
            all += Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        }
        guard all.count == 8 else { return nil }
        let high = all.prefix(4).reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return .v6(high, all.suffix(4).reduce(UInt64(0)) { $0 << 16 | UInt64($1) })
    }

    private static func groups(in text: Substring) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let address = parseIPv4(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: address >> 16), UInt16(truncatingIfNeeded: address)]
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                let value = UInt16(part, radix: 16)
            else { return nil }
            groups.append(value)
        }
        return groups.count <= 8 ? groups : nil
    }

    private static func text(of groups: [UInt16]) -> String {
        var best = 0..<0
        var index = 0
        while index < groups.count {
            var end = index
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - index > max(best.count, 1) { best = index..<end }
            index = max(end, index + 1)
        }
        let hex = { (slice: ArraySlice<UInt16>) in slice.map { String($0, radix: 16) }.joined(separator: ":") }
        if best.isEmpty { return hex(groups[...]) }
        return hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
    }
}
