/// `a=name` or `a=name:value`.
package struct SDPAttribute: Hashable, Sendable {
    package var name: String
    package var value: String?

    package init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }
}

/// One `m=` section (RFC 8866 §5.14).
package struct SDPMedia: Hashable, Sendable {
    package var kind: String
    package var port: UInt16
    package var transport: String
    package var formats: [String]
    package var attributes: [SDPAttribute]

    package init(kind: String, port: UInt16, transport: String, formats: [String], attributes: [SDPAttribute] = []) {
        self.kind = kind
        self.port = port
        self.transport = transport
        self.formats = formats
        self.attributes = attributes
    }

    /// The value of the first attribute of that name; an empty text for a flag.
    package subscript(name: String) -> String? {
        attributes.first { $0.name == name }.map { $0.value ?? "" }
    }

    package func values(_ name: String) -> [String] {
        attributes.lazy.filter { $0.name == name }.compactMap(\.value)
    }
}

/// An SDP description (RFC 8866), as far as WebRTC uses it (RFC 9429). Everything unknown is carried or ignored.
package struct SessionDescription: Hashable, Sendable {
    package var sessionID: UInt64
    package var sessionVersion: UInt64
    package var attributes: [SDPAttribute]
    package var media: [SDPMedia]

    package init(sessionID: UInt64, sessionVersion: UInt64, attributes: [SDPAttribute], media: [SDPMedia]) {
        self.sessionID = sessionID
        self.sessionVersion = sessionVersion
        self.attributes = attributes
        self.media = media
    }

    package subscript(name: String) -> String? {
        attributes.first { $0.name == name }.map { $0.value ?? "" }
    }

    package func values(_ name: String) -> [String] {
        attributes.lazy.filter { $0.name == name }.compactMap(\.value)
    }
}

extension SessionDescription {
    package static let byteCap = 256 * 1024
    private static let mediaCap = 256
    private static let attributeCap = 4096
    private static let lineCap = 8192

    /// - Throws: `WireError` for what is not SDP, or passes a cap. CRLF and LF both end a line.
    package init(parsing text: String) throws(WireError) {
        guard text.utf8.count <= Self.byteCap else { throw .tooMany("description bytes") }
        self.init(sessionID: 0, sessionVersion: 0, attributes: [], media: [])
        var sawVersion = false
        var sawOrigin = false
        var count = 0
        for line in text.utf8.split(separator: 0x0A) {
            let line = line.last == 0x0D ? line.dropLast() : line
            guard !line.isEmpty else { continue }
            guard line.count <= Self.lineCap, line.count >= 2, line.dropFirst().first == UInt8(ascii: "="),
                let type = line.first, !line.contains(0), !line.contains(0x0D)
            else { throw .malformed("line") }
            let value = String(Substring(line.dropFirst(2)))
            if !sawVersion {
                guard type == UInt8(ascii: "v"), value == "0" else { throw .malformed("version") }
                sawVersion = true
                continue
            }
            switch type {
            case UInt8(ascii: "o"):
                try readOrigin(value)
                sawOrigin = true
            case UInt8(ascii: "m"):
                guard media.count < Self.mediaCap else { throw .tooMany("media sections") }
                media.append(try Self.readMedia(value))
            case UInt8(ascii: "a"):
                count += 1
                guard count <= Self.attributeCap else { throw .tooMany("attributes") }
                let attribute = Self.readAttribute(value)
                if media.isEmpty {
                    attributes.append(attribute)
                } else {
                    media[media.count - 1].attributes.append(attribute)
                }
            default: break
            }
        }
        guard sawVersion, sawOrigin else { throw .malformed("session") }
    }

    private mutating func readOrigin(_ value: String) throws(WireError) {
        let parts = value.split(separator: " ")
        guard parts.count == 6 else { throw .malformed("origin") }
        sessionID = UInt64(parts[1]) ?? 0
        sessionVersion = UInt64(parts[2]) ?? 0
    }

    private static func readMedia(_ value: String) throws(WireError) -> SDPMedia {
        let parts = value.split(separator: " ")
        guard parts.count >= 4, parts.count <= 260, let port = UInt16(parts[1].prefix { $0 != "/" }) else {
            throw .malformed("media line")
        }
        return SDPMedia(
            kind: String(parts[0]), port: port, transport: String(parts[2]), formats: parts[3...].map(String.init))
    }

    private static func readAttribute(_ value: String) -> SDPAttribute {
        guard let colon = value.firstIndex(of: ":") else { return SDPAttribute(value) }
        return SDPAttribute(String(value[..<colon]), String(value[value.index(after: colon)...]))
    }

    /// The description as text, CRLF after every line. Line breaks inside a value cannot get out: they become spaces.
    package var text: String {
        var lines = [
            "v=0", "o=- \(sessionID) \(sessionVersion) IN IP4 127.0.0.1", "s=-", "t=0 0",
        ]
        lines += attributes.map(Self.line)
        for section in media {
            lines.append(
                "m=\(section.kind) \(section.port) \(section.transport) \(section.formats.joined(separator: " "))")
            lines.append("c=IN IP4 0.0.0.0")
            lines += section.attributes.map(Self.line)
        }
        return lines.map { Self.clean($0) + "\r\n" }.joined()
    }

    private static func line(_ attribute: SDPAttribute) -> String {
        attribute.value.map { "a=\(attribute.name):\($0)" } ?? "a=\(attribute.name)"
    }

    private static func clean(_ line: String) -> String {
        guard line.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else { return line }
        return String(decoding: line.utf8.map { $0 == 0x0A || $0 == 0x0D || $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
    }
}
