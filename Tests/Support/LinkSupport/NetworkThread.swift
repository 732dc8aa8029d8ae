import CNetworks
import Foundation

/// Work on a thread inside another network: a socket that is made there stays there.
package enum NetworkThread {
    package struct NotEntered: Error { let code: Int32 }

    /// - Parameter network: a file of the kind `/proc/PID/ns/net`.
    package static func run<Result: Sendable>(
        in network: String, _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            // The thread ends with the work: none of the process's others ever leaves its own network.
            Thread.detachNewThread {
                let descriptor = open(network, O_RDONLY | O_CLOEXEC)
                let isInside = descriptor >= 0 && CNetworks_enter(descriptor) == 0
                let code = errno
                close(descriptor)
                guard isInside else { return continuation.resume(throwing: NotEntered(code: code)) }
                continuation.resume(with: Swift.Result(catching: work))
            }
        }
    }
}
