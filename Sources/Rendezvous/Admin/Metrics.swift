import Sockets

/// What a server counts, in Prometheus' text format (version 0.0.4).
enum Metrics {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(of server: WebSocketServer, uptime: Duration) -> String {
        let connections = server.connections
        var lines: [String] = []
        func add(_ name: String, _ kind: String, _ help: String, _ values: [(labels: String, value: Int)]) {
            lines += ["# HELP causerie_\(name) \(help)", "# TYPE causerie_\(name) \(kind)"]
            lines += values.map { "causerie_\(name)\($0.labels) \($0.value)" }
        }
        let services = server.services
        func each(_ value: (WebSocketServer.ServiceDescription) -> Int) -> [(labels: String, value: Int)] {
            services.map { ("{service=\"\(label($0.path))\"}", value($0)) }
        }
        add("uptime_seconds", "gauge", "Time since the server started.", [("", Int(uptime.components.seconds))])
        add("connections", "gauge", "Connections that are open.", [("", connections.open)])
        add("connections_refused_total", "counter", "Connections over a limit.", [("", connections.refused)])
        add("clients", "gauge", "WebSocket clients.", each(\.clients.count))
        add("locked", "gauge", "Whether a service turns clients away.", each { $0.isLocked ? 1 : 0 })
        add("clients_total", "counter", "WebSocket clients so far.", each(\.statistics.clientsAccepted))
        add("clients_refused_total", "counter", "Clients turned away.", each(\.statistics.clientsRefused))
        add("clients_cut_total", "counter", "Clients that did not read.", each(\.statistics.clientsCut))
        add("messages_received_total", "counter", "Messages received.", each(\.statistics.messagesReceived))
        add("messages_sent_total", "counter", "Messages queued for clients.", each(\.statistics.messagesSent))
        add("received_bytes_total", "counter", "Bytes of messages received.", each(\.statistics.bytesReceived))
        add("sent_bytes_total", "counter", "Bytes of messages queued.", each(\.statistics.bytesSent))
        return lines.joined(separator: "\n") + "\n"
    }

    private static func label(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
