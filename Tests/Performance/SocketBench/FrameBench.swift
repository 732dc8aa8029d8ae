import Foundation
import Programs
import Sockets

/// Messages behind a header that tells their size: how many a second a server reads.
enum FrameBench {
    /// Serves one client, as a process of its own: reads messages until one says `end`, and answers it.
    static func serve(port: Int) async throws {
        let server = try await SocketServer.listen(port: port, address: "127.0.0.1")
        while true {
            let client = try await server.accept()
            do throws(SocketError) {
                while try await client.read() != Array("end".utf8) {}
                try await client.write("end")
                _ = try await client.read()
            } catch { await client.close() }
        }
    }

    /// Megabytes and thousands of messages a second.
    static func measure(_ command: URL, _ arguments: [String], size: Int, total: Int) throws -> (Double, Double) {
        let port = try PlainSocket.freePort()
        let server = try RunningProgram(command, arguments + ["\(port)"])
        defer { server.send(SIGKILL) }
        let socket = try PlainSocket.connect(port: port)
        defer { socket.close() }
        let message = Array("\(size)\r\n".utf8) + [UInt8](repeating: 0x61, count: size)
        let count = max(1, (1 << 18) / message.count)
        let piece = Array(repeatElement(message, count: count).joined())
        let start = ContinuousClock.now
        var sent = 0
        while sent < total {
            try socket.write(piece)
            sent += piece.count
        }
        try socket.write(Array("3\r\nend".utf8))
        var answer = [UInt8](repeating: 0, count: 16)
        _ = try answer.withUnsafeMutableBytes { try socket.read(into: $0) }
        let seconds = start.duration(to: .now).seconds
        return (Double(sent) / seconds / 1e6, Double(sent / message.count) / seconds / 1e3)
    }
}
