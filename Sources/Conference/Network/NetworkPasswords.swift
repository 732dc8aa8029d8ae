import Logging

/// The passwords of TURN servers: with the desktop's secret service as soon as that has them, in the profile's file until
/// then. So none is lost when the service goes away, and those of an older file move by themselves.
@MainActor final class NetworkPasswords {
    private let keeper: (any PasswordKeeping)?
    private let logger: Logger
    /// What the service has, as far as is known.
    private var kept: [PasswordKey: String] = [:]
    /// What it may have and should not any more.
    private var forgotten: Set<PasswordKey> = []
    /// Why the last attempt did not end well.
    private(set) var problem: PasswordProblem?

    init(_ keeper: (any PasswordKeeping)?, logger: Logger) {
        self.keeper = keeper
        self.logger = logger
    }

    /// What belongs into the file: the settings without the passwords that the service has.
    func filed(_ settings: NetworkSettings) -> NetworkSettings {
        var filed = settings
        for (index, server) in settings.servers.enumerated()
        where server.password != nil && kept[PasswordKey(server)] == server.password {
            filed.servers[index].password = nil
        }
        return filed
    }

    /// The settings have changed: what nobody needs any more is forgotten with the next `synchronize`.
    func changed(from old: NetworkSettings, to new: NetworkSettings) {
        let needed = Set(new.relayKeys)
        forgotten.formUnion(Set(old.relayKeys).subtracting(needed))
        forgotten.subtract(needed)
    }

    /// Whether something is still to be forgotten.
    var hasWork: Bool { !forgotten.isEmpty }

    /// Brings the service in line with the settings, and fetches what they lack. One at a time.
    ///
    /// - Returns: passwords found; there may be some although there is a problem.
    func synchronize(_ settings: NetworkSettings) async -> [PasswordKey: String] {
        guard let keeper else { return [:] }
        var found: [PasswordKey: String] = [:]
        do throws(PasswordProblem) {
            for server in settings.servers where server.isRelay {
                let key = PasswordKey(server)
                if let password = server.password {
                    guard kept[key] != password else { continue }
                    try await keeper.keep(password, for: key)
                    kept[key] = password
                } else if let password = try await keeper.password(for: key) {
                    kept[key] = password
                    found[key] = password
                }
            }
            for key in forgotten {
                try await keeper.forget(key)
                kept[key] = nil
                forgotten.remove(key)
            }
            problem = nil
        } catch {
            if problem != error { logger.notice("passwords stay in the profile's file: \(error)") }
            problem = error
        }
        return found
    }
}

extension PasswordKey {
    init(_ server: NetworkSettings.Server) { self.init(server: server.uri, user: server.user) }
}

extension NetworkSettings {
    var relayKeys: [PasswordKey] { servers.filter(\.isRelay).map { PasswordKey($0) } }
}
