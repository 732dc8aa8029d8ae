import ArgumentParser
import BusClient
import FoundationEssentials
import GLibKit

extension Causeriectl {
    /// `chat WHO [TEXT] [--edit] [--delete]`
    struct Chat: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a text message.",
            discussion: """
                WHO is a stream (the person in its call, or at the address that it called last), a fingerprint, a name or an \
                address. Prints the message's id. Somebody who is away gets the message when they are back.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Flag(help: "Put the text in place of your last message.") var edit = false
        @Flag(help: "Take your last message back.") var delete = false
        @Argument(help: "A stream, a fingerprint, a name or an address.") var who: String
        @Argument(help: "What to say; *bold*, _italic_, ~strike~ and `code` are shown so.") var text: String?

        func validate() throws {
            if delete == (text != nil) { throw ValidationError("Either a text or --delete.") }
            if delete, edit { throw ValidationError("Either --edit or --delete.") }
        }

        @MainActor func run(_ client: InstanceClient) throws {
            guard let text else {
                try client.callRoot("DeleteLastMessage", [.string(who)])
                return
            }
            if edit {
                try client.callRoot("EditLastMessage", [.string(who), .string(text)])
            } else {
                print(try client.callRoot("SendMessage", [.string(who), .string(text)]).first?.stringValue ?? "")
            }
        }
    }

    /// `conversations [--json] [--accept WHO] ...`
    struct Conversations: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the conversations, or answers a stranger who has written.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Option(help: ArgumentHelp("Talk with somebody.", valueName: "who")) var accept: String?
        @Option(help: ArgumentHelp("Tell somebody that you do not want to talk.", valueName: "who")) var decline:
            String?
        @Option(help: ArgumentHelp("Take nothing from somebody, without telling.", valueName: "who")) var block: String?
        @Option(help: ArgumentHelp("Take messages from somebody again.", valueName: "who")) var unblock: String?

        @MainActor func run(_ client: InstanceClient) throws {
            let answers = [("accept", accept), ("decline", decline), ("block", block), ("unblock", unblock)]
            for case (let answer, let who?) in answers {
                try client.callRoot("AnswerRequest", [.string(who), .string(answer)])
            }
            guard answers.allSatisfy({ $0.1 == nil }) else { return }
            let conversations = try client.callRoot("ListConversations").json()
            if output.json { return print(conversations.text(pretty: true)) }
            let rows = conversations.elements.map { conversation in
                let unread = conversation["unread"]?.humanText ?? "0"
                return ["name", "address", "standing"].map { ChatLine.shown(conversation[$0]?.humanText ?? "") }
                    + [
                        unread == "0" ? "" : "\(unread) unread",
                        ChatLine.shown(conversation["last"]?.humanText ?? "", limit: 40),
                    ]
            }
            if !rows.isEmpty { print(Table.text(rows)) }
        }
    }

    /// `messages [--json] [--count N] [--search WORDS] [--mark-read] [WHO]`
    struct Messages: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the messages with somebody, or searches those with everybody.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "How many of the last ones, 1 to 1000.") var count: UInt32 = 50
        @Option(help: ArgumentHelp("Only those with all these words.", valueName: "words")) var search = ""
        @Flag(help: "Tell the correspondent that they have been read.") var markRead = false
        @Argument(help: "A stream, a fingerprint, a name or an address.") var who: String?

        func validate() throws {
            if who == nil, search.isEmpty { throw ValidationError("Whose messages? Or --search.") }
            if who == nil, markRead { throw ValidationError("Whose messages have been read?") }
        }

        @MainActor func run(_ client: InstanceClient) throws {
            let messages = try client.callRoot(
                "ListMessages", [.string(who ?? ""), .uint32(count), .string(search)]
            ).json()
            if output.json {
                print(messages.text(pretty: true))
            } else {
                for message in messages.elements { print(ChatLine.text(message)) }
            }
            if markRead, let who { try client.callRoot("MarkRead", [.string(who)]) }
        }
    }
}

/// A message as a line of a terminal.
enum ChatLine {
    static func text(_ message: JSONValue) -> String {
        let isOwn = message["isOwn"] == .bool(true)
        let name = isOwn ? "you" : shown(message["with"]?.humanText ?? "")
        let milliseconds = Double(message["date"]?.humanText ?? "") ?? 0
        let date = Date(timeIntervalSince1970: milliseconds / 1000).formatted(.iso8601)
        let text = message["isDeleted"] == .bool(true) ? "(deleted)" : shown(message["text"]?.humanText ?? "")
        let state = isOwn ? " [\(message["delivery"]?.humanText ?? "")]" : ""
        return "\(date) \(name): \(text)\(state)"
    }

    /// On one line, without what a terminal would obey.
    static func shown(_ text: String, limit: Int = .max) -> String {
        let line = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
        return line.count <= limit ? line : line.prefix(limit - 1) + "\u{2026}"
    }
}
