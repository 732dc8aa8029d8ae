import Logging
import NIOCore
import Observation
import RTC
import Transport
import Wire

/// Looks at everything that a call needs of the network: interfaces, the port that calls arrive on, firewall, STUN and TURN
/// servers. All at once; findings come as they are made.
@MainActor @Observable package final class NetworkCheck {
    /// In the order of the look; those of the last run until the next.
    package private(set) var findings: [NetworkFinding] = []
    package private(set) var isRunning = false
    /// Whether the last run was ended before everything had been looked at.
    package private(set) var isIncomplete = false

    @ObservationIgnored private weak var conference: Conference?
    @ObservationIgnored private var work: Task<Void, Never>?
    /// How long one look may take: after it the thing has failed.
    @ObservationIgnored private let limit: Duration

    init(_ conference: Conference, limit: Duration = .seconds(20)) {
        self.conference = conference
        self.limit = limit
    }

    /// Looks again; joins a look that is under way. Ends by itself, or by `cancel`.
    package func run() async {
        // One that is being cancelled comes to nothing.
        if isIncomplete { await work?.value }
        if work == nil {
            work = Task { [weak self] in
                await self?.look()
                self?.work = nil
            }
        }
        await work?.value
    }

    /// What has not been found out stays so.
    package func cancel() {
        guard isRunning else { return }
        isIncomplete = true
        work?.cancel()
    }

    /// As text, to be sent to somebody who can help: no password is in it.
    package nonisolated static func text(
        _ findings: [NetworkFinding], _ translate: (Phrase) -> String
    ) -> String {
        findings.map { finding in
            let word =
                switch finding.state {
                case .running: "…"
                case .ok: "✓"
                case .warning: "!"
                case .failed: "✗"
                }
            return "\(word) \(translate(finding.subject)): \(translate(finding.sentence))\n"
        }.joined()
    }

    // MARK: Looking

    private func look() async {
        guard let conference else { return }
        isRunning = true
        isIncomplete = false
        findings = []
        // The keyring may have been unlocked since.
        await conference.synchronizePasswords().value
        let settings = conference.networkSettings
        let network = conference.network
        begin(conference, settings)
        let tools = ProbeTools(
            network: network, options: TransportOptions(network), eventLoop: conference.eventLoop,
            logger: conference.logger, limit: limit)
        let port = conference.listeningPort
        await withTaskGroup(of: (id: String, outcome: Outcome).self) { group in
            if let port {
                for address in Self.ownAddresses(network).prefix(4) {
                    group.addTask { ("calls \(address)", await tools.connect(to: address, port: port)) }
                }
            }
            for uri in network.stunServers { group.addTask { ("\(uri)", await tools.ask(uri)) } }
            for relay in network.relays { group.addTask { ("\(relay.uri)", await tools.logIn(relay)) } }
            for await (id, outcome) in group { conclude(id, outcome, hasRelay: !network.relays.isEmpty) }
        }
        if Task.isCancelled { isIncomplete = true }
        findings.removeAll { $0.state == .running }
        isRunning = false
    }

    /// What is known without asking anybody, and the places of what is not.
    private func begin(_ conference: Conference, _ settings: NetworkSettings) {
        let network = conference.network
        findings = Self.interfaces(network, chosen: settings.interfaces)
        findings += calls(conference, network)
        findings.append(
            NetworkFinding("firewall", Phrase(translatable("Firewall"))).concluded(
                LocalFirewall.found().verdict(port: conference.port, mediaPorts: settings.mediaPorts)))
        findings += network.stunServers.map {
            NetworkFinding("\($0)", Phrase(translatable("STUN server {server}"), ["server": $0.host]))
        }
        if network.stunServers.isEmpty {
            findings.append(
                NetworkFinding("stun", Phrase(translatable("STUN servers"))).concluded(
                    .warning(
                        translatable(
                            "None is set: people outside this network are hard to reach. Many are free; add one in the preferences."
                        ))))
        }
        findings += relays(settings, network)
    }

    private func relays(_ settings: NetworkSettings, _ network: NetworkConfiguration) -> [NetworkFinding] {
        let subject = { (server: String) in Phrase(translatable("TURN server {server}"), ["server": server]) }
        var found = network.relays.map { NetworkFinding("\($0.uri)", subject("\($0.uri)")) }
        for server in settings.servers where server.isRelay && server.password == nil {
            found.append(
                NetworkFinding(server.uri, subject(server.uri)).concluded(
                    .failed(
                        conference?.passwordProblem?.description
                            ?? translatable("Its password is not known: enter it in the preferences."))))
        }
        guard found.isEmpty else { return found }
        return [
            NetworkFinding("turn", Phrase(translatable("TURN servers"))).concluded(
                .warning(
                    translatable("None is set: where two routers let no direct way through, a call fails.")))
        ]
    }

    private func calls(_ conference: Conference, _ network: NetworkConfiguration) -> [NetworkFinding] {
        let subject = Phrase(translatable("Calls from others"))
        if let problem = conference.listeningProblem {
            return [NetworkFinding("calls", subject).concluded(.failed(problem.description))]
        }
        guard conference.listeningPort != nil else {
            return [
                NetworkFinding("calls", subject).concluded(
                    .warning(translatable("Receiving calls is switched off: nobody can call this computer.")))
            ]
        }
        return Self.ownAddresses(network).prefix(4).map { address in
            NetworkFinding(
                "calls \(address)",
                Phrase(translatable("Calls to {address}"), ["address": address.description]))
        }
    }

    private static func interfaces(_ network: NetworkConfiguration, chosen: [String]) -> [NetworkFinding] {
        let found = (try? NetworkInterfaces.list(allowed: network.allowedInterfaces)) ?? []
        var findings = found.map { interface in
            NetworkFinding(
                "interface \(interface.name)",
                Phrase(translatable("Network interface {name}"), ["name": interface.name])
            ).concluded(
                .ok("{addresses}", ["addresses": interface.addresses.map(\.description).joined(separator: ", ")]))
        }
        for name in chosen where !found.contains(where: { $0.name == name }) {
            findings.append(
                NetworkFinding(
                    "interface \(name)", Phrase(translatable("Network interface {name}"), ["name": name])
                ).concluded(
                    .warning(translatable("It is chosen in the preferences, but is not there now or has no address."))))
        }
        guard findings.isEmpty else { return findings }
        return [
            NetworkFinding("interfaces", Phrase(translatable("Network"))).concluded(
                .failed(translatable("This computer is not on a network: nobody outside it can be reached.")))
        ]
    }

    private static func ownAddresses(_ network: NetworkConfiguration) -> [IPAddress] {
        let addresses = try? NetworkInterfaces.addresses(withLoopback: false, allowed: network.allowedInterfaces)
        return (addresses ?? []).filter { !$0.isLoopback }
    }

    // MARK: Findings

    private func conclude(_ id: String, _ outcome: Outcome, hasRelay: Bool) {
        guard let index = findings.firstIndex(where: { $0.id == id && $0.state == .running }) else { return }
        switch outcome {
        case .cancelled: break
        case .verdict(let verdict): findings[index].conclude(verdict)
        case .nat(let report):
            findings[index].conclude(.stun(report))
            guard let verdict = NetworkVerdict.translation(report, hasRelay: hasRelay) else { return }
            let finding = NetworkFinding("nat \(id)", Phrase(translatable("Address translation"))).concluded(verdict)
            // Once is enough, by the server that can tell most.
            if let known = findings.firstIndex(where: { $0.id.hasPrefix("nat ") }) {
                if report.mapping != nil { findings[known] = finding }
            } else {
                findings.insert(finding, at: index + 1)
            }
        }
    }

    enum Outcome: Sendable {
        case verdict(NetworkVerdict)
        case nat(NATReport)
        case cancelled
    }
}

extension NetworkFinding {
    fileprivate func concluded(_ verdict: NetworkVerdict) -> NetworkFinding {
        var finding = self
        finding.conclude(verdict)
        return finding
    }
}
