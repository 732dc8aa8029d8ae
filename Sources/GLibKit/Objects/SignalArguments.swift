import CGLib

/// A signal's arguments without the emitting object: valid only while the handler runs. Each reading is checked against
/// what GLib says the argument is; another type, or a missing argument, reads as nil.
package struct SignalArguments {
    private let values: UnsafePointer<GValue>?
    package let count: Int

    /// - Parameter values: the emitting object, then the arguments.
    init(_ values: UnsafePointer<GValue>?, count: Int) {
        self.values = values.map { $0 + 1 }
        self.count = max(count - 1, 0)
    }

    /// An object argument, borrowed.
    package func object(_ index: Int) -> UnsafeMutableRawPointer? {
        guard let value = value(index), holds(value, CGLib_type_object()) || holds(value, CGLib_type_interface()) else {
            return nil
        }
        return g_value_get_object(value)
    }

    /// A boxed structure or a plain pointer (`GVariant` aside), borrowed.
    package func pointer(_ index: Int) -> UnsafeMutableRawPointer? {
        guard let value = value(index) else { return nil }
        if holds(value, CGLib_type_boxed()) { return g_value_get_boxed(value) }
        return holds(value, CGLib_type_pointer()) ? g_value_get_pointer(value) : nil
    }

    package func string(_ index: Int) -> String? {
        guard let value = value(index), holds(value, CGLib_type_string()) else { return nil }
        return g_value_get_string(value).map { String(cString: $0) }
    }

    package func bool(_ index: Int) -> Bool? {
        guard let value = value(index), holds(value, CGLib_type_boolean()) else { return nil }
        return g_value_get_boolean(value) != 0
    }

    /// Any whole number, enumeration or set of flags.
    package func int(_ index: Int) -> Int? {
        guard let value = value(index) else { return nil }
        if holds(value, CGLib_type_int()) { return Int(g_value_get_int(value)) }
        if holds(value, CGLib_type_uint()) { return Int(g_value_get_uint(value)) }
        if holds(value, CGLib_type_enum()) { return Int(g_value_get_enum(value)) }
        if holds(value, CGLib_type_flags()) { return Int(g_value_get_flags(value)) }
        if holds(value, CGLib_type_int64()) { return Int(g_value_get_int64(value)) }
        if holds(value, CGLib_type_uint64()) { return Int(exactly: g_value_get_uint64(value)) }
        if holds(value, CGLib_type_long()) { return Int(g_value_get_long(value)) }
        if holds(value, CGLib_type_ulong()) { return Int(exactly: g_value_get_ulong(value)) }
        return nil
    }

    package func double(_ index: Int) -> Double? {
        guard let value = value(index) else { return nil }
        if holds(value, CGLib_type_double()) { return g_value_get_double(value) }
        return holds(value, CGLib_type_float()) ? Double(g_value_get_float(value)) : nil
    }

    /// A `GVariant` of a type that `Variant` knows.
    package func variant(_ index: Int) -> Variant? {
        guard let value = value(index), holds(value, CGLib_type_variant()) else { return nil }
        return g_value_get_variant(value).flatMap { try? Variant($0) }
    }

    private func value(_ index: Int) -> UnsafePointer<GValue>? {
        index >= 0 && index < count ? values.map { $0 + index } : nil
    }

    private func holds(_ value: UnsafePointer<GValue>, _ type: GType) -> Bool {
        g_type_check_value_holds(value, type) != 0
    }
}
