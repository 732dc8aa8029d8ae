import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `connect STREAM ADDRESS`
    struct Connect: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Calls an address.", discussion: "Returns at once; with --wait, when connected or failed.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Flag(help: "Wait until the call is connected; fail with the reason when it ends instead.") var wait = false
        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "host, host:port or [v6]:port.") var address: String

        @MainActor func run(_ client: InstanceClient) throws {
            try StateWaiter(client, stream: stream).run(waiting: wait, until: ["connected"]) {
                try client.callStream(stream, "Connect", [.string(address)])
            }
        }
    }

    /// `accept STREAM`
    struct Accept: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Answers an incoming call.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callStream(stream, "Accept") }
    }

    /// `reject STREAM`
    struct Reject: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Declines an incoming call.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callStream(stream, "Reject") }
    }

    /// `disconnect STREAM`
    struct Disconnect: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Hangs up.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callStream(stream, "Disconnect") }
    }

    /// `quit`
    struct Quit: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Hangs up everything and ends the instance.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions

        @MainActor func run(_ client: InstanceClient) throws { try client.callRoot("Quit") }
    }
}
