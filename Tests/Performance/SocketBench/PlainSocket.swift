import Glibc

/// A blocking socket on loopback: the bench's own ends, kept as cheap as can be, so that the programs in between are what
/// is measured.
struct PlainSocket {
    let descriptor: Int32

    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
    }

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Connects to a port; a server that has just been started is waited for, ten seconds at most.
    static func connect(port: Int) throws -> PlainSocket {
        for _ in 0..<1_000 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw Failure("socket") }
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
            if address(port, { Glibc.connect(descriptor, $0, $1) }) == 0 { return PlainSocket(descriptor: descriptor) }
            let failure = Failure("connect to \(port)")
            let isEarly = errno == ECONNREFUSED
            Glibc.close(descriptor)
            guard isEarly else { throw failure }
            usleep(10_000)
        }
        throw Failure("connect to \(port)")
    }

    /// Listens on a free port.
    static func listen() throws -> (PlainSocket, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard address(0, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 16) == 0 else {
            throw Failure("listen")
        }
        var bound = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &bound) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
        }
        return (PlainSocket(descriptor: descriptor), Int(UInt16(bigEndian: bound.sin_port)))
    }

    /// A port that nobody listens on now.
    static func freePort() throws -> Int {
        let (socket, port) = try listen()
        socket.close()
        return port
    }

    func accept() throws -> PlainSocket {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw Failure("accept") }
        return PlainSocket(descriptor: accepted)
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let sent = send(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count,
                    Int32(MSG_NOSIGNAL))
                guard sent > 0 else { throw Failure("send") }
                rest = rest.dropFirst(sent)
            }
        }
    }

    /// What has come, at most a buffer full; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        guard count >= 0 else { throw Failure("recv") }
        return count
    }

    /// Nothing more will be written.
    func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() { Glibc.close(descriptor) }

    private static func address(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
