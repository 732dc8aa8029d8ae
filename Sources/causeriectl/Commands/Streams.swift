import ArgumentParser
import BusClient
import GLibKit

/// Which window is meant, where one has to be.
struct WindowOption: ParsableArguments {
    @Option(help: ArgumentHelp("The window's id; the first window when left out.", valueName: "window"))
    var window: String?

    @MainActor func id(_ client: InstanceClient) throws(ClientError) -> String {
        if let window { return window }
        return try client.callRoot("ListWindows").first?.stringsValue?.first ?? ""
    }
}

extension Causeriectl {
    /// `rename STREAM NEW`
    struct Rename: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a stream another name.", discussion: "A running call does not notice.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "Its new name, of no other stream.") var new: String

        @MainActor func run(_ client: InstanceClient) throws {
            try client.setProperty("Name", to: .string(new), ofStream: stream)
        }
    }

    /// `streams add|duplicate|remove`
    struct Streams: CommandGroup {
        static let configuration = CommandConfiguration(
            abstract: "Adds, copies and removes streams.", subcommands: [Add.self, Duplicate.self, Remove.self])
    }
}

extension Causeriectl.Streams {
    /// `streams add NAME`
    struct Add: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a stream to a window and prints its name.",
            discussion: "A name that is taken gets a number. No pane shows the stream yet: see panes add.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var window: WindowOption
        @Argument(help: "The new stream's name.") var name: String

        @MainActor func run(_ client: InstanceClient) throws {
            let answer = try client.callRoot("AddStream", [.string(window.id(client)), .string(name)])
            print(answer.streamName())
        }
    }

    /// `streams duplicate STREAM`
    struct Duplicate: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copies a stream with all that is set for it and prints the copy's name.",
            discussion: "The copy takes no incoming calls until its detection is set.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws {
            print(try client.callRoot("DuplicateStream", [.string(stream)]).streamName())
        }
    }

    /// `streams remove STREAM`
    struct Remove: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hangs up and removes a stream and the panes that show it.",
            discussion: "The last stream of a window stays.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callRoot("RemoveStream", [.string(stream)])
        }
    }
}
