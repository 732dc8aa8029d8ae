import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `windows list|describe|add|close|reopen|layout|export|import|undo|redo`
    struct Windows: CommandGroup {
        static let configuration = CommandConfiguration(
            abstract: "Shows and arranges windows.",
            subcommands: [
                List.self, Describe.self, Add.self, Close.self, Reopen.self, Layout.self, Export.self, Import.self,
                Undo.self, Redo.self,
            ])
    }
}

extension InstanceClient {
    /// Every window's description, in their order.
    @MainActor func windows() throws(ClientError) -> [JSONValue] {
        var windows: [JSONValue] = []
        for id in try callRoot("ListWindows").first?.stringsValue ?? [] {
            windows.append(try callRoot("DescribeWindow", [.string(id)]).json())
        }
        return windows
    }
}

extension Causeriectl.Windows {
    /// `windows list`
    struct List: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the windows.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Print only the ids, one a line.") var ids = false

        @MainActor func run(_ client: InstanceClient) throws {
            if ids {
                for id in try client.callRoot("ListWindows").first?.stringsValue ?? [] { print(id) }
                return
            }
            let windows = try client.windows()
            guard !output.json else { return print(JSONValue.array(windows).text(pretty: true)) }
            let rows = windows.map { window in
                let streams = window["streams"]?.elements.map(\.humanText).joined(separator: ", ") ?? ""
                let panes = window["panes"]?.elements.count ?? 0
                return [window["id"]?.humanText ?? "", window["layout"]?.humanText ?? "", String(panes), streams]
            }
            print(Table.text([["WINDOW", "LAYOUT", "PANES", "STREAMS"]] + rows))
        }
    }

    /// `windows describe WINDOW`
    struct Describe: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a window's layout, size, streams and panes.",
            discussion: "And what could be taken back or made again.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The window's id.") var window: String

        @MainActor func run(_ client: InstanceClient) throws {
            let description = try client.callRoot("DescribeWindow", [.string(window)]).json()
            print(output.json ? description.text(pretty: true) : Self.human(description))
        }

        private static func human(_ window: JSONValue) -> String {
            let text = { (name: String) in window[name].map { $0 == .null ? "" : $0.humanText } ?? "" }
            let size = ["width", "height"].compactMap { window["size"]?[$0]?.humanText }.joined(separator: "x")
            let maximized = window["size"]?["isMaximized"] == .bool(true) ? ", maximized" : ""
            var rows = [
                ["id", text("id")], ["layout", text("layout")], ["size", size + maximized], ["origin", text("origin")],
                ["undo", text("undo")], ["redo", text("redo")],
            ]
            rows += (window["streams"]?.elements ?? []).map { ["stream", $0.humanText] }
            rows += (window["panes"]?.elements ?? []).map { pane in
                ["pane", ["id", "stream", "display"].map { pane[$0]?.humanText ?? "" }.joined(separator: "  ")]
            }
            return Table.text(rows)
        }
    }

    /// `windows add`
    struct Add: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Opens a window with a stream and a pane of its own and prints its id.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions

        @MainActor func run(_ client: InstanceClient) throws {
            print(try client.callRoot("AddWindow").first?.text ?? "")
        }
    }

    /// `windows close WINDOW`
    struct Close: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes a window; its calls end.", discussion: "The last window stays.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The window's id.") var window: String

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callRoot("CloseWindow", [.string(window)])
        }
    }

    /// `windows reopen`
    struct Reopen: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Opens the window again that was closed last and prints its id.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions

        @MainActor func run(_ client: InstanceClient) throws {
            print(try client.callRoot("ReopenWindow").first?.text ?? "")
        }
    }
}
