import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `configure [SERVER...] [--user U] [--password P] [--relay-only] [--clear]`
    struct Configure: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets the servers that help calls across the Internet.",
            discussion: """
                Without a server it prints what is set. The next call uses what is set; no window has to be opened again. The \
                password is kept in a file that only you can read.
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

        func validate() throws {
            if clear, !servers.isEmpty { throw ValidationError("Either servers or --clear.") }
        }

        @MainActor func run(_ client: InstanceClient) throws {
            if clear || !servers.isEmpty {
                _ = try client.callRoot(
                    "Configure",
                    [.strings(servers), .string(user), .string(password), .bool(relayOnly)])
            } else {
                let text = try client.callRoot("DescribeNetwork").first?.stringValue ?? "{}"
                print(output.json ? JSONValue(parsing: text)?.text(pretty: true) ?? text : text)
            }
        }
    }
}
