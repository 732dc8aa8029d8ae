import Glibc

/// Many WebSocket clients of one server, on one thread.
final class Swarm {
    /// In every text whose arrival is counted, and in no other.
    static let mark: UInt8 = 0x7E

    private struct Client {
        var socket: PlainSocket
        /// The beginning of a frame that is not complete.
        var pending: [UInt8] = []
    }

    private var clients: [Client] = []
    /// Marked messages that came before they were asked for.
    private var surplus = 0
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    init() {}

    deinit {
        for client in clients { client.socket.close() }
        buffer.deallocate()
    }

    var count: Int { clients.count }

    /// Adds clients, one after the other, each with its handshake done.
    ///
    /// - Parameter path: of each, by its place.
    func connect(_ count: Int, port: Int, path: (Int) -> String) throws {
        for _ in 0..<count {
            let place = clients.count
            let socket = try PlainSocket.connect(port: port)
            let request = """
                GET \(path(place)) HTTP/1.1\r
                Host: 127.0.0.1:\(port)\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r\n
                """
            try socket.write(Array(request.utf8))
            var head: [UInt8] = []
            while true {
                let count = try socket.read(into: buffer)
                guard count > 0 else { throw PlainSocket.Failure("handshake of client \(place)") }
                head += buffer[..<count]
                if let end = Self.end(of: head) {
                    clients.append(Client(socket: socket, pending: Array(head[end...])))
                    break
                }
            }
            guard head.starts(with: "HTTP/1.1 101".utf8) else {
                throw PlainSocket.Failure(
                    "client \(place) is refused: \(String(decoding: head.prefix(60), as: UTF8.self))")
            }
        }
    }

    /// Sends a text of fewer than 65,536 bytes.
    func send(_ text: String, from place: Int) throws { try clients[place].socket.write(Self.frame(text)) }

    /// A client's frame, always with the same mask: nothing between can be fooled here.
    static func frame(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let size: [UInt8] =
            bytes.count < 126
            ? [0x80 | UInt8(bytes.count)] : [0xFE, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return [0x81] + size + mask + bytes.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    /// Reads until so many marked messages have come, in all.
    ///
    /// - Returns: how many of them did not, for a while: a server may drop what it cannot deliver in time.
    func receive(_ wanted: Int) throws -> Int {
        var left = wanted - surplus
        defer { surplus = max(-left, 0) }
        while left > 0 {
            // Much at once: asking a thousand sockets for each message would be what is measured.
            usleep(2_000)
            let ready = poll(milliseconds: 5_000)
            guard !ready.isEmpty else { return left }
            for place in ready { left -= try read(place) }
        }
        return 0
    }

    /// Waits until a client has got a marked message.
    func receive(at place: Int) throws {
        while try read(place) == 0 {}
    }

    /// Reads what comes until nothing has for a while.
    func settle(milliseconds: Int32 = 300) throws {
        while case let ready = poll(milliseconds: milliseconds), !ready.isEmpty {
            for place in ready { _ = try read(place) }
        }
    }

    /// The clients that have something to read.
    private func poll(milliseconds: Int32) -> [Int] {
        var waiting = clients.map { pollfd(fd: $0.socket.descriptor, events: Int16(POLLIN), revents: 0) }
        guard Glibc.poll(&waiting, nfds_t(waiting.count), milliseconds) > 0 else { return [] }
        return waiting.indices.filter { waiting[$0].revents != 0 }
    }

    /// Reads what a client has got; gives the number of marked messages.
    private func read(_ place: Int) throws -> Int {
        let count = try clients[place].socket.read(into: buffer)
        guard count > 0 else { throw PlainSocket.Failure("the server closed the connection of client \(place)") }
        guard clients[place].pending.isEmpty else {
            let all = clients[place].pending + buffer[..<count]
            let (marked, used) = all.withUnsafeBytes { Self.count($0) }
            clients[place].pending = Array(all[used...])
            return marked
        }
        let (marked, used) = Self.count(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if used < count { clients[place].pending = Array(buffer[used..<count]) }
        return marked
    }

    /// The marked texts among whole frames, and how many bytes those are.
    private static func count(_ bytes: UnsafeRawBufferPointer) -> (marked: Int, used: Int) {
        guard let start = bytes.baseAddress else { return (0, 0) }
        var marked = 0
        var place = 0
        while place + 2 <= bytes.count {
            var size = Int(bytes[place + 1] & 0x7F)
            var head = 2
            if size == 126 {
                guard place + 4 <= bytes.count else { break }
                size = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
                head = 4
            }
            guard place + head + size <= bytes.count else { break }
            if bytes[place] & 0x0F == 1, size > 0,
                memchr(start + place + head, Int32(mark), size) != nil
            {
                marked += 1
            }
            place += head + size
        }
        return (marked, place)
    }

    private static func end(of head: [UInt8]) -> Int? {
        guard head.count >= 4 else { return nil }
        return (4...head.count).first { head[($0 - 4)..<$0].elementsEqual([13, 10, 13, 10]) }
    }
}
