import RTC
import Transport

/// How calls may use the network; each change is for the calls that begin from then on.
extension Conference {
    /// Takes other settings (WINDEV's StreamConfigure): the next call uses them, no window has to be opened again. New
    /// credentials for the TURN servers of before reach the calls that run, too.
    package func configure(_ settings: NetworkSettings) throws(NetworkSettingsProblem) {
        _ = try settings.configuration()
        guard settings != networkSettings else { return }
        passwords.changed(from: networkSettings, to: settings)
        let old = networkSettings
        networkSettings = settings
        networkStore.save(passwords.filed(settings))
        if settings.lanOnly != old.lanOnly || (settings.lanOnly && settings.interfaces != old.interfaces) {
            boundaryChanged()
        }
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

    /// What keeps sockets on the local networks; nil while they may go anywhere.
    var boundary: LocalBoundary? {
        guard networkSettings.lanOnly else { return nil }
        let names = networkSettings.interfaces
        return LocalBoundary(allowed: names.isEmpty ? nil : Set(names), traffic: localTraffic)
    }

    /// What was sent so far while nothing might leave the local networks.
    package var sentLocally: [SentLocally] {
        localTraffic.totals.map { SentLocally(interface: $0.interface, packets: $0.count) }
    }

    /// What was not sent because its destination is elsewhere.
    package var refusedElsewhere: Int { localTraffic.refused.total }

    /// From now on nothing leaves the local networks, or others than before, or it may again: what is open was made otherwise.
    private func boundaryChanged() {
        guard isRunning else { return }
        if boundary != nil {
            for stream in streams where stream.state.isBusy && !stream.isTestCall { stream.disconnect() }
        }
        chat.lines.stop()
        relisten()
        rendezvous.boundaryChanged()
        refreshPresences()
        chat.lines.start()
    }

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

/// Packets, or writes to a connection, that went out by an interface.
package struct SentLocally: Hashable, Sendable {
    /// `lo` for what stayed on this computer, `multicast` for questions to everybody on the local networks.
    package var interface: String
    package var packets: Int

    package init(interface: String, packets: Int) {
        self.interface = interface
        self.packets = packets
    }
}
