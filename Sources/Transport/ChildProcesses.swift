import Glibc
import NIOCore

extension Channel {
    /// Closes the socket in programs that this one starts.
    ///
    /// NIO leaves its sockets open across `exec`: a child, as a browser that shows a page, would keep the port taken and
    /// the far side waiting after this program closed them. To be called on the channel's event loop.
    package func hideFromChildProcesses() {
        try? pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { descriptor in
            _ = fcntl(descriptor, F_SETFD, fcntl(descriptor, F_GETFD) | FD_CLOEXEC)
        }
    }
}
