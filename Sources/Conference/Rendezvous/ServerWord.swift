import FoundationEssentials

/// What a rendezvous server says for itself, or brings from others.
enum ServerWord: Hashable, Sendable {
    /// The number of the connection: it wants to know a name.
    case welcome(UInt64)
    /// The name that was asked for is taken: this one is ours.
    case renamed(String)
    /// Who is there, each change anew.
    case users([String])
    /// What somebody says to us. The name is the server's word.
    case relayed(String, Result<SignalingEnvelope, SignalingError>)
    /// A piece of a conversation.
    case conversation(String, TunnelParcel)
    /// Of a kind that this version does not know.
    case other

    /// People that are listed; a server lets fewer into a room.
    private static let userLimit = 1000

    private struct Fields: Decodable {
        var type: String
        var id: UInt64?
        var name: String?
        var users: [String]?
    }

    /// Nil for what no server says.
    init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes)) else { return nil }
        let name = fields.name ?? ""
        guard SignalingText.isName(name) else { return nil }
        switch fields.type {
        case "id":
            guard let id = fields.id else { return nil }
            self = .welcome(id)
        case "rejectusername":
            guard !name.isEmpty else { return nil }
            self = .renamed(name)
        case "userlist":
            guard let users = fields.users else { return nil }
            var seen: Set<String> = []
            let shown = users.prefix(Self.userLimit).filter {
                !$0.isEmpty && SignalingText.isName($0) && seen.insert($0).inserted
            }
            self = .users(shown)
        case "message", "username": self = .other
        case TunnelParcel.type:
            guard !name.isEmpty else { return nil }
            // Of whoever sends nonsense nothing is taken, and nobody else's connection ends by it.
            self = TunnelParcel(parsing: bytes).map { .conversation(name, $0) } ?? .other
        default:
            guard !name.isEmpty else { return nil }
            self = .relayed(
                name, Result { () throws(SignalingError) in try SignalingEnvelope(parsing: bytes) })
        }
    }

    /// Answers the welcome.
    static func introduction(_ name: String, id: UInt64) -> String? {
        struct Introduction: Encodable {
            var type = "username"
            var name: String
            var id: UInt64
            var date: Int64
        }
        let date = Int64(Date().timeIntervalSince1970 * 1000)
        let data = try? JSONEncoder().encode(Introduction(name: name, id: id, date: date))
        return data.map { String(decoding: $0, as: UTF8.self) }
    }
}
