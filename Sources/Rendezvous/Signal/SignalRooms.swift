import Sockets

/// Who is in which room, and what they say to each other.
///
/// Nothing that a message says about its sender is believed: name and number are the server's own knowledge.
actor SignalRooms {
    /// Where a message goes out.
    typealias Outlet = @Sendable (_ json: String) -> Void

    private struct Member {
        var number: UInt64
        var room: String
        var name: String?
        var renames = 0
        var send: Outlet
    }

    /// Why a member has to go.
    struct Offence: Error, Hashable {
        var code: WebSocketCloseCode
        var reason: String
    }

    /// People in a room: each change is told to each of them.
    static let roomLimit = 100
    /// Names that one connection may take, for the same reason.
    static let renameLimit = 16
    /// Bytes of a text to all.
    static let textLimit = 16 << 10

    /// Types that only the server sends.
    private static let ownTypes: Set<String> = ["id", "userlist", "rejectusername"]

    private var members: [UInt64: Member] = [:]
    private var rooms: [String: Set<UInt64>] = [:]
    private var lastNumber: UInt64 = 0

    /// A connection comes into a room, and is told its number.
    func enter(_ key: UInt64, room: String, send: @escaping Outlet) throws(Offence) {
        guard rooms[room, default: []].count < Self.roomLimit else {
            throw Offence(code: .tryAgainLater, reason: "the room is full")
        }
        lastNumber += 1
        members[key] = Member(number: lastNumber, room: room, send: send)
        rooms[room, default: []].insert(key)
        send(JSONValue.object(["type": .string("id"), "id": .integer(lastNumber)]).json)
    }

    func leave(_ key: UInt64) {
        guard let member = members.removeValue(forKey: key) else { return }
        rooms[member.room]?.remove(key)
        if rooms[member.room]?.isEmpty == true { rooms[member.room] = nil }
        if member.name != nil { tellUsers(of: member.room) }
    }

    /// A message of a member.
    func take(_ text: String, from key: UInt64) throws(Offence) {
        guard var member = members[key] else { return }
        guard let message = try? JSONReader.read(text), case .object(let fields) = message,
            let type = fields["type"]?.text
        else { throw Offence(code: .policyViolation, reason: "a message is not a JSON object with a type") }
        switch type {
        case "username": try rename(&member, key, to: fields["name"]?.text ?? "")
        case "message": try say(fields, member)
        case _ where Self.ownTypes.contains(type): break
        default: relay(fields, member)
        }
    }

    private func rename(_ member: inout Member, _ key: UInt64, to wish: String) throws(Offence) {
        guard member.renames < Self.renameLimit else {
            throw Offence(code: .policyViolation, reason: "too many names")
        }
        let taken = Set(others(than: key, in: member.room).compactMap(\.name))
        let name = DisplayName.unique(DisplayName.clean(wish) ?? "guest", among: taken)
        member.renames += 1
        let isNew = member.name != name
        member.name = name
        members[key] = member
        if name != wish {
            let answer: [String: JSONValue] = [
                "type": .string("rejectusername"), "id": .integer(member.number), "name": .string(name),
            ]
            member.send(JSONValue.object(answer).json)
        }
        if isNew { tellUsers(of: member.room) } else { member.send(userList(of: member.room)) }
    }

    /// A text to all, the sender among them.
    private func say(_ fields: [String: JSONValue], _ member: Member) throws(Offence) {
        guard let name = member.name, let text = fields["text"]?.text else { return }
        guard text.utf8.count <= Self.textLimit else {
            throw Offence(code: .policyViolation, reason: "a text over \(Self.textLimit) bytes")
        }
        var message: [String: JSONValue] = [
            "type": .string("message"), "id": .integer(member.number), "name": .string(name), "text": .string(text),
        ]
        if case .number? = fields["date"] { message["date"] = fields["date"] }
        let json = JSONValue.object(message).json
        for member in people(in: member.room) { member.send(json) }
    }

    /// Everything else goes to the target alone, whatever the type: a later version knows more of them.
    private func relay(_ fields: [String: JSONValue], _ member: Member) {
        guard let name = member.name, let target = fields["target"]?.text,
            let receiver = people(in: member.room).first(where: { $0.name == target })
        else { return }
        var fields = fields
        fields["name"] = .string(name)
        if fields["id"] != nil { fields["id"] = .integer(member.number) }
        receiver.send(JSONValue.object(fields).json)
    }

    private func tellUsers(of room: String) {
        let json = userList(of: room)
        for member in people(in: room) { member.send(json) }
    }

    private func userList(of room: String) -> String {
        let names = people(in: room).compactMap(\.name).map(JSONValue.string)
        return JSONValue.object(["type": .string("userlist"), "users": .array(names)]).json
    }

    /// In the order in which they came.
    private func people(in room: String) -> [Member] {
        rooms[room, default: []].compactMap { members[$0] }.sorted { $0.number < $1.number }
    }

    private func others(than key: UInt64, in room: String) -> [Member] {
        rooms[room, default: []].filter { $0 != key }.compactMap { members[$0] }
    }
}
