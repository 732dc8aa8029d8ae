import CGLib

extension Variant {
    /// How deep a value may be nested and how many values it may hold: beyond that it is refused, whoever sent it.
    package nonisolated static let maximumDepth = 16
    package nonisolated static let maximumCount = 10_000
    /// Of one array of bytes.
    package nonisolated static let maximumByteCount = 1 << 20

    /// Reads a `GVariant`, borrowed.
    package nonisolated init(_ value: OpaquePointer) throws(VariantError) {
        var budget = Self.maximumCount
        self = try Self.read(value, depth: 0, budget: &budget)
    }

    /// A new `GVariant` with a floating reference, which most functions that take one sink.
    package nonisolated func makeGVariant() -> OpaquePointer? {
        switch self {
        case .bool(let value): g_variant_new_boolean(value ? 1 : 0)
        case .int32(let value): g_variant_new_int32(value)
        case .uint16(let value): g_variant_new_uint16(value)
        case .uint32(let value): g_variant_new_uint32(value)
        case .int64(let value): g_variant_new_int64(gint64(value))
        case .uint64(let value): g_variant_new_uint64(guint64(value))
        case .double(let value): g_variant_new_double(value)
        case .string(let value): g_variant_new_string(value)
        case .objectPath(let path): g_variant_new_object_path(path.description)
        case .strings(let values): Self.array("as", values.map { g_variant_new_string($0) })
        case .objectPaths(let paths): Self.array("ao", paths.map { g_variant_new_object_path($0.description) })
        case .bytes(let bytes): Self.array(bytes)
        case .byteArrays(let arrays): Self.array("aay", arrays.map { Self.array($0) })
        case .texts(let texts): Self.array("a{ss}", Self.entries(texts))
        case .dictionary(let values): Self.array("a{sv}", Self.entries(values))
        case .variant(let inner): g_variant_new_variant(inner.makeGVariant())
        case .tuple(let values): Self.tuple(values)
        }
    }

    private nonisolated static func entries(_ texts: [String: String]) -> [OpaquePointer?] {
        texts.sorted { $0.key < $1.key }.map {
            g_variant_new_dict_entry(g_variant_new_string($0.key), g_variant_new_string($0.value))
        }
    }

    private nonisolated static func entries(_ values: [String: Variant]) -> [OpaquePointer?] {
        values.sorted { $0.key < $1.key }.map {
            // A value that is a variant already is not wrapped twice: reading would take both wrappings off.
            g_variant_new_dict_entry(
                g_variant_new_string($0.key), g_variant_new_variant($0.value.unwrapped.makeGVariant()))
        }
    }

    private nonisolated static func array(_ bytes: [UInt8]) -> OpaquePointer? {
        let type = g_variant_type_new("y")
        defer { g_variant_type_free(type) }
        return g_variant_new_fixed_array(type, bytes, gsize(bytes.count), 1)
    }

    private nonisolated static func array(_ type: String, _ children: [OpaquePointer?]) -> OpaquePointer? {
        let elementType = g_variant_type_new(String(type.dropFirst()))
        defer { g_variant_type_free(elementType) }
        return children.withUnsafeBufferPointer {
            g_variant_new_array(elementType, $0.baseAddress, gsize($0.count))
        }
    }

    private nonisolated static func tuple(_ values: [Variant]) -> OpaquePointer? {
        values.map { $0.makeGVariant() }.withUnsafeBufferPointer {
            g_variant_new_tuple($0.baseAddress, gsize($0.count))
        }
    }

    // MARK: Reading

    private nonisolated static func read(
        _ value: OpaquePointer, depth: Int, budget: inout Int
    ) throws(VariantError) -> Variant {
        budget -= 1
        guard depth <= maximumDepth, budget >= 0 else { throw .tooLarge }
        let type = String(cString: g_variant_get_type_string(value))
        switch type {
        case "b": return .bool(g_variant_get_boolean(value) != 0)
        case "i": return .int32(g_variant_get_int32(value))
        case "q": return .uint16(g_variant_get_uint16(value))
        case "u": return .uint32(g_variant_get_uint32(value))
        case "x": return .int64(Int64(g_variant_get_int64(value)))
        case "t": return .uint64(UInt64(g_variant_get_uint64(value)))
        case "d": return .double(g_variant_get_double(value))
        case "s": return .string(string(value))
        case "o":
            guard let path = ObjectPath(string(value)) else { throw .tooLarge }
            return .objectPath(path)
        case "as":
            return .strings(try children(value, depth: depth, budget: &budget).compactMap(\.stringValue))
        case "ao":
            let paths = try children(value, depth: depth, budget: &budget)
            return .objectPaths(paths.compactMap { if case .objectPath(let path) = $0 { path } else { nil } })
        case "ay":
            let count = Int(g_variant_get_size(value))
            guard count <= maximumByteCount else { throw .tooLarge }
            return .bytes(Array(UnsafeRawBufferPointer(start: g_variant_get_data(value), count: count)))
        case "aay":
            return .byteArrays(try children(value, depth: depth, budget: &budget).compactMap(\.bytesValue))
        case "a{ss}":
            return .texts(
                try dictionary(value, depth: depth, budget: &budget).compactMapValues(\.stringValue))
        case "a{sv}": return .dictionary(try dictionary(value, depth: depth, budget: &budget))
        case "v":
            return try child(value, 0) { (inner) throws(VariantError) in
                .variant(try read(inner, depth: depth + 1, budget: &budget))
            }
        default:
            guard type.hasPrefix("(") else { throw .unsupportedType(type) }
            return .tuple(try children(value, depth: depth, budget: &budget))
        }
    }

    private nonisolated static func string(_ value: OpaquePointer) -> String {
        // Never NULL for these types; a GVariant from untrusted bytes reads as an empty string where it is malformed.
        g_variant_get_string(value, nil).map { String(cString: $0) } ?? ""
    }

    private nonisolated static func children(
        _ value: OpaquePointer, depth: Int, budget: inout Int
    ) throws(VariantError) -> [Variant] {
        let count = Int(g_variant_n_children(value))
        guard count <= budget else { throw .tooLarge }
        var result: [Variant] = []
        result.reserveCapacity(count)
        for index in 0..<count {
            let element = try child(value, index) { (inner) throws(VariantError) in
                try read(inner, depth: depth + 1, budget: &budget)
            }
            result.append(element)
        }
        return result
    }

    private nonisolated static func dictionary(
        _ value: OpaquePointer, depth: Int, budget: inout Int
    ) throws(VariantError) -> [String: Variant] {
        let count = Int(g_variant_n_children(value))
        guard count <= budget else { throw .tooLarge }
        var result: [String: Variant] = [:]
        for index in 0..<count {
            try child(value, index) { (entry) throws(VariantError) in
                let key = try child(entry, 0) { (inner) throws(VariantError) in string(inner) }
                result[key] = try child(entry, 1) { (inner) throws(VariantError) in
                    try read(inner, depth: depth + 1, budget: &budget).unwrapped
                }
            }
        }
        return result
    }

    private nonisolated static func child<Result>(
        _ value: OpaquePointer, _ index: Int, _ body: (OpaquePointer) throws(VariantError) -> Result
    ) throws(VariantError) -> Result {
        guard let element = g_variant_get_child_value(value, gsize(index)) else {
            throw .unsupportedType("nothing")
        }
        defer { g_variant_unref(element) }
        return try body(element)
    }
}
