import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `configure [SERVER...] [--add] [--user U] [--password P] [--relay-only] [--clear] [--lan-only | --no-lan-only]
    /// [--interfaces I] [--media-ports P] [--from FILE] [--server URL --name N | --no-server]`
    struct Configure: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets how calls may use the network: servers, interfaces, ports, and the server they go through.",
            discussion: """
                Without anything to set it prints what is set. The next call uses what is set; no window has to be opened \
                again. Passwords are kept in the desktop's keyring, or, where there is none, in a file that only you can read. \
                With --server and --name others call you there as NAME@HOST. --from takes servers, interfaces and ports from a \
                file of windows export, in place of those set. Such a file has no passwords: those known of the same users \
                stay, and the output names the servers that lack one.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "stun:HOST:PORT, turn:HOST:PORT?transport=udp or tcp, or turns:HOST:PORT.")
        var servers: [String] = []
        @Flag(help: "Keep the servers that are set, and add these.") var add = false
        @Option(help: "The user of the TURN servers.") var user = ""
        @Option(help: "The password of the TURN servers.") var password = ""
        @Flag(help: "Use TURN servers only, so that no address of this computer is told.") var relayOnly = false
        @Flag(help: "Use no server.") var clear = false
        @Option(help: ArgumentHelp("Take the network of a window's file.", valueName: "file")) var from: String?
        @Flag(
            inversion: .prefixedNo,
            help: "Let nothing leave the networks that this computer is on: no server, no router.")
        var lanOnly: Bool?
        @Option(help: ArgumentHelp("Network interfaces for sound and picture, or all.", valueName: "names"))
        var interfaces: String?
        @Option(help: ArgumentHelp("UDP ports for sound and picture, or any.", valueName: "first-last"))
        var mediaPorts: String?
        @Option(help: ArgumentHelp("Be reached through this server: wss://HOST[:PORT].", valueName: "url"))
        var server: String?
        @Option(help: "The name by which others call you there.") var name: String?
        @Flag(help: "Be reached through no server.") var noServer = false

        func validate() throws {
            guard (server == nil) == (name == nil) else { throw ValidationError("--server and --name go together.") }
            if noServer, server != nil { throw ValidationError("Either --server or --no-server.") }
            if from != nil, clear || !servers.isEmpty || interfaces != nil || mediaPorts != nil {
                throw ValidationError("--from sets servers, interfaces and ports by itself.")
            }
            if clear, !servers.isEmpty { throw ValidationError("Either servers or --clear.") }
            if add, servers.isEmpty || relayOnly { throw ValidationError("--add needs servers, and no --relay-only.") }
            if let mediaPorts, mediaPorts != "any", Self.ports(mediaPorts) == nil {
                throw ValidationError("Ports are a range within 1024 to 65535, as in 50000-50100, or any.")
            }
        }

        @MainActor func run(_ client: InstanceClient) throws {
            let setsServers = clear || !servers.isEmpty
            if add {
                for server in servers {
                    try client.callRoot("AddServer", [.string(server), .string(user), .string(password)])
                }
            } else if setsServers {
                try client.callRoot(
                    "Configure",
                    [.strings(servers), .string(user), .string(password), .bool(relayOnly)])
            }
            if let from {
                try client.callRoot("ImportNetwork", [.string(FilePath.absolute(from))])
                try warnOfPasswords(client)
            }
            if noServer || server != nil {
                try client.callRoot("Register", [.string(server ?? ""), .string(name ?? "")])
            }
            if let interfaces {
                let names = interfaces == "all" ? [] : interfaces.split(separator: ",").map(String.init)
                try client.callRoot("SetInterfaces", [.strings(names)])
            }
            if let lanOnly { try client.callRoot("SetLANOnly", [.bool(lanOnly)]) }
            if let mediaPorts {
                let ports = Self.ports(mediaPorts) ?? 0...0
                try client.callRoot("SetMediaPorts", [.uint32(ports.lowerBound), .uint32(ports.upperBound)])
            }
            if !setsServers, from == nil, !noServer, server == nil, interfaces == nil, mediaPorts == nil, lanOnly == nil
            {
                try describe(client)
            }
        }

        @MainActor private func warnOfPasswords(_ client: InstanceClient) throws {
            for server in try client.callRoot("DescribeNetwork").json()["servers"]?.elements ?? []
            where server["hasPassword"] == .bool(false) {
                let (user, uri) = (server["user"]?.humanText ?? "", server["uri"]?.humanText ?? "")
                print("The password of \(user) at \(uri) is not known.")
            }
        }

        @MainActor private func describe(_ client: InstanceClient) throws {
            let settings = try client.callRoot("DescribeNetwork").json()
            guard !output.json else { return print(settings.text(pretty: true)) }
            var rows = (settings["servers"]?.elements ?? []).map { server in
                let user = server["user"].map { [$0.humanText] } ?? []
                let missing = server["hasPassword"] == .bool(false) ? ["(password not known)"] : []
                return ["server", ([server["uri"]?.humanText ?? ""] + user + missing).joined(separator: "  ")]
            }
            let names = settings["interfaces"]?.elements.map(\.humanText) ?? []
            rows.append(["relay-only", settings["relayOnly"]?.humanText ?? ""])
            rows.append(["lan-only", settings["lanOnly"]?.humanText ?? ""])
            rows.append(["interfaces", names.isEmpty ? "all" : names.joined(separator: ",")])
            let ports = settings["mediaPorts"].map { $0 == .null ? "any" : $0.humanText }
            rows.append(["media-ports", ports ?? "any"])
            if let server = settings["server"]?.humanText, !server.isEmpty {
                rows.append(["reached-through", "\(server)  \(settings["name"]?.humanText ?? "")"])
            }
            if settings["lanOnly"] == .bool(true) {
                let sent = (settings["sent"]?.elements ?? []).map {
                    "\($0.text(of: "interface")) \($0.text(of: "packets"))"
                }
                rows.append(["sent", sent.isEmpty ? "0" : sent.joined(separator: ", ")])
                rows.append(["refused", settings.text(of: "refused")])
            }
            if let problem = settings["passwordProblem"], problem != .null {
                rows.append(["problem", problem.humanText])
            }
            print(Table.text(rows))
        }

        private static func ports(_ text: String) -> ClosedRange<UInt32>? {
            let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt32($0) }
            guard numbers.count <= 2, let first = numbers.first ?? nil, let last = numbers.last ?? nil, first <= last,
                first >= 1024, last <= 65535
            else { return nil }
            return first...last
        }
    }
}
