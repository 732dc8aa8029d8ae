import RTC

/// How a person writes a STUN server: as its URI; nothing for none.
package nonisolated enum StunServerText {
    package static func isValid(_ text: String) -> Bool {
        text.isEmpty || (try? ICEServerURI(parsing: text))?.kind == .stun
    }
}
