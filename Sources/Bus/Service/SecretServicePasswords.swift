import Conference
import GLibKit

/// TURN passwords in the desktop's secret service, each under server, user and profile.
package final class SecretServicePasswords: PasswordKeeping {
    private let service: SecretService
    private let profile: String

    /// Nil without a session bus; the service itself may come later, or never.
    package init?(profile: String?) {
        guard let connection = try? BusConnection.session() else { return nil }
        service = SecretService(connection)
        self.profile = profile ?? ""
    }

    package func password(for key: PasswordKey) async throws(PasswordProblem) -> String? {
        do throws(SecretService.Failure) {
            guard let secret = try await service.secret(attributes(key)) else { return nil }
            return String(validating: secret, as: UTF8.self)
        } catch { throw PasswordProblem(error) }
    }

    package func keep(_ password: String, for key: PasswordKey) async throws(PasswordProblem) {
        do throws(SecretService.Failure) {
            try await service.store(
                Array(password.utf8),
                label: tr("Causerie: {user} at {server}", ["user": key.user, "server": key.server]),
                attributes(key))
        } catch { throw PasswordProblem(error) }
    }

    package func forget(_ key: PasswordKey) async throws(PasswordProblem) {
        do throws(SecretService.Failure) {
            try await service.remove(attributes(key))
        } catch { throw PasswordProblem(error) }
    }

    private func attributes(_ key: PasswordKey) -> [String: String] {
        [
            "xdg:schema": "org.causerie.Password", "profile": profile, "server": key.server, "user": key.user,
        ]
    }
}

extension PasswordProblem {
    fileprivate init(_ failure: SecretService.Failure) {
        self = failure == .locked ? .locked : .unavailable
    }
}
