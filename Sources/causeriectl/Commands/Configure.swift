import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `configure [SERVER...] [--user U] [--password P] [--relay-only] [--clear] [--server URL --name N | --no-server]`
    struct Configure: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets the servers that help calls across the Internet, and the one that calls go through.",
            discussion: """
                Without a server it prints what is set. The next call uses what is set; no window has to be opened again. The \
                password is kept in a file that only you can read. With --server and --name others call you there as \
                NAME@HOST.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "stun:HOST:PORT, turn:HOST:PORT?transport=udp or tcp, or turns:HOST:PORT.")
        var servers: [String] = []
        @Option(help: "The user of the TURN servers.") var user = ""
        @Option(help: "The password of the TURN servers.") var password = ""
        @Flag(help: "Use TURN servers only, so that no address of this computer is told.") var relayOnly = false
        @Flag(help: "Use no server.") var clear = false
        @Option(help: ArgumentHelp("Be reached through this server: wss://HOST[:PORT].", valueName: "url"))
        var server: String?
        @Option(help: "The name by which others call you there.") var name: String?
        @Flag(help: "Be reached through no server.") var noServer = false

        func validate() throws {
            guard (server == nil) == (name == nil) else { throw ValidationError("--server and --name go together.") }
            if noServer, server != nil { throw ValidationError("Either --server or --no-server.") }
            if clear, !servers.isEmpty { throw ValidationError("Either servers or --clear.") }
        }

        @MainActor func run(_ client: InstanceClient) throws {
            if clear || !servers.isEmpty {
                _ = try client.callRoot(
                    "Configure",
                    [.strings(servers), .string(user), .string(password), .bool(relayOnly)])
            }
            if noServer || server != nil {
                _ = try client.callRoot("Register", [.string(server ?? ""), .string(name ?? "")])
            } else if !clear, servers.isEmpty {
                let text = try client.callRoot("DescribeNetwork").first?.stringValue ?? "{}"
                print(output.json ? JSONValue(parsing: text)?.text(pretty: true) ?? text : text)
            }
        }
    }
}
