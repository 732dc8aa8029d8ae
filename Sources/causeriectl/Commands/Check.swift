import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `check`
    struct Check: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Looks at what calls need of the network.",
            discussion: """
                Interfaces, the port that calls arrive on, the firewall, and each STUN and TURN server; within half a minute. \
                Fails when something does not work; what only could be better is a warning.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions

        @MainActor func run(_ client: InstanceClient) throws {
            let findings = try client.callRoot("CheckNetwork", timeout: 60_000).json()
            if output.json {
                print(findings.text(pretty: true))
            } else {
                let rows = findings.elements.map { finding in
                    ["state", "subject", "sentence"].map { finding[$0]?.humanText ?? "" }
                }
                print(Table.text(rows))
            }
            if findings.elements.contains(where: { $0["state"] == .string("failed") }) {
                throw ClientError.failed("Not everything works.")
            }
        }
    }
}
