import Glibc
import NIOCore

extension Channel {
    /// Closes the socket in programs that this one starts.
    ///
    /// NIO leaves its sockets open across `exec`: a child would keep the port taken, and connections alive, after this
    /// program closed them. To be called on the channel's event loop.
    func hideFromChildProcesses() {
        try? pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { descriptor in
            _ = fcntl(descriptor, F_SETFD, fcntl(descriptor, F_GETFD) | FD_CLOEXEC)
        }
    }
}
