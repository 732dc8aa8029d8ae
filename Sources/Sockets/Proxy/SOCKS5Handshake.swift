/// The client's side of SOCKS5 (RFC 1928) with user and password (RFC 1929), as a value without a socket.
struct SOCKS5Handshake: Sendable {
    /// What to do after a piece of the proxy's answer.
    enum Step: Sendable, Equatable {
        /// More bytes are needed.
        case wait
        /// These bytes go to the proxy.
        case send([UInt8])
        /// The way to the target is open; what follows is the target's.
        case open(rest: [UInt8])
    }

    private enum State { case method, user, reply, open, failed }

    private let target: SocketEndpoint
    private let user: [UInt8]?
    private let password: [UInt8]
    private var state = State.method
    private var received: [UInt8] = []

    /// - Throws: `invalidArgument` for a name, user or password that the protocol's one-byte lengths cannot hold.
    init(target: SocketEndpoint, user: String?, password: String) throws(SocketError) {
        guard (1...65_535).contains(target.port) else {
            throw SocketError(.invalidArgument, peer: target, "the port is not between 1 and 65535")
        }
        guard (1...255).contains(target.host.utf8.count) else {
            throw SocketError(.invalidArgument, peer: target, "a host name of 1 to 255 bytes is needed")
        }
        if let user, !(1...255).contains(user.utf8.count) || password.utf8.count > 255 {
            throw SocketError(.invalidArgument, peer: target, "SOCKS5 allows 255 bytes for the user and the password")
        }
        self.target = target
        self.user = user.map { Array($0.utf8) }
        self.password = Array(password.utf8)
    }

    /// The first bytes to send: the methods offered.
    var greeting: [UInt8] { user == nil ? [5, 1, 0] : [5, 2, 0, 2] }

    /// Takes bytes of the proxy, as they come.
    mutating func receive(_ bytes: [UInt8]) throws(SocketError) -> Step {
        received += bytes
        do throws(SocketError) {
            switch state {
            case .method: return try chooseMethod()
            case .user: return try checkUser()
            case .reply: return try readReply()
            case .open: return .open(rest: take(received.count))
            case .failed: throw failure("the proxy had refused")
            }
        } catch {
            state = .failed
            throw error
        }
    }

    private mutating func chooseMethod() throws(SocketError) -> Step {
        guard received.count >= 2 else {
            // A web server's "H" shows at the first byte that this is no proxy.
            if let first = received.first, first != 5 { throw failure("the proxy does not speak SOCKS5") }
            return .wait
        }
        let answer = take(2)
        guard answer[0] == 5 else { throw failure("the proxy does not speak SOCKS5") }
        // Nobody may speak twice: bytes that come before the next question belong to no answer.
        guard received.isEmpty else { throw failure("the proxy speaks out of turn") }
        switch (answer[1], user) {
        case (0, _):
            state = .reply
            return .send(request)
        case (2, let user?):
            state = .user
            return .send([1, UInt8(user.count)] + user + [UInt8(password.count)] + password)
        case (0xFF, nil): throw failure("the proxy wants a user and password")
        case (0xFF, _): throw failure("the proxy accepts none of the ways to sign in")
        default: throw failure("the proxy chose a way to sign in that was not offered (\(answer[1]))")
        }
    }

    private mutating func checkUser() throws(SocketError) -> Step {
        guard received.count >= 2 else { return .wait }
        let answer = take(2)
        guard answer[0] == 1 else { throw failure("the proxy's answer to the password is damaged") }
        guard answer[1] == 0 else { throw failure("the proxy refuses the user or the password") }
        guard received.isEmpty else { throw failure("the proxy speaks out of turn") }
        state = .reply
        return .send(request)
    }

    private mutating func readReply() throws(SocketError) -> Step {
        guard let first = received.first else { return .wait }
        guard first == 5 else { throw failure("the proxy's reply is damaged") }
        if received.count >= 2, received[1] != 0 { throw failure(Self.refusal(received[1])) }
        guard received.count >= 5 else { return .wait }
        let address: Int
        switch received[3] {
        case 1: address = 4
        case 3: address = 1 + Int(received[4])
        case 4: address = 16
        default: throw failure("the proxy's reply has an unknown kind of address (\(received[3]))")
        }
        guard received.count >= 4 + address + 2 else { return .wait }
        _ = take(4 + address + 2)
        state = .open
        return .open(rest: take(received.count))
    }

    /// CONNECT. A name goes as it is, to be looked up at the proxy.
    private var request: [UInt8] {
        let port = [UInt8(target.port >> 8), UInt8(target.port & 0xFF)]
        let address: [UInt8]
        switch NumericAddress(target.host) {
        case .v4(let bytes): address = [1] + bytes
        case .v6(let bytes): address = [4] + bytes
        case nil: address = [3, UInt8(target.host.utf8.count)] + Array(target.host.utf8)
        }
        return [5, 1, 0] + address + port
    }

    private static func refusal(_ code: UInt8) -> String {
        let reason =
            switch code {
            case 1: "general failure"
            case 2: "not allowed by its rules"
            case 3: "network unreachable"
            case 4: "host unreachable"
            case 5: "connection refused"
            case 6: "time to live expired"
            case 7: "command not supported"
            case 8: "kind of address not supported"
            default: "code \(code)"
            }
        return "the proxy cannot reach the target: \(reason)"
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func failure(_ detail: String) -> SocketError { SocketError(.proxy, peer: target, detail) }
}
