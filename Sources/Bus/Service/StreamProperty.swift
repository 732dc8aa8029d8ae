import Conference
import GLibKit

/// A property of a stream on the bus: its name there, how it is read, and how it is changed if it may be.
struct StreamProperty {
    let name: String
    /// Whether `PropertiesChanged` tells of it.
    let isAnnounced: Bool
    let read: (Stream) -> Variant
    let write: ((Stream, Variant) throws(BusFailure) -> Void)?

    init(
        _ name: String, isAnnounced: Bool = true, read: @escaping (Stream) -> Variant,
        write: ((Stream, Variant) throws(BusFailure) -> Void)? = nil
    ) {
        self.name = name
        self.isAnnounced = isAnnounced
        self.read = read
        self.write = write
    }

    /// Every property, in the order of the introspection document.
    static let all: [StreamProperty] = identity + state + sources + network + video + audio + remote

    static func named(_ name: String) -> StreamProperty? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

// MARK: Kinds of property

extension StreamProperty {
    /// A Boolean anywhere in a stream.
    static func flag(_ name: String, _ path: ReferenceWritableKeyPath<Stream, Bool>) -> StreamProperty {
        StreamProperty(name) {
            .bool($0[keyPath: path])
        } write: { (stream, value) throws(BusFailure) in
            stream[keyPath: path] = try bool(value, name)
        }
    }

    /// A whole number anywhere in a stream, within a range, in so many units.
    static func number(
        _ name: String, _ path: ReferenceWritableKeyPath<Stream, Int>, _ range: ClosedRange<Int>,
        unit: String = "", step: Int = 1
    ) -> StreamProperty {
        StreamProperty(name) {
            .uint32(UInt32(clamping: $0[keyPath: path]))
        } write: { (stream, value) throws(BusFailure) in
            stream[keyPath: path] = try whole(value, name, range, unit: unit, step: step)
        }
    }

    static func whole(
        _ value: Variant, _ name: String, _ range: ClosedRange<Int>, unit: String = "", step: Int = 1
    ) throws(BusFailure) -> Int {
        guard let number = value.intValue, range.contains(number), number.isMultiple(of: step) else {
            let kind = step == 1 ? "" : ", a multiple of \(step)"
            throw .invalidValue(
                "\(name) must be \(range.lowerBound) to \(range.upperBound)\(unit)\(kind), not \(value.text).")
        }
        return number
    }

    /// Media that are sent or received.
    static func media(_ name: String, _ path: ReferenceWritableKeyPath<Stream, MediaSet>) -> StreamProperty {
        StreamProperty(name) {
            .strings($0[keyPath: path].words)
        } write: { (stream, value) throws(BusFailure) in
            stream[keyPath: path] = try MediaSet(words: value.stringsValue ?? [], of: name)
        }
    }

    static func bool(_ value: Variant, _ name: String) throws(BusFailure) -> Bool {
        guard let flag = value.boolValue else { throw .invalidValue("\(name) must be true or false.") }
        return flag
    }

    /// A value in an error's sentence: whoever sends a megabyte need not read it back.
    nonisolated static func shown(_ value: Variant) -> String { shown(value.text) }

    nonisolated static func shown(_ text: String) -> String { text.count <= 128 ? text : text.prefix(128) + "\u{2026}" }

    /// A text of at most so many characters, without control characters.
    static func text(_ value: Variant, _ name: String, limit: Int) throws(BusFailure) -> String {
        guard let text = value.stringValue, text.count <= limit, text.utf8.count <= 4 * limit,
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .invalidValue("\(name) must be at most \(limit) characters, without control characters.") }
        return text
    }
}

extension MediaSet {
    /// The media of a list of words; `name` is whose value it is.
    init(words: [String], of name: String) throws(BusFailure) {
        var media: MediaSet = []
        for word in words {
            switch word {
            case "audio": media.insert(.audio)
            case "video": media.insert(.video)
            default:
                let shown = StreamProperty.shown(word)
                throw .invalidValue("\(name) may hold audio and video, not \u{201C}\(shown)\u{201D}.")
            }
        }
        self = media
    }

    var words: [String] {
        (contains(.audio) ? ["audio"] : []) + (contains(.video) ? ["video"] : [])
    }
}
