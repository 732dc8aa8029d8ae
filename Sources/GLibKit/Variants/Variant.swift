/// A value on D-Bus, in GSettings or in an action: the types that this program speaks, as a Swift value that any thread
/// may hold.
package nonisolated indirect enum Variant: Hashable, Sendable {
    /// `b`
    case bool(Bool)
    /// `i`
    case int32(Int32)
    /// `q`
    case uint16(UInt16)
    /// `u`
    case uint32(UInt32)
    /// `x`
    case int64(Int64)
    /// `t`
    case uint64(UInt64)
    /// `d`
    case double(Double)
    /// `s`
    case string(String)
    /// `o`
    case objectPath(ObjectPath)
    /// `as`
    case strings([String])
    /// `ao`
    case objectPaths([ObjectPath])
    /// `ay`
    case bytes([UInt8])
    /// `aay`
    case byteArrays([[UInt8]])
    /// `a{ss}`
    case texts([String: String])
    /// `a{sv}`: each value is wrapped in a variant on the way out and unwrapped on the way in.
    case dictionary([String: Variant])
    /// `v`
    case variant(Variant)
    /// `(...)`
    case tuple([Variant])

    /// GLib's spelling of the type.
    package var typeString: String {
        switch self {
        case .bool: "b"
        case .int32: "i"
        case .uint16: "q"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .string: "s"
        case .objectPath: "o"
        case .strings: "as"
        case .objectPaths: "ao"
        case .bytes: "ay"
        case .byteArrays: "aay"
        case .texts: "a{ss}"
        case .dictionary: "a{sv}"
        case .variant: "v"
        case .tuple(let values): "(" + values.map(\.typeString).joined() + ")"
        }
    }
}

/// Why a `GVariant` cannot be read, or a text is not a value.
package nonisolated enum VariantError: Error, Hashable, CustomStringConvertible {
    /// The type is none of those that `Variant` knows.
    case unsupportedType(String)
    /// More than `Variant.maximumDepth` levels or `Variant.maximumCount` values.
    case tooLarge
    /// A text that does not spell a value of the type.
    case notAValue(type: String, text: String)

    package var description: String {
        switch self {
        case .unsupportedType(let type): "the type \(type) is not supported"
        case .tooLarge: "the value is too large"
        case .notAValue(let type, let text): "\u{201C}\(text)\u{201D} is not \(VariantError.name(of: type))"
        }
    }

    /// A type in words.
    package static func name(of type: String) -> String {
        switch type {
        case "b": "true or false"
        case "i", "x": "a whole number"
        case "u", "t": "a whole number of zero or more"
        case "d": "a number"
        case "s": "a text"
        case "as": "a list of words"
        default: "a value of type \(type)"
        }
    }
}
