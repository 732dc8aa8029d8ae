import CGLib

/// A text as Pango markup that shows just that text: what comes from the network goes nowhere else into markup.
package nonisolated func escapeMarkup(_ text: String) -> String {
    guard let escaped = g_markup_escape_text(text, -1) else { return "" }
    defer { g_free(escaped) }
    return String(cString: escaped)
}
