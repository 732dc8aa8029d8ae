import Sockets

/// What a person looks for among the events of a trace: words that must all be there, and `#3` for a connection.
nonisolated struct TraceQuery: Hashable, Sendable {
    private var connections: Set<Int> = []
    /// In lower case, as UTF-8.
    private var words: [[UInt8]] = []

    /// An empty text finds everything.
    init(_ text: String = "") {
        for word in text.split(separator: " ") {
            if word.hasPrefix("#"), let number = Int(word.dropFirst()) {
                connections.insert(number)
            } else {
                words.append(Array(word.lowercased().utf8))
            }
        }
    }

    var isEmpty: Bool { connections.isEmpty && words.isEmpty }

    func matches(_ event: TraceEvent) -> Bool {
        guard connections.isEmpty || connections.contains(event.connection) else { return false }
        guard !words.isEmpty else { return true }
        let told = Array(TraceText.searched(event).lowercased().utf8)
        return words.allSatisfy { word in
            Self.contains(told, word) || Self.contains(event.kind.bytes, word)
        }
    }

    /// Whether `needle`, in lower case, is in `bytes`, whatever the case of their ASCII letters.
    private static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first, bytes.count >= needle.count else { return needle.isEmpty }
        return bytes.withUnsafeBufferPointer { bytes in
            needle.withUnsafeBufferPointer { needle in
                (0...bytes.count - needle.count).contains { start in
                    guard lower(bytes[start]) == first else { return false }
                    return (1..<needle.count).allSatisfy { lower(bytes[start + $0]) == needle[$0] }
                }
            }
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}

extension TraceEvent.Kind {
    /// What was passed on, if anything was.
    nonisolated var bytes: [UInt8] {
        if case .data(_, let bytes, _) = self { bytes } else { [] }
    }
}
