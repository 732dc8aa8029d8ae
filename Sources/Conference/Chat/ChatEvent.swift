import FoundationEssentials

/// What a chat's payloads say: JSON, so that later versions may add to it.
enum ChatEvent: Hashable, Sendable {
    case text(String, date: Int64)
    /// Of the sender's last message.
    case edit(ConversationIdentifier, String)
    case delete(ConversationIdentifier)
    /// Everything up to this message was on the reader's screen.
    case read(ConversationIdentifier)
    /// The person does not want to talk.
    case declined
    case typing(Bool)

    private struct Fields: Codable {
        var type: String
        var text: String?
        /// ms since 1970 by the sender's clock.
        var date: Int64?
        var id: String?
        var isTyping: Bool?
    }

    /// Nil for a type that this version does not know.
    ///
    /// - Throws: for what is malformed, or holds a text that may not be shown.
    static func parse(_ payload: [UInt8]) throws(ConversationError) -> ChatEvent? {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(payload)) else {
            throw ConversationError("a chat message that is none")
        }
        switch fields.type {
        case "text": return .text(try text(fields), date: fields.date ?? 0)
        case "edit": return .edit(try identifier(fields), try text(fields))
        case "delete": return .delete(try identifier(fields))
        case "read": return .read(try identifier(fields))
        case "declined": return .declined
        case "typing": return .typing(fields.isTyping ?? false)
        default: return nil
        }
    }

    private static func text(_ fields: Fields) throws(ConversationError) -> String {
        guard let text = fields.text, ChatText.isAllowed(text) else {
            throw ConversationError("a chat message whose text is empty or too long")
        }
        return ChatText.shown(text)
    }

    private static func identifier(_ fields: Fields) throws(ConversationError) -> ConversationIdentifier {
        guard let id = fields.id.flatMap({ ConversationIdentifier($0) }) else {
            throw ConversationError("a chat message about nothing")
        }
        return id
    }

    var payload: [UInt8] {
        let fields =
            switch self {
            case .text(let text, let date): Fields(type: "text", text: text, date: date)
            case .edit(let id, let text): Fields(type: "edit", text: text, id: "\(id)")
            case .delete(let id): Fields(type: "delete", id: "\(id)")
            case .read(let id): Fields(type: "read", id: "\(id)")
            case .declined: Fields(type: "declined")
            case .typing(let isTyping): Fields(type: "typing", isTyping: isTyping)
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(fields)).map { Array($0) } ?? []
    }
}
