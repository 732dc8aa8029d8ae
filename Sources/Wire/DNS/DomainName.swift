/// A domain name (RFC 1035 §3.1): labels of any bytes, alike whatever the case of their ASCII letters (RFC 6762 §16).
package struct DomainName: Hashable, Sendable, CustomStringConvertible {
    /// What RFC 1035 §3.1 allows, in the form with lengths.
    package static let maximumByteCount = 255
    package static let maximumLabelByteCount = 63

    /// As they were written, without the root's empty one.
    package let labels: [[UInt8]]
    /// The form with lengths, in lower case: what is compared.
    private let folded: [UInt8]

    /// Nil for a label that is empty or over 63 bytes, and for a name over 255.
    package init?(labels: [[UInt8]]) {
        guard labels.allSatisfy({ (1...Self.maximumLabelByteCount).contains($0.count) }) else { return nil }
        var folded: [UInt8] = []
        for label in labels {
            folded.append(UInt8(truncatingIfNeeded: label.count))
            folded += label.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        }
        guard folded.count < Self.maximumByteCount else { return nil }
        self.labels = labels
        self.folded = folded
    }

    package init?(_ labels: String...) { self.init(labels: labels.map { Array($0.utf8) }) }

    /// `label` before this name; nil where that is too long.
    package func prefixed(by label: String) -> DomainName? { DomainName(labels: [Array(label.utf8)] + labels) }

    /// The name behind the first label; nil for the root.
    package var parent: DomainName? { labels.isEmpty ? nil : DomainName(labels: Array(labels.dropFirst())) }

    /// The first label as text; nil where it is no UTF-8 (RFC 6763 §4.1.1).
    package var firstLabel: String? { labels.first.flatMap { String(validating: $0, as: UTF8.self) } }

    package var description: String { labels.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".") }

    package static func == (one: DomainName, other: DomainName) -> Bool { one.folded == other.folded }

    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }

    /// Never compressed, which is always allowed.
    func write(to bytes: inout [UInt8]) {
        for label in labels {
            bytes.append(UInt8(truncatingIfNeeded: label.count))
            bytes += label
        }
        bytes.append(0)
    }

    /// Reads a name, compressed or not, and leaves the reader behind it.
    static func read(_ reader: inout ByteReader, in message: [UInt8]) throws(WireError) -> DomainName {
        let labels = try DNSName.labels(&reader, in: message).map { Array($0) }
        guard let name = DomainName(labels: labels) else { throw .tooMany("DNS name bytes") }
        return name
    }
}
