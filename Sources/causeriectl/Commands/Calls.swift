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

    /// `note STREAM ADDRESS`
    struct Note: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Notes an address for a stream without calling it.", discussion: "An empty address clears it.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "host, host:port or [v6]:port.") var address: String

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callStream(stream, "NoteAddress", [.string(address)])
        }
    }

    /// `test-call STREAM`
    struct TestCall: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Holds a call with itself: devices, codecs, encryption, loopback network.",
            discussion: "Returns at once; with --wait, when connected or failed.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Flag(help: "Wait until the call is connected; fail with the reason when it ends instead.") var wait = false
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws {
            try StateWaiter(client, stream: stream).run(waiting: wait, until: ["connected"]) {
                try client.callStream(stream, "TestCall")
            }
        }
    }

    /// `accept STREAM`
    struct Accept: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Answers an incoming call.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Option(help: ArgumentHelp("The pane that shows the stream from now on: see panes list.", valueName: "pane"))
        var pane: String?
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws {
            guard let pane else {
                try client.callStream(stream, "Accept")
                return
            }
            try client.callStream(stream, "AcceptInPane", [.string(pane)])
        }
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

    /// `trust STREAM`
    struct Trust: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Accepts the changed identity key for which the last call was refused.",
            discussion:
                "Compare it first, by another way: get STREAM refusedFingerprint. The next call expects this key.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callStream(stream, "Trust") }
    }

    /// `quit`
    struct Quit: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Hangs up everything and ends the instance.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions

        @MainActor func run(_ client: InstanceClient) throws { try client.callRoot("Quit") }
    }
}
