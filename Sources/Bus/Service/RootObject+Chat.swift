import BusClient
import Conference
import GLibKit

/// Conversations: written to, read, and strangers answered.
extension RootObject {
    /// Nil for a method of another kind.
    func chatMethod(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply? {
        let words = arguments.map { $0.stringValue ?? "" }
        switch method {
        case "SendMessage": return send(words[1], to: words[0])
        case "EditLastMessage":
            let (conversation, last) = try lastOwn(words[0])
            try attempt { () throws(ChatProblem) in
                try conference.chat.edit(last, to: words[1], in: conversation)
            }
            return .nothing
        case "DeleteLastMessage":
            let (conversation, last) = try lastOwn(words[0])
            try attempt { () throws(ChatProblem) in try conference.chat.delete(last, in: conversation) }
            return .nothing
        case "ListConversations":
            let all = conference.chat.conversations + conference.chat.blocked
            return .values([.string(JSONValue.array(all.map { JSONValue($0) }).text())])
        case "ListMessages": return .values([.string(try messages(words[0], arguments[1], words[2]).text())])
        case "AnswerRequest":
            try answer(try conversation(words[0]), words[1])
            return .nothing
        case "MarkRead":
            conference.chat.markRead(try conversation(words[0]))
            return .nothing
        default: return nil
        }
    }

    private func send(_ text: String, to who: String) -> BusReply {
        .later { [conference] () async throws(BusFailure) -> [Variant] in
            do throws(ChatProblem) {
                let conversation = try await conference.chat.conversation(named: who, in: conference)
                return [.string("\(try conference.chat.send(text, to: conversation).identifier)")]
            } catch { throw BusFailure(error) }
        }
    }

    private func conversation(_ who: String) throws(BusFailure) -> Conversation {
        let ofStream = conference.stream(named: who).flatMap { conference.chat.conversation(of: $0) }
        guard let conversation = ofStream ?? conference.chat.known(named: who) else {
            throw .notFound("conversation with", who)
        }
        return conversation
    }

    private func lastOwn(_ who: String) throws(BusFailure) -> (Conversation, ChatMessage) {
        let conversation = try conversation(who)
        conference.chat.load(conversation)
        guard let last = conversation.lastOwn else {
            throw .failed("There is no message of yours that can be changed.")
        }
        return (conversation, last)
    }

    private func messages(_ who: String, _ count: Variant, _ words: String) throws(BusFailure) -> JSONValue {
        let count = min(max(count.intValue ?? 0, 1), 1000)
        let conversation = who.isEmpty && !words.isEmpty ? nil : try conversation(who)
        let found: [ChatMessage]
        if words.isEmpty, let conversation {
            found = conference.chat.messages(of: conversation, count: count)
        } else {
            found = conference.chat.search(words, in: conversation, count: count)
        }
        return .array(
            found.map { JSONValue($0, with: conference.chat.conversation(withID: $0.conversation)?.title ?? "") })
    }

    private func answer(_ conversation: Conversation, _ answer: String) throws(BusFailure) {
        switch answer {
        case "accept": conference.chat.accept(conversation)
        case "decline": conference.chat.decline(conversation)
        case "block": conference.chat.block(conversation)
        case "unblock": conference.chat.unblock(conversation)
        default: throw .invalidValue("The answer must be accept, decline, block or unblock.")
        }
    }

    private func attempt(_ work: () throws(ChatProblem) -> Void) throws(BusFailure) {
        do throws(ChatProblem) { try work() } catch { throw BusFailure(error) }
    }
}

extension BusFailure {
    init(_ problem: ChatProblem) {
        let isArgument = [.emptyText, .textTooLong, .unknownPerson].contains(problem)
        self = isArgument ? .invalidValue("\(problem)") : .failed("\(problem)")
    }
}

extension JSONValue {
    init(_ conversation: Conversation) {
        self = .object([
            Member("fingerprint", .string(conversation.fingerprint)), Member("name", .string(conversation.name)),
            Member("address", .string(conversation.address)),
            Member("standing", .string(conversation.standing.rawValue)),
            Member("unread", .integer(Int64(conversation.unread))),
            Member("way", conversation.way.map { .string($0.word) } ?? .null),
            Member("problem", conversation.failure.map { .string($0.sentence) } ?? .null),
            Member("last", conversation.last.map { .string($0.text) } ?? .null),
        ])
    }

    init(_ message: ChatMessage, with name: String) {
        self = .object([
            Member("id", .string("\(message.identifier)")), Member("with", .string(name)),
            Member("isOwn", .bool(message.isOwn)), Member("text", .string(message.text)),
            Member("date", .integer(message.date)), Member("delivery", .string(message.delivery.rawValue)),
            Member("isEdited", .bool(message.isEdited)), Member("isDeleted", .bool(message.isDeleted)),
        ])
    }
}
