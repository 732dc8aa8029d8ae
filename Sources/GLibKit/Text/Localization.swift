import CGLib

/// The user's language, by gettext.
package enum Localization {
    /// Takes the locale from the environment and the translations of `domain` from `directory` (`PREFIX/share/locale`);
    /// without a directory, from the system's. First thing in `main`, before anything is translated: GLib decides only
    /// once whether this program has a translation.
    package static func start(domain: String, directory: String?) {
        setlocale(LC_ALL, "")
        if let directory { bindtextdomain(domain, directory) }
        bind_textdomain_codeset(domain, "UTF-8")
        textdomain(domain)
    }
}

/// Translates a sentence with `{named}` places. The literal is what xgettext finds: one line, no interpolation, no raw
/// string.
package nonisolated func tr(_ text: StaticString, _ values: [String: String] = [:]) -> String {
    fillPlaceholders(translated(text.description), values)
}

/// Translates a sentence that depends on a number, by the language's own plural rules. `{count}` is the number.
package nonisolated func trn(
    _ singular: StaticString, _ plural: StaticString, _ count: Int, _ values: [String: String] = [:]
) -> String {
    let text = singular.description.withCString { one in
        plural.description.withCString { many in
            g_dngettext(nil, one, many, gulong(count.magnitude)).map { String(cString: $0) }
        }
    }
    let filled = values.merging(["count": String(count)]) { given, _ in given }
    return fillPlaceholders(text ?? plural.description, filled)
}

/// Translates a word that means different things in different places; `context` tells translators which.
package nonisolated func trc(
    _ context: StaticString, _ text: StaticString, _ values: [String: String] = [:]
) -> String {
    let found = text.description.withCString { message in
        g_dpgettext2(nil, context.description, message).map { String(cString: $0) }
    }
    return fillPlaceholders(found ?? text.description, values)
}

/// Translates a sentence known only at run time: one that the model marked for xgettext where it is written.
package nonisolated func translated(_ runtimeKey: String, _ values: [String: String] = [:]) -> String {
    // The empty key is gettext's name for the catalogue's header.
    guard !runtimeKey.isEmpty else { return "" }
    // An untranslated key comes back as the very pointer that went in: the copy is made while that lives.
    let found = runtimeKey.withCString { message in g_dgettext(nil, message).map { String(cString: $0) } }
    return fillPlaceholders(found ?? runtimeKey, values)
}
