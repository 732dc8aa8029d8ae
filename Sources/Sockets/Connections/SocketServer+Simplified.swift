import Synchronization

/// The simplified server: for one client, without waiting and accepting.
extension SocketServer {
    /// The client of a simplified server; nil before the first read that found one.
    public var client: SocketConnection? { state.withLock { $0.client } }

    /// Reads the next message of the first client to come, waiting for ever.
    ///
    /// - Throws: as ``SocketConnection/read(maximum:receptionDelay:)``.
    public func read(maximum: Int = 4096, receptionDelay delay: Duration = .zero) async throws(SocketError) -> [UInt8] {
        try await firstClient().read(maximum: maximum, receptionDelay: delay)
    }

    /// Reads the next message of the first client to come, waiting for `limit` at most in all; nil when none came.
    ///
    /// - Throws: as ``SocketConnection/read(maximum:receptionDelay:)``.
    public func read(
        within limit: Duration, maximum: Int = 4096, receptionDelay delay: Duration = .zero
    ) async throws(SocketError) -> [UInt8]? {
        let end = ContinuousClock.now + limit
        if client == nil, try await !waitForConnection(within: limit) { return nil }
        let rest = max(.zero, ContinuousClock.now.duration(to: end))
        return try await firstClient().read(within: rest, maximum: maximum, receptionDelay: delay)
    }

    /// Sends a message to the client.
    ///
    /// - Throws: `invalidArgument` before the first read that found one; else as
    ///   ``SocketConnection/write(_:)-([UInt8])``.
    public func write(_ message: [UInt8]) async throws(SocketError) {
        guard let client else {
            throw SocketError(.invalidArgument, peer: local, "no client has come yet: a server reads first")
        }
        try await client.write(message)
    }

    private func firstClient() async throws(SocketError) -> SocketConnection {
        if let client { return client }
        let connection = try await accept()
        // Two reads at once may both have accepted: the first client stays the only one.
        let first = state.withLock { state in
            state.client = state.client ?? connection
            return state.client ?? connection
        }
        if first !== connection { await connection.close() }
        return first
    }
}
