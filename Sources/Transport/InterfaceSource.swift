import Wire

/// Which local addresses there are, and when that changes. `SystemInterfaces` outside of tests.
package protocol InterfaceSource: Sendable {
    /// As `NetworkInterfaces.addresses`.
    func addresses(withLoopback: Bool, allowed: Set<String>?) throws -> [IPAddress]
    /// Calls `onChange` after each change, on some thread that must not be blocked, until the observation is let go.
    func observe(_ onChange: @escaping @Sendable () -> Void) -> InterfaceObservation
}

/// Lasts as long as somebody holds it.
package final class InterfaceObservation: Sendable {
    private let cancel: @Sendable () -> Void

    package init(cancel: @escaping @Sendable () -> Void) { self.cancel = cancel }

    deinit { cancel() }
}
