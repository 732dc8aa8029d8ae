import Sockets

/// The same chat room for plain TCP clients, each message behind a header that tells its size.
///
/// One task a client; what a client does not read in time ends its connection.
final class ChatSocketServer: Sendable {
    /// Messages that may wait for a client.
    private static let backlog = 256
    /// Messages of a client in a second.
    private static let rate = 50

    private let server: SocketServer
    private let room: ChatRoom
    private let limit: Int

    var port: Int? { server.local?.port }

    /// Listens.
    ///
    /// - Parameter limit: connections at one time.
    init(room: ChatRoom, address: String, port: Int, limit: Int) async throws(SocketError) {
        self.room = room
        self.limit = limit
        server = try await SocketServer.listen(
            port: port, address: address, options: SocketOptions(nagle: false, messageLimit: 16 << 10))
    }

    /// Serves until `stop()`, or until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            do throws(SocketError) {
                while true {
                    if server.connections.count >= limit {
                        _ = try await server.deny()
                        continue
                    }
                    let connection = try await server.accept()
                    group.addTask { await self.serve(connection) }
                }
            } catch { group.cancelAll() }
        }
    }

    func stop() async { await server.closeAll() }

    private func serve(_ connection: SocketConnection) async {
        let (lines, queue) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let key = await room.enter { line in
            if case .dropped = queue.yield(line) { queue.finish() }
        }
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await line in lines { if (try? await connection.write(line)) == nil { break } }
                await connection.close()
            }
            await read(connection, key)
            queue.finish()
        }
        await room.leave(key)
    }

    private func read(_ connection: SocketConnection, _ key: UInt64) async {
        var second = ContinuousClock.now
        var count = 0
        while let text = try? await connection.readText() {
            if ContinuousClock.now - second >= .seconds(1) { (second, count) = (.now, 0) }
            count += 1
            guard count <= Self.rate, await room.take(text, from: key) else { return }
        }
    }
}
