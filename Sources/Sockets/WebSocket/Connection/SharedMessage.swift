import NIOCore

/// A message for many clients of one event loop: the frame that those without compression get is made once for all.
final class SharedMessage {
    let message: WebSocketMessage
    private var made: ByteBuffer?

    init(_ message: WebSocketMessage) { self.message = message }

    func frame(_ make: () -> ByteBuffer) -> ByteBuffer {
        if let made { return made }
        let frame = make()
        made = frame
        return frame
    }
}
