import ArgumentParser
import BusClient
import GLibKit

/// How a window arranges its panes.
enum LayoutWord: String, ExpressibleByArgument, CaseIterable {
    case grid, speaker, insets
}

extension Causeriectl.Windows {
    /// `windows layout WINDOW LAYOUT`
    struct Layout: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Arranges a window's panes.",
            discussion: "grid: all of one size; speaker: the first one large; insets: the others over the first.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The window's id.") var window: String
        @Argument(help: "grid, speaker or insets.") var layout: LayoutWord

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callRoot("SetLayout", [.string(window), .string(layout.rawValue)])
        }
    }

    /// `windows export WINDOW PATH`
    struct Export: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a window with its streams and panes to a file.",
            discussion: "A file that is there is replaced.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The window's id.") var window: String
        @Argument(help: "The file.", completion: .file()) var path: String

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callRoot("ExportWindow", [.string(window), .string(FilePath.absolute(path))])
        }
    }

    /// `windows import PATH`
    struct Import: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Opens the windows that a file describes and prints their ids.",
            discussion: "Nobody is called, and the streams take no incoming calls until their detection is set.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The file.", completion: .file()) var path: String

        @MainActor func run(_ client: InstanceClient) throws {
            let answer = try client.callRoot("ImportWindows", [.string(FilePath.absolute(path))])
            for id in answer.first?.stringsValue ?? [] { print(id) }
        }
    }

    /// `windows undo WINDOW`
    struct Undo: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a window's last change back.", discussion: "Calls go on, and nobody is called.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The window's id.") var window: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callRoot("Undo", [.string(window)]) }
    }

    /// `windows redo WINDOW`
    struct Redo: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Makes the change again that was taken back.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The window's id.") var window: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callRoot("Redo", [.string(window)]) }
    }
}
