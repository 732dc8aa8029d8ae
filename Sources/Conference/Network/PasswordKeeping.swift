/// Whose password it is.
package struct PasswordKey: Hashable, Sendable {
    /// The TURN server's URI.
    package var server: String
    package var user: String
}

/// Why a password could not be kept or had. Each leaves the program running without it.
package enum PasswordProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such service, or it does not answer.
    case unavailable
    /// The user has not unlocked it.
    case locked

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .unavailable: translatable("The keyring that keeps your passwords does not answer.")
        case .locked: translatable("The keyring that keeps your passwords is locked.")
        }
    }
}

/// A place for passwords that is better than a file: the desktop's secret service. Every call ends by itself.
@MainActor package protocol PasswordKeeping: AnyObject, Sendable {
    /// Nil when it has none.
    func password(for key: PasswordKey) async throws(PasswordProblem) -> String?
    func keep(_ password: String, for key: PasswordKey) async throws(PasswordProblem)
    func forget(_ key: PasswordKey) async throws(PasswordProblem)
}
