/// The D-Bus errors of our own; `data/dbus` documents them.
package nonisolated enum BusErrors {
    private static let prefix = "org.causerie.Error."

    /// An argument is not allowed.
    package static let invalidValue = prefix + "InvalidValue"
    /// There is no such stream, window or pane.
    package static let notFound = prefix + "NotFound"
    /// A call is under way.
    package static let busy = prefix + "Busy"
    /// There is no room for one more.
    package static let full = prefix + "Full"
    /// The last one stays.
    package static let lastOne = prefix + "LastOne"
    /// A file cannot be read or written, or makes no sense.
    package static let file = prefix + "File"
    /// An action that cannot be done now.
    package static let failed = prefix + "Failed"
}
