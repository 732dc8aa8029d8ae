/// Who the far side of a call proved to be, by the key of its installation.
package struct RemoteIdentity: Hashable, Sendable {
    /// What the user knows of the key.
    package enum Standing: String, Hashable, Sendable {
        /// Nobody of this address or name was met before.
        case firstContact
        /// The key is the one known from before.
        case known
        /// Somebody with another key was met under this name before.
        case changed
        /// A browser, or a program that is not Causerie: it has no key.
        case unproven
    }

    /// `sha-256 AA:BB:...` of the installation's certificate; empty where none was shown.
    package var fingerprint: String
    package var standing: Standing
}

/// An address whose identity key is not the one known from before: no call is made until the user trusts the new key.
package struct RefusedIdentity: Hashable, Sendable {
    /// As it was called.
    package var address: String
    /// Of the key that answered there now.
    package var fingerprint: String
}
