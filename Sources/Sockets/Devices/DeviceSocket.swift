import Glibc

/// A socket of a kind that NIO does not know, as a file descriptor; closed with its owner unless given away.
struct DeviceSocket: ~Copyable {
    /// The kinds of socket that devices without a network talk through.
    enum Family: Sendable {
        case bluetooth
        case infrared

        fileprivate var number: CInt {
            switch self {
            // <bits/socket.h>; Glibc's overlay does not offer them.
            case .bluetooth: 31
            case .infrared: 23
            }
        }

        /// The protocol of a stream: BTPROTO_RFCOMM, and IrDA's only one.
        fileprivate var streamProtocol: CInt {
            switch self {
            case .bluetooth: 3
            case .infrared: 0
            }
        }

        fileprivate var absence: String {
            switch self {
            case .bluetooth:
                "this kernel has no Bluetooth sockets (AF_BLUETOOTH, RFCOMM): a Bluetooth adapter and the modules"
                    + " bluetooth and rfcomm are needed"
            case .infrared:
                "this kernel has no infrared sockets (AF_IRDA): Linux has had none since 4.17"
            }
        }
    }

    private var descriptor: CInt

    /// - Throws: `unavailable` where the kernel has no sockets of the family.
    init(_ family: Family) throws(SocketError) {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let opened = socket(family.number, type, family.streamProtocol)
        guard opened >= 0 else {
            let error = SocketError(errno: errno)
            throw error.kind == .unavailable ? SocketError(.unavailable, family.absence) : error
        }
        descriptor = opened
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// Binds to an address in the family's own form and listens.
    func listen(at address: [UInt8], backlog: Int) throws(SocketError) {
        try call { socket in
            Self.with(address) { bind(socket, $0, $1) }
        }
        try call { Glibc.listen($0, CInt(clamping: backlog)) }
    }

    /// Connects to an address in the family's own form, blocking the thread for `limit` at most.
    func connect(to address: [UInt8], within limit: Duration) throws(SocketError) {
        let flags = fcntl(descriptor, F_GETFL)
        try call { fcntl($0, F_SETFL, flags | O_NONBLOCK) }
        let status = Self.with(address) { Glibc.connect(descriptor, $0, $1) }
        if status == 0 { return }
        guard errno == EINPROGRESS || errno == EAGAIN else { throw SocketError(errno: errno) }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let milliseconds = limit / .milliseconds(1)
        switch poll(&waiting, 1, CInt(clamping: Int(min(max(milliseconds, 0), 2e9)))) {
        case 0: throw SocketError(.timedOut, "the device did not answer within \(limit)")
        case 1...: break
        default: throw SocketError(errno: errno)
        }
        var code: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        try call { getsockopt($0, SOL_SOCKET, SO_ERROR, &code, &size) }
        if code != 0 { throw SocketError(errno: code) }
    }

    /// The descriptor, now the caller's to close.
    consuming func take() -> CInt {
        let taken = descriptor
        descriptor = -1
        return taken
    }

    private func call(_ body: (CInt) -> CInt) throws(SocketError) {
        guard body(descriptor) >= 0 else { throw SocketError(errno: errno) }
    }

    private static func with(_ address: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        // Copied into a block that any kind of address fits: an array's bytes need not be aligned for one.
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: address.prefix($0.count)) }
        return withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(address.count)) }
        }
    }
}
