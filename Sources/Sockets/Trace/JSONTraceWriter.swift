/// One JSON object a line, for programs: the bytes in hexadecimal.
public struct JSONTraceWriter: TraceWriter {
    /// A writer.
    public init() {}

    /// The keys `time`, `connection`, `transport`, `client`, `server`, `event`, and those of the event.
    public mutating func encode(_ event: TraceEvent) -> [UInt8] {
        var fields: [(String, String)] = [
            ("time", quoted(event.timestamp)), ("connection", "\(event.connection)"),
            ("transport", quoted(event.isDatagram ? "udp" : "tcp")), ("client", quoted(event.client.description)),
            ("server", quoted(event.server.description)),
        ]
        switch event.kind {
        case .requested: fields.append(("event", quoted("requested")))
        case .connected: fields.append(("event", quoted("connected")))
        case .failed(let error):
            fields += [("event", quoted("failed")), ("cause", quoted(error.detail))]
        case .data(let direction, let bytes, let names):
            fields += [
                ("event", quoted("data")), ("direction", quoted(name(direction))), ("size", "\(bytes.count)"),
                ("names", "[" + names.map { quoted($0.description) }.joined(separator: ",") + "]"),
                ("bytes", quoted(hexadecimal: bytes)),
            ]
        case .finished(let direction):
            fields += [("event", quoted("finished")), ("direction", quoted(name(direction)))]
        case .closed(let toServer, let toClient, let cause):
            fields += [
                ("event", quoted("closed")), ("toServer", "\(toServer)"), ("toClient", "\(toClient)"),
                ("cause", cause.map { quoted($0.detail) } ?? "null"),
            ]
        }
        return Array(("{" + fields.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}\n").utf8)
    }

    private func name(_ direction: TraceEvent.Direction) -> String {
        direction == .toServer ? "toServer" : "toClient"
    }

    private func quoted(hexadecimal bytes: [UInt8]) -> String {
        var figures: [UInt8] = [0x22]
        figures.reserveCapacity(2 * bytes.count + 2)
        for byte in bytes { figures.append(hexadecimal: byte) }
        figures.append(0x22)
        return String(decoding: figures, as: UTF8.self)
    }

    private func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20: quoted += "\\u00" + hexadecimal(UInt8(scalar.value))
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
