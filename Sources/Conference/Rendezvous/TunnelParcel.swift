import FoundationEssentials

/// A piece of a byte stream between two installations, as a server carries it: `conversation` {name, target, session, step,
/// payload}. The stream is TLS from its first byte, so that all the server sees is who talks to whom, when and how much.
struct TunnelParcel: Hashable, Sendable {
    enum Step: String, Hashable, Sendable, Codable {
        /// The first one of a session.
        case open
        case data
        /// Nothing more comes.
        case end
    }

    static let type = "conversation"
    /// Bytes of a payload: in base64 it stays below what a server relays.
    static let payloadLimit = 128 << 10

    /// Chosen by who opens it; the same both ways.
    var session: ConversationIdentifier
    var step: Step
    var payload: [UInt8]

    init(session: ConversationIdentifier, step: Step, payload: [UInt8] = []) {
        (self.session, self.step, self.payload) = (session, step, payload)
    }

    private struct Fields: Codable {
        var type: String
        var target: String?
        var session: String
        var step: Step
        var payload: Data?
    }

    /// Nil for what is none.
    init?(parsing text: some Collection<UInt8>) {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(text)), fields.type == Self.type,
            let session = ConversationIdentifier(fields.session), (fields.payload?.count ?? 0) <= Self.payloadLimit
        else { return nil }
        self.init(session: session, step: fields.step, payload: fields.payload.map { Array($0) } ?? [])
    }

    /// As it is sent to somebody at the server.
    func text(to target: String) -> String {
        let fields = Fields(
            type: Self.type, target: target, session: "\(session)", step: step,
            payload: payload.isEmpty ? nil : Data(payload))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(fields)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
