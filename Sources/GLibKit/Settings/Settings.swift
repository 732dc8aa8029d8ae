import CGLib

/// What a person chose, kept by GSettings. A schema that is not installed is no reason to end: then the values live in
/// memory for this run, and `problem` says why.
package final class Settings {
    private let settings: GObjectRef?
    private let schema: OpaquePointer?
    private var memory: [String: Variant]
    private var observers: [String: [() -> Void]] = [:]

    /// One sentence on why nothing is kept, or nil when the schema was found.
    package let problem: String?

    package var isPersistent: Bool { settings != nil }

    /// - Parameters:
    ///   - identifier: the schema's.
    ///   - path: for a schema without a path of its own, such as one of a profile; begins and ends with `/`.
    ///   - directory: a folder with a compiled schema, searched before the system's.
    ///   - fallback: each key's default, for when no schema is installed: also which keys there are then.
    package init(_ identifier: String, path: String? = nil, directory: String?, fallback: [String: Variant]) {
        memory = fallback
        let found = Self.lookup(identifier, directory: directory)
        schema = found
        guard let found else {
            settings = nil
            let place = directory.map { " in \($0) or" } ?? ""
            problem =
                "The settings schema \(identifier) is not installed\(place) in the system's folders: changes are not kept."
            return
        }
        // A relocatable schema without a path, or the reverse, would abort.
        let ownPath = g_settings_schema_get_path(found)
        if (ownPath == nil) == (path == nil) {
            settings = nil
            problem = "The settings schema \(identifier) \(path == nil ? "needs a path" : "has a path of its own")."
            return
        }
        settings = g_settings_new_full(found, nil, path).map { GObjectRef(adopting: $0) }
        problem = nil
    }

    isolated deinit {
        if let schema { g_settings_schema_unref(schema) }
    }

    /// The value of a key; nil for a key that there is not.
    package func value(_ key: String) -> Variant? {
        // The schema that is installed may be older than this program: then the program's own default stands.
        guard let settings = settings(having: key) else { return memory[key] }
        guard let value = g_settings_get_value(settings, key) else { return nil }
        defer { g_variant_unref(value) }
        return try? Variant(value)
    }

    /// Changes a key.
    package func set(_ key: String, _ value: Variant) throws(SettingsError) {
        guard let current = self.value(key) else { throw .noSuchKey(key) }
        guard current.typeString == value.typeString else {
            throw .wrongType(key: key, expected: current.typeString)
        }
        guard let settings = settings(having: key), let schema else {
            guard memory.updateValue(value, forKey: key) != value else { return }
            observers[key]?.forEach { $0() }
            return
        }
        guard let made = g_variant_ref_sink(value.makeGVariant()) else { throw .outOfRange(key) }
        defer { g_variant_unref(made) }
        let description = g_settings_schema_get_key(schema, key)
        defer { g_settings_schema_key_unref(description) }
        guard g_settings_schema_key_range_check(description, made) != 0 else { throw .outOfRange(key) }
        guard g_settings_set_value(settings, key, made) != 0 else { throw .readOnly(key) }
    }

    /// Calls `handler` after each change of a key, the program's own included, as long as these settings live.
    package func onChange(of key: String, _ handler: @escaping () -> Void) {
        if let settings {
            connect(settings, "changed::\(key)", handler)
        } else {
            observers[key, default: []].append(handler)
        }
    }

    /// Waits until what was set is written: before the process ends.
    package func sync() {
        if isPersistent { g_settings_sync() }
    }

    private func settings(having key: String) -> UnsafeMutablePointer<GSettings>? {
        guard let settings, let schema, g_settings_schema_has_key(schema, key) != 0 else { return nil }
        return settings.pointer(as: GSettings.self)
    }

    /// `g_settings_new` aborts the process when a schema is missing; so it is looked up first.
    private static func lookup(_ identifier: String, directory: String?) -> OpaquePointer? {
        let system = g_settings_schema_source_get_default()
        if let directory,
            let source = try? GLibError.check({ g_settings_schema_source_new_from_directory(directory, system, 0, $0) })
        {
            defer { g_settings_schema_source_unref(source) }
            return g_settings_schema_source_lookup(source, identifier, 1)
        }
        return system.flatMap { g_settings_schema_source_lookup($0, identifier, 1) }
    }
}

/// Why a setting was not changed.
package nonisolated enum SettingsError: Error, Hashable {
    case noSuchKey(String)
    case wrongType(key: String, expected: String)
    case outOfRange(String)
    /// Locked by whoever runs this computer.
    case readOnly(String)
}
