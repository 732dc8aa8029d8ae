/// How a person writes a STUN server: `stun:host`, `stun:host:port`, `stun:[v6]:port`; nothing for none.
package nonisolated enum StunServerText {
    package static func isValid(_ text: String) -> Bool {
        text.isEmpty || hostAndPort(text) != nil
    }

    /// The host, without brackets, and the port, 3478 when not given. Nil when it is not such a text.
    package static func hostAndPort(_ text: String) -> (host: String, port: UInt16)? {
        guard text.utf8.count <= 300, text.lowercased().hasPrefix("stun:") else { return nil }
        let rest = text.dropFirst(5)
        let (host, port) = split(rest)
        guard isHost(host) else { return nil }
        guard let port else { return (String(host), 3478) }
        guard let number = UInt16(port), number > 0, port.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return (String(host), number)
    }

    private static func split(_ text: Substring) -> (host: Substring, port: Substring?) {
        if text.first == "[", let end = text.firstIndex(of: "]") {
            let after = text[text.index(after: end)...]
            guard after.isEmpty || after.first == ":" else { return ("", nil) }
            return (text[text.index(after: text.startIndex)..<end], after.isEmpty ? nil : after.dropFirst())
        }
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    private static func isHost(_ host: Substring) -> Bool {
        !host.isEmpty && host.utf8.count <= 253
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }
}
