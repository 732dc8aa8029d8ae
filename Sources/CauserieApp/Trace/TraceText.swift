import CGLib
import GLibKit
import Sockets

/// What the trace window says of events.
nonisolated enum TraceText {
    /// The time of day, to the millisecond.
    static func time(_ event: TraceEvent) -> String {
        let microseconds = event.time / 1_000
        guard let moment = g_date_time_new_from_unix_local(gint64(microseconds / 1_000_000)) else { return "" }
        defer { g_date_time_unref(moment) }
        guard let text = g_date_time_format(moment, "%H:%M:%S") else { return "" }
        defer { g_free(text) }
        let fraction = String(microseconds % 1_000_000 / 1_000 + 1_000).dropFirst()
        return String(cString: text) + "." + fraction
    }

    static func direction(_ event: TraceEvent) -> String {
        switch event.kind {
        case .data(.toServer, _, _), .finished(.toServer): tr("To server")
        case .data(.toClient, _, _), .finished(.toClient): tr("To client")
        default: ""
        }
    }

    static func size(_ event: TraceEvent) -> String {
        if case .data(_, let bytes, _) = event.kind { String(bytes.count) } else { "" }
    }

    /// What happened, in a line.
    static func what(_ event: TraceEvent) -> String {
        switch event.kind {
        case .requested: return tr("{client} asks for a connection", ["client": "\(event.client)"])
        case .connected: return tr("Connected with {server}", ["server": "\(event.server)"])
        case .failed(let error):
            return tr("No connection: {cause}", ["cause": cause(error)])
        case .data(_, let bytes, let names):
            return names.isEmpty ? beginning(bytes) : names.map(name).joined(separator: "; ")
        case .finished: return tr("End of data")
        case .closed(let toServer, let toClient, let error):
            let totals = ["sent": String(toServer), "received": String(toClient)]
            let text = tr("Closed: {sent} bytes to the server, {received} to the client", totals)
            return error.map { text + ": " + cause($0) } ?? text
        }
    }

    /// What a search looks into, besides the bytes.
    static func searched(_ event: TraceEvent) -> String {
        "\(event.client) \(event.server) \(direction(event)) \(what(event))"
    }

    static func name(_ name: TraceName) -> String {
        switch name {
        // An answer begins with the word itself.
        case .http(let line): return line.hasPrefix("HTTP/") ? line : "HTTP \(line)"
        case .frame(let frame): return self.frame(frame)
        case .expanded(let isText, let size, let beginning):
            let values = ["count": String(size), "text": line(beginning)]
            return isText
                ? tr("expanded to a text of {count} bytes: {text}", values)
                : tr("expanded to {count} bytes: {text}", values)
        case .unreadable(.notDeflate): return tr("a compressed message that is damaged")
        case .unreadable(.tooLong): return tr("a compressed message that is too long to be told")
        }
    }

    private static func frame(_ frame: TraceName.Frame) -> String {
        let values = ["count": String(frame.size)]
        var text =
            switch frame.opcode {
            case 0: tr("WebSocket continuation, {count} bytes", values)
            case 1: tr("WebSocket text, {count} bytes", values)
            case 2: tr("WebSocket data, {count} bytes", values)
            case 8: tr("WebSocket close, {count} bytes", values)
            case 9: tr("WebSocket ping, {count} bytes", values)
            case 10: tr("WebSocket pong, {count} bytes", values)
            default:
                tr(
                    "WebSocket opcode {opcode}, {count} bytes",
                    ["opcode": String(frame.opcode), "count": "\(frame.size)"])
            }
        if !frame.isFinal { text += ", " + tr("not the last") }
        if frame.isCompressed { text += ", " + tr("compressed") }
        return text
    }

    /// The first line's worth of what was passed on; bytes that are no text in hexadecimal.
    private static func beginning(_ bytes: [UInt8]) -> String {
        let some = Array(bytes.prefix(120))
        let control = some.filter { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard control.isEmpty else { return some.prefix(24).map { hexadecimal($0) }.joined(separator: " ") }
        return line(String(decoding: some, as: UTF8.self))
    }

    /// Without line ends and control characters, and no longer than a line may be.
    private static func line(_ text: String) -> String {
        TextTraceWriter.lines(Array(text.utf8.prefix(240))).joined(separator: " ")
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        String(Int(byte) + 256, radix: 16, uppercase: true).dropFirst().description
    }

    // MARK: Causes

    /// Why something failed, in the user's language.
    static func cause(_ error: SocketError) -> String {
        switch error.kind {
        case .closedByPeer: tr("The other side closed the connection.")
        case .closedLocally, .cancelled: tr("It was stopped.")
        case .timedOut: tr("There was no answer in time.")
        case .unknownHost: tr("There is no computer of this name.")
        case .refused: tr("Nothing listens there.")
        case .unreachable: tr("No way leads there.")
        case .addressInUse: tr("Another program listens on this port.")
        case .addressUnavailable: tr("This is not an address of this computer.")
        case .notPermitted: tr("The system does not permit it; ports below 1024 belong to the administrator.")
        case .linkBroken: tr("The connection broke.")
        case .security: tr("TLS failed: one side does not speak it, or not a version of today.")
        case .certificate: tr("The certificate is not trusted, has expired or was made for another name.")
        case .identity: tr("The certificate or its key cannot be used.")
        default: error.detail
        }
    }
}
