import RTC

/// How calls may use the network; each change is for the calls that begin from then on.
extension Conference {
    /// Takes other settings (WINDEV's StreamConfigure): the next call uses them, no window has to be opened again. New
    /// credentials for the TURN servers of before reach the calls that run, too.
    package func configure(_ settings: NetworkSettings) throws(NetworkSettingsProblem) {
        _ = try settings.configuration()
        guard settings != networkSettings else { return }
        passwords.changed(from: networkSettings, to: settings)
        networkSettings = settings
        networkStore.save(passwords.filed(settings))
        for stream in streams { stream.call?.networkChanged() }
        synchronizePasswords()
    }

    /// Adds a server, or gives one that is there another user or password.
    package func addServer(_ server: NetworkSettings.Server) throws(NetworkSettingsProblem) {
        var settings = networkSettings
        if let index = settings.servers.firstIndex(where: { $0.uri == server.uri }) {
            settings.servers[index] = server
        } else {
            settings.servers.append(server)
        }
        try configure(settings)
    }

    /// What the next call uses.
    var network: NetworkConfiguration { (try? networkSettings.configuration()) ?? NetworkConfiguration() }

    /// Lets the desktop's secret service keep what it should, and asks it for what is missing; one after the other.
    @discardableResult package func synchronizePasswords() -> Task<Void, Never> {
        let earlier = passwordWork
        let work = Task { [weak self] in
            await earlier?.value
            await self?.synchronizeNow()
        }
        passwordWork = work
        return work
    }

    private func synchronizeNow() async {
        let before = networkSettings
        guard options.passwords != nil, before.servers.contains(where: \.isRelay) || passwords.hasWork else { return }
        let found = await passwords.synchronize(before)
        var settings = networkSettings
        for (index, server) in settings.servers.enumerated() where server.isRelay && server.password == nil {
            settings.servers[index].password = found[PasswordKey(server)]
        }
        if settings != networkSettings { networkSettings = settings }
        if passwordProblem != passwords.problem { passwordProblem = passwords.problem }
        networkStore.save(passwords.filed(settings))
    }
}
