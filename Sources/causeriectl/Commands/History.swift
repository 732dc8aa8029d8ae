import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `history [list]|remove|clear`
    struct History: CommandGroup {
        static let configuration = CommandConfiguration(
            abstract: "Shows the calls that were.", subcommands: [List.self, Remove.self, Clear.self],
            defaultSubcommand: List.self)
    }
}

extension Causeriectl.History {
    /// `history list`
    struct List: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the calls that were, the newest first.",
            discussion: "With whom, when, how long in seconds, how it ended and by which way it went.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "At most so many.") var limit: UInt32 = 50
        @Option(help: "Only calls with this contact.") var contact = ""
        @Flag(help: "Only calls that nobody answered here.") var missed = false
        @Flag(help: "Note that the missed ones are seen.") var seen = false

        @MainActor func run(_ client: InstanceClient) throws {
            let calls = try client.callPeople("ListCalls", [.uint32(limit), .string(contact), .bool(missed)]).json()
            if seen { try client.callPeople("MarkCallsSeen") }
            guard !output.json else { return print(calls.text(pretty: true)) }
            let rows = calls.elements.map { call in
                let names = ["contact", "name", "address"].map { call.text(of: $0) }
                let duration = call.text(of: "duration").split(separator: ".").first.map(String.init) ?? ""
                let paths = ["localPath", "remotePath"].map { call.text(of: $0) }.filter { !$0.isEmpty }
                return [
                    call.text(of: "id"), call.text(of: "date"), call.text(of: "direction"),
                    names.first { !$0.isEmpty } ?? "", duration,
                    call["missed"] == .bool(true) ? "missed" : call.text(of: "reason"), paths.joined(separator: "-"),
                ]
            }
            print(Table.text([["CALL", "DATE", "DIRECTION", "WHO", "SECONDS", "END", "PATH"]] + rows))
        }
    }

    /// `history remove CALL`
    struct Remove: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets a call.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The call's number, as history list prints it.") var call: Int64

        @MainActor func run(_ client: InstanceClient) throws { try client.callPeople("RemoveCall", [.int64(call)]) }
    }

    /// `history clear`
    struct Clear: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets every call.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions

        @MainActor func run(_ client: InstanceClient) throws { try client.callPeople("ClearCalls") }
    }
}
