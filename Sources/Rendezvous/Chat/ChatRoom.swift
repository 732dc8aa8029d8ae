import Sockets

/// A conversation of many in plain text, whatever carries it.
///
/// A member's first message is its nickname, each later one goes to all, the sender among them, as `nickname: text`.
/// Lines that begin with `*` come from the room. `/nick NAME` changes the name, `/who` lists the people, `/quit` leaves.
actor ChatRoom {
    typealias Outlet = @Sendable (String) -> Void

    private struct Member {
        var name: String?
        var send: Outlet
        /// A member by WebSocket: those get a message all at once.
        var client: WebSocketServer.Client?
    }

    /// Bytes of a message.
    static let messageLimit = 4096

    private var members: [UInt64: Member] = [:]
    private var order: [UInt64] = []
    private var lastKey: UInt64 = 0

    /// Comes in, still without a name.
    func enter(_ client: WebSocketServer.Client? = nil, send: @escaping Outlet) -> UInt64 {
        lastKey += 1
        members[lastKey] = Member(send: send, client: client)
        order.append(lastKey)
        return lastKey
    }

    func leave(_ key: UInt64) {
        let member = members.removeValue(forKey: key)
        order.removeAll { $0 == key }
        if let name = member?.name { tellAll("* \(name) has left.") }
    }

    /// Takes a message; false when the member wants to go.
    func take(_ text: String, from key: UInt64) -> Bool {
        guard let member = members[key] else { return false }
        let line = Self.line(text)
        guard let name = member.name else {
            join(key, line)
            return true
        }
        guard line.hasPrefix("/") else {
            if !line.isEmpty { tellAll("\(name): \(line)") }
            return true
        }
        let words = line.split(separator: " ", maxSplits: 1)
        switch words.first {
        case "/quit": return false
        case "/who": member.send("* Here: " + names.joined(separator: ", "))
        case "/nick" where words.count == 2: rename(key, name, String(words[1]))
        default: member.send("* Commands: /nick NAME, /who, /quit")
        }
        return true
    }

    private var names: [String] { order.compactMap { members[$0]?.name } }

    private func join(_ key: UInt64, _ wish: String) {
        guard let wanted = DisplayName.clean(wish) else {
            members[key]?.send("* A nickname, please.")
            return
        }
        let name = DisplayName.unique(wanted, among: Set(names))
        members[key]?.name = name
        tellAll("* \(name) has come.")
    }

    private func rename(_ key: UInt64, _ old: String, _ wish: String) {
        guard let wanted = DisplayName.clean(wish), wanted != old else { return }
        let name = DisplayName.unique(wanted, among: Set(names))
        members[key]?.name = name
        tellAll("* \(old) is now \(name).")
    }

    private func tellAll(_ text: String) {
        var clients: [WebSocketServer.Client] = []
        for key in order {
            guard let member = members[key], member.name != nil else { continue }
            if let client = member.client { clients.append(client) } else { member.send(text) }
        }
        WebSocketServer.Client.send(.text(text), to: clients)
    }

    /// One line without control characters, of bounded length.
    private static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars.lazy.map { $0.properties.generalCategory == .control ? " " : $0 }
        var line = String(String.UnicodeScalarView(scalars.prefix(messageLimit)))
        while line.utf8.count > messageLimit { line.removeLast() }
        while line.last == " " { line.removeLast() }
        return line
    }
}
