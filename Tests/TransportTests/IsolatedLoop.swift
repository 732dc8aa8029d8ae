import Glibc
import NIOCore
import NIOPosix

/// One event loop, on a thread with a network of its own.
final class IsolatedLoop: Sendable {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var loop: any EventLoop { group.next() }

    /// Nil without the right to make a network.
    static func start() async throws -> IsolatedLoop? {
        guard program != nil else { return nil }
        let isolated = IsolatedLoop()
        let isAllowed = try await isolated.loop.submit { Self.leaveNetwork() }.get()
        guard isAllowed else {
            try await isolated.group.shutdownGracefully()
            return nil
        }
        try await isolated.ip("link", "set", "lo", "up")
        return isolated
    }

    /// unshare(2) for the calling thread alone, with CLONE_NEWNET. The C library declares it for GNU sources only.
    private static func leaveNetwork() -> Bool {
        typealias Unshare = @convention(c) (Int32) -> Int32
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "unshare") else { return false }
        return unsafeBitCast(symbol, to: Unshare.self)(0x4000_0000) == 0
    }

    /// Runs ip(8) in the network: a child is where the thread is that made it. It has descriptors, whatever we have.
    func ip(_ arguments: String...) async throws {
        try await loop.submit {
            guard let program = Self.program else { throw Failed() }
            var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
            defer { for word in words { free(word) } }
            var child: pid_t = 0
            var status: Int32 = -1
            let limit = Descriptors.limit
            Descriptors.limit = Descriptors.highestLimit
            defer { Descriptors.limit = limit }
            guard posix_spawn(&child, program, nil, nil, &words, environ) == 0,
                waitpid(child, &status, 0) == child, status == 0
            else { throw Failed() }
        }.get()
    }

    struct Failed: Error {}

    private static let program = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first { (path: String) in
        access(path, X_OK) == 0
    }
}
