import Glibc
import NIOCore
import NIOPosix

/// A system call that failed.
package struct SystemCallError: Error, CustomStringConvertible {
    let name: String
    let code: Int32

    package var description: String { "\(name): \(String(cString: strerror(code)))" }
}

extension Error {
    /// Whether the system had no descriptor or no memory left for what was tried: in a moment it may have.
    package var isShortage: Bool {
        switch self {
        case let error as SystemCallError: isShortage(error.code)
        case let error as IOError: isShortage(error.errnoCode)
        case let error as NIOConnectionError: error.connectionErrors.contains { $0.error.isShortage }
        default: false
        }
    }

    private func isShortage(_ code: Int32) -> Bool { [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(code) }
}
