import BusClient
import Conference
import FoundationEssentials

extension JSONValue {
    /// A contact and how it is reached now.
    init(_ contact: Contact, _ presence: Presence?, trust: [IdentityEvent]? = nil) {
        var members = [
            Member("id", .string(contact.id)), Member("name", .string(contact.name)),
            Member("address", .string(contact.address)), Member("note", .string(contact.note)),
            Member("hasPhoto", .bool(contact.hasPhoto)), Member("fingerprint", Self.text(contact.fingerprint)),
            Member("verified", .bool(contact.isVerified)), Member("presence", .string((presence ?? .unasked).code)),
            Member("presenceMessage", .string((presence ?? .unasked).message)),
            Member("created", .string(contact.created.ISO8601Format())),
            Member("changed", .string(contact.changed.ISO8601Format())),
        ]
        if let trust { members.append(Member("trust", .array(trust.map { JSONValue($0) }))) }
        self = .object(members)
    }

    /// Somebody on this network, and the contact that it is.
    init(_ person: PersonOnNetwork, _ contact: Contact?) {
        self = .object([
            Member("id", .string(person.id)), Member("name", .string(person.name)),
            Member("address", .string(person.address)), Member("contact", Self.text(contact?.name)),
        ])
    }

    /// Somebody at our server.
    init(_ user: ServerUser) {
        self = .object([Member("name", .string(user.name)), Member("address", .string(user.address))])
    }

    private init(_ event: IdentityEvent) {
        self = .object([
            Member("what", .string(event.what.rawValue)), Member("date", .string(event.date.ISO8601Format())),
            Member("fingerprint", .string(event.fingerprint)),
        ])
    }

    /// A call that was, and the contact that it was with.
    init(_ record: CallRecord, contact: Contact?) {
        self = .object([
            Member("id", .integer(record.id)), Member("contact", Self.text(contact?.name)),
            Member("name", .string(record.name)), Member("address", .string(record.address)),
            Member("fingerprint", Self.text(record.fingerprint)),
            Member("direction", .string(record.isOutgoing ? "outgoing" : "incoming")),
            Member("date", .string(record.date.ISO8601Format())), Member("duration", Self.number(record.duration)),
            Member("reason", .string(record.reason)), Member("message", .string(record.sentence)),
            Member("missed", .bool(record.isMissed)), Member("seen", .bool(record.isSeen)),
            Member("localPath", Self.text(record.localPath)), Member("remotePath", Self.text(record.remotePath)),
            Member("audioCodec", Self.text(record.audioCodec)), Member("videoCodec", Self.text(record.videoCodec)),
            Member("loss", Self.number(record.loss)), Member("roundTripTime", Self.number(record.roundTripTime)),
        ])
    }

    private static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    private static func number(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }
}
