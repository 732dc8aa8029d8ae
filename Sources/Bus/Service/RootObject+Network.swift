import BusClient
import Conference
import GLibKit

/// What the bus can set of the network.
extension RootObject {
    func networkMethod(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply? {
        switch method {
        case "Configure":
            try configure { settings in
                settings.servers =
                    NetworkSettings(
                        servers: arguments[0].stringsValue ?? [], user: arguments[1].stringValue ?? "",
                        password: arguments[2].stringValue ?? ""
                    ).servers
                settings.relayOnly = arguments[3].boolValue ?? false
            }
            return .nothing
        case "AddServer":
            let words = arguments.map { $0.stringValue ?? "" }
            let server = NetworkSettings.Server(words[0])
            do throws(NetworkSettingsProblem) {
                try conference.addServer(
                    server.isRelay ? .init(words[0], user: words[1], password: words[2]) : server)
            } catch { throw .invalidValue("\(error)") }
            return .nothing
        case "RemoveServer":
            let uri = arguments[0].stringValue ?? ""
            guard conference.networkSettings.servers.contains(where: { $0.uri == uri }) else {
                throw .notFound("server", uri)
            }
            try configure { settings in
                settings.servers.removeAll { $0.uri == uri }
                if !settings.servers.contains(where: \.isRelay) { settings.relayOnly = false }
            }
            return .nothing
        case "SetInterfaces":
            try configure { $0.interfaces = arguments[0].stringsValue ?? [] }
            return .nothing
        case "SetLANOnly":
            try configure { $0.lanOnly = arguments[0].boolValue ?? false }
            return .nothing
        case "SetMediaPorts":
            let (first, last) = (arguments[0].intValue ?? 0, arguments[1].intValue ?? 0)
            guard first <= last else { throw .invalidValue("\(NetworkSettingsProblem.invalidPorts)") }
            try configure { $0.mediaPorts = first == 0 && last == 0 ? nil : first...last }
            return .nothing
        case "ImportNetwork":
            let settings = try settings(inFile: arguments[0].stringValue ?? "")
            try configure { $0 = settings }
            return .nothing
        case "CheckNetwork":
            let check = conference.networkCheck
            return .later { () throws(BusFailure) in
                await check.run()
                return [.string(JSONValue.array(check.findings.map(Self.json)).text())]
            }
        case "Register":
            let account = RendezvousAccount(
                server: arguments[0].stringValue ?? "", name: arguments[1].stringValue ?? "")
            do throws(RendezvousProblem) {
                try conference.rendezvous.configure(account.server.isEmpty ? nil : account)
            } catch { throw .invalidValue("\(error)") }
            return .nothing
        case "DescribeNetwork": return .values([.string(networkDescription.text())])
        default: return nil
        }
    }

    /// How we are reached through a server.
    var serverProperties: [String: Variant] {
        let rendezvous = conference.rendezvous
        var problem = ""
        if case .failed(let reason) = rendezvous.state { problem = "\(reason)" }
        return [
            "Server": .string(rendezvous.account?.server ?? ""),
            "ServerState": .string(rendezvous.state.word),
            "ServerProblem": .string(problem),
            "ServerName": .string(rendezvous.name),
            "ServerUsers": .strings(rendezvous.users),
        ]
    }

    /// The password stays here.
    private var networkDescription: JSONValue {
        let settings = conference.networkSettings
        return .object([
            JSONValue.Member("servers", .array(settings.servers.map(Self.json))),
            JSONValue.Member("relayOnly", .bool(settings.relayOnly)),
            JSONValue.Member("lanOnly", .bool(settings.lanOnly)),
            JSONValue.Member("interfaces", .array(settings.interfaces.map { .string($0) })),
            JSONValue.Member(
                "mediaPorts", settings.mediaPorts.map { .string(NetworkSettings.text($0)) } ?? .null),
            JSONValue.Member(
                "passwordProblem", conference.passwordProblem.map { .string($0.description) } ?? .null),
            JSONValue.Member("server", .string(conference.rendezvous.account?.server ?? "")),
            JSONValue.Member("name", .string(conference.rendezvous.account?.name ?? "")),
            JSONValue.Member("sent", .array(conference.sentLocally.map(Self.json))),
            JSONValue.Member("refused", .integer(Int64(conference.refusedElsewhere))),
        ])
    }

    private static func json(_ sent: SentLocally) -> JSONValue {
        .object([
            JSONValue.Member("interface", .string(sent.interface)),
            JSONValue.Member("packets", .integer(Int64(sent.packets))),
        ])
    }

    private static func json(_ server: NetworkSettings.Server) -> JSONValue {
        guard server.isRelay else { return .object([JSONValue.Member("uri", .string(server.uri))]) }
        return .object([
            JSONValue.Member("uri", .string(server.uri)), JSONValue.Member("user", .string(server.user)),
            JSONValue.Member("hasPassword", .bool(server.password != nil)),
        ])
    }

    private static func json(_ finding: NetworkFinding) -> JSONValue {
        .object([
            JSONValue.Member("id", .string(finding.id)), JSONValue.Member("state", .string(finding.state.rawValue)),
            JSONValue.Member("subject", .string(finding.subject.english)),
            JSONValue.Member("sentence", .string(finding.sentence.english)),
        ])
    }

    private func settings(inFile path: String) throws(BusFailure) -> NetworkSettings {
        do throws(WindowFileError) {
            return try conference.networkSettings(from: path)
        } catch { throw BusFailure(error) }
    }

    private func configure(_ change: (inout NetworkSettings) -> Void) throws(BusFailure) {
        var settings = conference.networkSettings
        change(&settings)
        do throws(NetworkSettingsProblem) {
            try conference.configure(settings)
        } catch { throw .invalidValue("\(error)") }
    }
}
