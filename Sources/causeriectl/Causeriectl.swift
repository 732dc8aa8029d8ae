import ArgumentParser
import BusClient
import GLibKit

/// The root command.
struct Causeriectl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "causeriectl",
        abstract: "Controls a running instance of Causerie.",
        discussion: """
            STREAM is a stream's name; the first one is called main.
            Exit status: 0 done, 1 the action failed, 2 wrong usage, 3 no instance is running.
            """,
        subcommands: [
            List.self, Describe.self, Get.self, Set.self, Connect.self, Accept.self, Reject.self, Disconnect.self,
            Stop.self, Play.self, Stats.self, Devices.self, Info.self, Monitor.self, Quit.self,
        ])

    @OptionGroup var instance: InstanceOptions

    func run() throws { throw ValidationError("A command is missing.") }
}

/// Which instance is meant; before or after the command's name.
struct InstanceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The instance's profile.", valueName: "name"))
    var profile: String?

    func validate() throws {
        if let profile, !BusAddress.isValid(profile: profile) {
            throw ValidationError("\(ClientError.invalidProfile(profile))")
        }
    }
}

/// The form of the answer.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}

/// A command that talks to an instance.
protocol InstanceCommand: ParsableCommand, Sendable {
    var root: Causeriectl { get }
    var instance: InstanceOptions { get }
    @MainActor func run(_ client: InstanceClient) throws
}

extension InstanceCommand {
    mutating func run() throws {
        let command = self
        try MainActor.assumeIsolated {
            let profile = command.instance.profile ?? command.root.instance.profile
            try command.run(InstanceClient(profile: profile))
        }
    }
}
