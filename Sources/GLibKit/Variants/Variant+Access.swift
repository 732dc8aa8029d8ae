/// Typed reading: nil when the value is of another type. A value in a variant reads as what is inside.
extension Variant {
    package nonisolated var unwrapped: Variant {
        if case .variant(let inner) = self { inner.unwrapped } else { self }
    }

    package nonisolated var boolValue: Bool? {
        if case .bool(let value) = unwrapped { value } else { nil }
    }

    /// Any whole number that fits.
    package nonisolated var intValue: Int? {
        switch unwrapped {
        case .int32(let value): Int(value)
        case .uint16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int64(let value): Int(exactly: value)
        case .uint64(let value): Int(exactly: value)
        default: nil
        }
    }

    /// Any number.
    package nonisolated var doubleValue: Double? {
        if case .double(let value) = unwrapped { value } else { intValue.map(Double.init) }
    }

    /// A text or an object path.
    package nonisolated var stringValue: String? {
        switch unwrapped {
        case .string(let value): value
        case .objectPath(let path): path.description
        default: nil
        }
    }

    package nonisolated var stringsValue: [String]? {
        if case .strings(let value) = unwrapped { value } else { nil }
    }

    package nonisolated var objectPathValue: ObjectPath? {
        if case .objectPath(let value) = unwrapped { value } else { nil }
    }

    package nonisolated var bytesValue: [UInt8]? {
        if case .bytes(let value) = unwrapped { value } else { nil }
    }

    package nonisolated var byteArraysValue: [[UInt8]]? {
        if case .byteArrays(let value) = unwrapped { value } else { nil }
    }

    package nonisolated var objectPathsValue: [ObjectPath]? {
        if case .objectPaths(let value) = unwrapped { value } else { nil }
    }

    package nonisolated var dictionaryValue: [String: Variant]? {
        if case .dictionary(let value) = unwrapped { value } else { nil }
    }

    package nonisolated var tupleValue: [Variant]? {
        if case .tuple(let value) = unwrapped { value } else { nil }
    }
}

extension Variant {
    /// A value of the given type as a person types it: `true`, `-3`, `0.5`, `audio,video`, `none` for an empty list.
    package nonisolated init(parsing text: String, type: String) throws(VariantError) {
        let parsed: Variant? =
            switch type {
            case "b": Self.parseBool(text).map(Variant.bool)
            case "i": Int32(text).map(Variant.int32)
            case "u": UInt32(text).map(Variant.uint32)
            case "x": Int64(text).map(Variant.int64)
            case "t": UInt64(text).map(Variant.uint64)
            case "d": Double(text).flatMap { $0.isFinite ? .double($0) : nil }
            case "s": .string(text)
            case "o": ObjectPath(text).map(Variant.objectPath)
            case "as": .strings(Self.parseWords(text))
            default: throw .unsupportedType(type)
            }
        guard let parsed else { throw .notAValue(type: type, text: text) }
        self = parsed
    }

    /// The value as a person reads it; `init(parsing:type:)` reads it back, lists of words without commas included.
    package nonisolated var text: String {
        switch self {
        case .bool(let value): value ? "true" : "false"
        case .int32(let value): String(value)
        case .uint16(let value): String(value)
        case .uint32(let value): String(value)
        case .int64(let value): String(value)
        case .uint64(let value): String(value)
        case .double(let value): Self.text(value)
        case .string(let value): value
        case .objectPath(let path): path.description
        case .strings(let values): values.isEmpty ? "none" : values.joined(separator: ",")
        case .objectPaths(let paths): paths.map(\.description).joined(separator: ",")
        case .bytes(let bytes): bytes.map(String.init).joined(separator: ",")
        case .byteArrays(let arrays): arrays.map { Variant.bytes($0).text }.joined(separator: ";")
        case .texts(let texts):
            texts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
        case .dictionary(let values):
            values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: ", ")
        case .variant(let inner): inner.text
        case .tuple(let values): "(" + values.map(\.text).joined(separator: ", ") + ")"
        }
    }

    private nonisolated static func parseBool(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    private nonisolated static func parseWords(_ text: String) -> [String] {
        guard text != "none" else { return [] }
        return text.split { $0 == "," || $0 == "+" || $0 == " " }.map(String.init)
    }

    private nonisolated static func text(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }
}
