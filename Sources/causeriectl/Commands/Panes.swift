import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `panes list|add|remove|set|move|detach`
    struct Panes: CommandGroup {
        static let configuration = CommandConfiguration(
            abstract: "Shows and arranges the panes of windows.",
            subcommands: [List.self, Add.self, Remove.self, Set.self, Move.self, Detach.self])
    }
}

/// What a pane shows of its stream, in any spelling of `receivedWithSentInset`.
enum DisplayWord: String, ExpressibleByArgument, CaseIterable {
    case received, sent, receivedWithSentInset, none

    init?(argument: String) {
        guard let word = PropertyKey.find(argument, in: Self.allCases.map(\.rawValue)) else { return nil }
        self.init(rawValue: word)
    }
}

extension Causeriectl.Panes {
    /// `panes list`
    struct List: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the panes of all windows, or of one.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Option(help: ArgumentHelp("Only the panes of this window.", valueName: "window")) var window: String?
        @Flag(help: "Print only the ids, one a line.") var ids = false

        @MainActor func run(_ client: InstanceClient) throws {
            let windows =
                if let window {
                    [try client.callRoot("DescribeWindow", [.string(window)]).json()]
                } else {
                    try client.windows()
                }
            let panes = windows.flatMap { window in (window["panes"]?.elements ?? []).map { Self.row($0, of: window) } }
            if ids {
                for pane in panes { print(pane[0]) }
            } else if output.json {
                let names = ["id", "window", "stream", "display"]
                let objects = panes.map { pane in
                    JSONValue.object(zip(names, pane).map { JSONValue.Member($0, .string($1)) })
                }
                print(JSONValue.array(objects).text(pretty: true))
            } else {
                print(Table.text([["PANE", "WINDOW", "STREAM", "DISPLAY"]] + panes))
            }
        }

        private static func row(_ pane: JSONValue, of window: JSONValue) -> [String] {
            [pane["id"], window["id"], pane["stream"], pane["display"]].map { $0?.humanText ?? "" }
        }
    }

    /// `panes add STREAM`
    struct Add: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a pane that shows a stream, of whichever window, and prints its id.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var window: WindowOption
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws {
            let answer = try client.callRoot("AddPane", [.string(window.id(client)), .string(stream)])
            print(answer.first?.text ?? "")
        }
    }

    /// `panes remove PANE`
    struct Remove: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a pane away; its stream and its call stay.",
            discussion: "The last pane of a window stays.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The pane's id.") var pane: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callRoot("RemovePane", [.string(pane)]) }
    }

    /// `panes set PANE [--stream STREAM] [--display DISPLAY]`
    struct Set: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes what a pane shows.",
            discussion: "DISPLAY: received, sent, receivedWithSentInset or none.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Option(help: ArgumentHelp("The stream it shows.", valueName: "stream")) var stream: String?
        @Option(help: ArgumentHelp("What it shows of the stream.", valueName: "display")) var display: DisplayWord?
        @Argument(help: "The pane's id.") var pane: String

        func validate() throws {
            if stream == nil, display == nil { throw ValidationError("--stream or --display is missing.") }
            if stream == "" { throw ValidationError("A stream has a name.") }
        }

        @MainActor func run(_ client: InstanceClient) throws {
            // What is left out stays as it is.
            let words = [pane, stream ?? "", display?.rawValue ?? ""]
            try client.callRoot("SetPane", words.map { .string($0) })
        }
    }

    /// `panes move PANE INDEX`
    struct Move: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a pane at another place in its window.", discussion: "The first place is 0.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The pane's id.") var pane: String
        @Argument(help: "Its place, from 0.") var index: UInt32

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callRoot("MovePane", [.string(pane), .uint32(index)])
        }
    }

    /// `panes detach PANE`
    struct Detach: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a pane a window of its own and prints that window's id.",
            discussion: "Closing that window brings the pane back. The last pane of a window stays.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The pane's id.") var pane: String

        @MainActor func run(_ client: InstanceClient) throws {
            print(try client.callRoot("DetachPane", [.string(pane)]).first?.text ?? "")
        }
    }
}
