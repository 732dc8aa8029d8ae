import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `emulate STREAM [CONDITIONS...] [--for SECONDS]`
    struct Emulate: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the network of a stream's calls worse on purpose, to hear what the other hears.",
            discussion: """
                CONDITIONS: off; cut; wifi, wifi-lossy, cellular, satellite, congested; loss=5% burst=3 delay=100ms jitter=20ms
                reorder=1% duplicate=1% rate=500kbit/s direction=both|sent|received. Without any it prints those of now.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Option(
            name: .customLong("for"),
            help: ArgumentHelp("For so long, 1 to 3600; then as before.", valueName: "seconds"))
        var time: UInt32?
        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "What happens to the datagrams.") var conditions: [String] = []

        func validate() throws {
            if time != nil, conditions.isEmpty { throw ValidationError("--for needs conditions.") }
        }

        @MainActor func run(_ client: InstanceClient) throws {
            let text = conditions.joined(separator: " ")
            if let time {
                try client.callStream(stream, "Emulate", [.string(text), .uint32(time)])
            } else if !text.isEmpty {
                try client.setProperty("NetworkEmulation", to: .string(text), ofStream: stream)
            } else {
                let now = try client.properties(ofStream: stream)["NetworkEmulation"]?.text ?? ""
                let member = JSONValue.Member("networkEmulation", .string(now))
                print(output.json ? JSONValue.object([member]).text(pretty: true) : now)
            }
        }
    }
}
