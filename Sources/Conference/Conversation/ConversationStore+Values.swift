import FoundationEssentials
import GRDB

/// How identifiers and payloads stand in the tables.
extension ConversationStore {
    static func blob(_ id: ConversationIdentifier) -> Data { Data(id.bytes) }

    static func data(_ bytes: [UInt8]) -> Data { Data(bytes) }

    static func bytes(_ data: Data) -> [UInt8] { Array(data) }

    /// Nil for what is none.
    static func identifier(_ data: Data?) -> ConversationIdentifier? {
        data.flatMap { ConversationIdentifier(bytes: Array($0)) }
    }
}
