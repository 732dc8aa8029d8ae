import Conference
import Dispatch
import Synchronization

@testable import Rendezvous

/// JSON of strangers: to the application, and to the server.
enum SignalingTargets {
    static func signaling(_ bytes: [UInt8]) {
        guard let message = try? SignalingMessage(parsing: bytes) else { return }
        guard let frame = try? message.frame(), !frame.isEmpty else { return }
        precondition((try? SignalingMessage(parsing: frame)) == message)
    }

    /// Three in a room; the pieces are what they say, in turn as the choices tell.
    static func signal(_ bytes: [UInt8]) {
        if let value = try? JSONReader.read(String(decoding: bytes, as: UTF8.self)) {
            precondition((try? JSONReader.read(value.json)) == value)
        }
        let done = DispatchSemaphore(value: 0)
        Task.detached(priority: .high) {
            await converse(bytes)
            done.signal()
        }
        done.wait()
    }

    private static func converse(_ bytes: [UInt8]) async {
        let rooms = SignalRooms()
        let sent = Mutex(0)
        for key in 0..<3 as Range<UInt64> {
            try? await rooms.enter(key, room: "r") { json in
                sent.withLock { $0 += json.utf8.count }
                precondition((try? JSONReader.read(json)) != nil)
            }
        }
        var input = FuzzInput(bytes)
        while !input.isEmpty {
            let key = UInt64(input.byte() % 3)
            let piece = input.piece()
            try? await rooms.take(String(decoding: piece, as: UTF8.self), from: key)
            // To three people, with a name and a number put in, control characters written out.
            precondition(sent.withLock { $0 } <= 3 * (6 * piece.count + 1000) + 3000)
            sent.withLock { $0 = 0 }
        }
        for key in 0..<3 as Range<UInt64> { await rooms.leave(key) }
    }
}
