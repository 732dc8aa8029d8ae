import CGLib

/// The name of the person at this computer, for when none is set.
enum UserName {
    /// The account's full name, or its short one.
    static var current: String {
        let real = g_get_real_name().map { String(cString: $0) } ?? ""
        // GLib's word for an account without a full name.
        if !real.isEmpty && real != "Unknown" { return real }
        return g_get_user_name().map { String(cString: $0) } ?? "causerie"
    }
}
