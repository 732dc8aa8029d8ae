import ArgumentParser
import BusClient
import GLibKit

/// The root command.
struct Causeriectl: CommandGroup {
    static let configuration = CommandConfiguration(
        commandName: "causeriectl",
        abstract: "Controls a running instance of Causerie.",
        discussion: """
            STREAM is a stream's name; the first one is called main. WINDOW and PANE are ids: see windows list, panes list.
            Exit status: 0 done, 1 the action failed, 2 wrong usage, 3 no instance is running.
            """,
        subcommands: [
            List.self, Describe.self, Get.self, Set.self, Rename.self, Connect.self, Note.self, TestCall.self,
            Accept.self, Reject.self, Disconnect.self, Trust.self, Stop.self, Play.self, Stats.self, Info.self,
            Emulate.self, Streams.self, Windows.self, Panes.self, Configure.self, Check.self,
            DoNotDisturb.self, Devices.self, Monitor.self, Contacts.self, History.self, Presence.self,
            Chat.self, Conversations.self, Messages.self, SendFile.self, Files.self,
            Quit.self,
        ])

    @OptionGroup var instance: InstanceOptions
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

/// A command that only has others below it.
protocol CommandGroup: ParsableCommand {}

extension CommandGroup {
    func run() throws { throw ValidationError("A command is missing.") }
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
