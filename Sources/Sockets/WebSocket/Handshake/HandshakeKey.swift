import FoundationEssentials

/// The nonce of a handshake and the answer that only a WebSocket server gives to it (RFC 6455 §1.3, §4.2.2).
enum HandshakeKey {
    /// A fresh `Sec-WebSocket-Key`: 16 bytes that nobody can know before.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }).base64EncodedString()
    }

    /// Whether a key is 16 bytes in base64.
    static func isValid(_ key: String) -> Bool {
        key.utf8.count == 24 && Data(base64Encoded: key)?.count == 16
    }

    /// The `Sec-WebSocket-Accept` for a key.
    static func accept(_ key: String) -> String {
        Data(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString()
    }
}
