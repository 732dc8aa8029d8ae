import ArgumentParser
import BusClient
import FoundationEssentials
import GLibKit
import Glibc

extension Causeriectl {
    /// `send-file WHO PATH...`
    struct SendFile: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Offers files and folders to somebody.",
            discussion: """
                Prints the id of each. They go when the other one agrees; what was interrupted goes on where it was.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Flag(help: "Wait until all have arrived.") var wait = false
        @Argument(help: "A stream, a contact, a fingerprint, a name or an address.") var who: String
        @Argument(help: ArgumentHelp("A file or folder.", valueName: "path")) var paths: [String]

        @MainActor func run(_ client: InstanceClient) throws {
            let waiter = FileWaiter(client)
            let answer = try client.callFiles(
                "SendFiles", [.string(who), .strings(paths.map(FilePath.absolute))])
            let ids = answer.first?.stringsValue ?? []
            for id in ids { print(id) }
            fflush(nil)
            if wait { try waiter.wait(for: ids) }
        }
    }

    /// `files list|accept|decline|pause|resume|cancel|retry|remove|set`
    struct Files: CommandGroup {
        static let configuration = CommandConfiguration(
            abstract: "Shows the files that are sent and received, and says what becomes of them.",
            discussion: "FILE is a file's id, or the beginning of it that no other one has.",
            subcommands: [
                List.self, Accept.self, Decline.self, Pause.self, Resume.self, Cancel.self, Retry.self, Remove.self,
                Set.self,
            ])
    }
}

extension Causeriectl.Files {
    /// `files list [WHO]`
    struct List: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Lists files, the latest first.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "With whom; everybody when left out.") var who: String?

        @MainActor func run(_ client: InstanceClient) throws {
            let files = try client.callFiles("ListFiles", [.string(who ?? "")]).json()
            if output.json { return print(files.text(pretty: true)) }
            let rows = files.elements.map { file in
                [
                    String(file.text(of: "id").prefix(8)), file["isOwn"] == .bool(true) ? "to" : "from",
                    FileLine.shown(file, "with"), FileLine.shown(file, "name"), file.text(of: "size"),
                    file.text(of: "bytesDone"), file.text(of: "state"),
                ]
            }
            print(Table.text([["FILE", "", "WHO", "NAME", "BYTES", "DONE", "STATE"]] + rows))
        }
    }

    /// `files accept [--to PATH] FILE...`
    struct Accept: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Takes files that are offered.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Option(help: ArgumentHelp("A folder, or the path under a new name.", valueName: "path")) var to: String?
        @Argument(help: ArgumentHelp("The file's id.", valueName: "file")) var files: [String]

        @MainActor func run(_ client: InstanceClient) throws {
            let place = to.map(FilePath.absolute) ?? ""
            for file in files { try client.callFiles("AcceptFile", [.string(file), .string(place)]) }
        }
    }

    /// `files decline FILE...`
    struct Decline: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Does not take files that are offered.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var chosen: ChosenFiles

        @MainActor func run(_ client: InstanceClient) throws { try chosen.call("DeclineFile", client) }
    }

    /// `files pause FILE...`
    struct Pause: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Lets files wait.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var chosen: ChosenFiles

        @MainActor func run(_ client: InstanceClient) throws { try chosen.call("PauseFile", client) }
    }

    /// `files resume FILE...`
    struct Resume: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Lets files go on.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var chosen: ChosenFiles

        @MainActor func run(_ client: InstanceClient) throws { try chosen.call("ResumeFile", client) }
    }

    /// `files cancel FILE...`
    struct Cancel: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Gives files up.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var chosen: ChosenFiles

        @MainActor func run(_ client: InstanceClient) throws { try chosen.call("CancelFile", client) }
    }

    /// `files retry FILE...`
    struct Retry: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Tries again after a failure.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var chosen: ChosenFiles

        @MainActor func run(_ client: InstanceClient) throws { try chosen.call("RetryFile", client) }
    }

    /// `files remove FILE...`
    struct Remove: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets files that are over; they stay on the disk.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var chosen: ChosenFiles

        @MainActor func run(_ client: InstanceClient) throws { try chosen.call("RemoveFile", client) }
    }

    /// `files set [--folder PATH] [--automatic-limit BYTES] [--speed-limit BYTES] [--connections on|off]`
    struct Set: InstanceCommand {
        enum Switch: String, ExpressibleByArgument { case on, off }

        static let configuration = CommandConfiguration(
            abstract: "Changes how files are taken and sent, or prints it.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Option(help: ArgumentHelp("Where files go; nothing for the download folder.", valueName: "path"))
        var folder: String?
        @Option(
            help: ArgumentHelp(
                "Files of verified contacts taken without a question, at most; 0 for none.", valueName: "bytes"))
        var automaticLimit: UInt64?
        @Option(help: ArgumentHelp("Bytes a second sent at most; 0 for no limit.", valueName: "bytes"))
        var speedLimit: UInt64?
        @Option(help: "Whether files may go outside of calls: on or off.") var connections: Switch?

        @MainActor func run(_ client: InstanceClient) throws {
            if let folder {
                let path = folder.isEmpty ? "" : FilePath.absolute(folder)
                try client.setFilesProperty("Folder", to: .string(path))
            }
            if let automaticLimit { try client.setFilesProperty("AutomaticLimit", to: .uint64(automaticLimit)) }
            if let speedLimit { try client.setFilesProperty("SpeedLimit", to: .uint64(speedLimit)) }
            if let connections { try client.setFilesProperty("UsesConnections", to: .bool(connections == .on)) }
            guard folder == nil, automaticLimit == nil, speedLimit == nil, connections == nil else { return }
            let properties = try client.filesProperties().sorted { $0.key < $1.key }
            let members = properties.map { JSONValue.Member(PropertyKey.display($0.key), JSONValue($0.value)) }
            if output.json { return print(JSONValue.object(members).text(pretty: true)) }
            print(Table.text(properties.map { [PropertyKey.display($0.key), $0.value.text] }))
        }
    }
}

/// The files that a command is about.
struct ChosenFiles: ParsableArguments {
    @Argument(help: ArgumentHelp("The file's id.", valueName: "file")) var files: [String]

    @MainActor func call(_ method: String, _ client: InstanceClient) throws {
        for file in files { try client.callFiles(method, [.string(file)]) }
    }
}

/// A file as a line of a terminal.
enum FileLine {
    static func shown(_ file: JSONValue, _ member: String) -> String {
        ChatLine.shown(file.text(of: member), limit: 60)
    }
}

/// Waits until files have arrived, or one cannot.
@MainActor final class FileWaiter {
    private let client: InstanceClient
    private var open: Swift.Set<String> = []
    private var result: Result<Void, ClientError>?

    init(_ client: InstanceClient) { self.client = client }

    func wait(for ids: [String]) throws {
        open = Swift.Set(ids)
        let events = client.onFilesEvent { [weak self] event in
            if event.signal == "FileProgress", event.arguments.count == 6 {
                let words = event.arguments.map(\.text)
                self?.check(words[0], words[1], words[5])
            }
        }
        let end = client.onEnd { [weak self] in self?.finish(.failure(.notRunning("The instance has ended."))) }
        let interrupts = [SIGINT, SIGTERM].map { number in
            EventSource.onUnixSignal(number) { [weak self] in self?.finish(.failure(.failed("Interrupted."))) }
        }
        // As it is now: what was told before nobody has heard.
        for file in try client.callFiles("ListFiles", [.string("")]).json().elements {
            check(file.text(of: "id"), file.text(of: "state"), file.text(of: "message"))
        }
        withExtendedLifetime((events, end, interrupts)) {
            if result == nil { MainLoop.run() }
        }
        try result?.get()
    }

    private func check(_ id: String, _ state: String, _ message: String) {
        guard open.contains(id) else { return }
        switch state {
        case "done":
            open.remove(id)
            if open.isEmpty { finish(.success(())) }
        case "declined", "cancelled", "cancelled-there", "failed": finish(.failure(.failed(message)))
        default: break
        }
    }

    private func finish(_ outcome: Result<Void, ClientError>) {
        result = result ?? outcome
        MainLoop.quit()
    }
}
