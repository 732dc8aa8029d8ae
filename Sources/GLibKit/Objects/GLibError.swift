import CGLib

/// A `GError` as a Swift error.
package nonisolated struct GLibError: Error, Hashable, CustomStringConvertible {
    /// The quark's text: `g-file-error-quark`.
    package let domain: String
    package let code: Int32
    /// In the user's language where GLib has it; not to be parsed.
    package let message: String
    /// The D-Bus error name, when this came over D-Bus: `org.freedesktop.DBus.Error.ServiceUnknown`.
    package let busName: String?

    package var description: String { message }

    init(domain: String, code: Int32, message: String) {
        self.domain = domain
        self.code = code
        self.message = message
        busName = nil
    }

    /// Takes over the error.
    package init(consuming error: UnsafeMutablePointer<GError>) {
        domain = g_quark_to_string(error.pointee.domain).map { String(cString: $0) } ?? ""
        code = error.pointee.code
        if g_dbus_error_is_remote_error(error) != 0 {
            let name = g_dbus_error_get_remote_error(error)
            busName = name.map { String(cString: $0) }
            g_free(name)
            g_dbus_error_strip_remote_error(error)
        } else {
            busName = nil
        }
        message = error.pointee.message.map { String(cString: $0) } ?? "unknown error"
        g_error_free(error)
    }

    /// Calls a C function with a place for its error and throws what it leaves there.
    package static func check<Result>(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<GError>?>) -> Result
    ) throws(GLibError) -> Result {
        var error: UnsafeMutablePointer<GError>?
        let result = body(&error)
        if let error { throw GLibError(consuming: error) }
        return result
    }
}
