import BusClient
import Conference
import GLibKit

/// What the bus can set of the network.
extension RootObject {
    func networkMethod(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply? {
        switch method {
        case "Configure":
            var settings = conference.networkSettings
            settings.servers = arguments[0].stringsValue ?? []
            settings.user = arguments[1].stringValue ?? ""
            settings.password = arguments[2].stringValue ?? ""
            settings.relayOnly = arguments[3].boolValue ?? false
            do throws(NetworkSettingsProblem) {
                try conference.configure(settings)
            } catch { throw .invalidValue("\(error)") }
            return .nothing
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
            JSONValue.Member("servers", .array(settings.servers.map { .string($0) })),
            JSONValue.Member("user", .string(settings.user)),
            JSONValue.Member("hasPassword", .bool(!settings.password.isEmpty)),
            JSONValue.Member("relayOnly", .bool(settings.relayOnly)),
            JSONValue.Member("server", .string(conference.rendezvous.account?.server ?? "")),
            JSONValue.Member("name", .string(conference.rendezvous.account?.name ?? "")),
        ])
    }
}
