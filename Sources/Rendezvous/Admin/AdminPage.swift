import FoundationEssentials
import Sockets

/// The administrator's page, without scripts: what is seen is what the server wrote.
enum AdminPage {
    static let contentType = "text/html; charset=utf-8"

    /// Asks for the token.
    static let login = page(
        "<form method=\"post\" action=\"/admin/login\"><label>Token <input type=\"password\" name=\"token\" autofocus>"
            + "</label> <button>Open</button></form>")

    static func text(of server: WebSocketServer) -> String {
        let connections = server.connections
        var body = "<p>\(connections.open) connections are open, \(connections.refused) were over a limit.</p>"
        body += limits(server.limits)
        for service in server.services { body += section(service) }
        return page(body)
    }

    private static func limits(_ limits: WebSocketServerLimits) -> String {
        func field(_ label: String, _ name: String, _ value: Int?) -> String {
            let text = value.map { String($0) } ?? ""
            return "<label>\(label) <input name=\"\(name)\" inputmode=\"numeric\" value=\"\(text)\"></label> "
        }
        return "<h2>Limits</h2><form method=\"post\" action=\"/admin/limits\">"
            + field("Connections", "connections", limits.connections)
            + field("of one address", "perAddress", limits.connectionsPerAddress)
            + field("Bytes of a message", "messageSize", limits.messageSize)
            + field("Frames a second", "framesPerSecond", limits.framesPerSecond)
            + "<button>Set</button></form><p>For connections that come from now on. An empty field leaves it to the "
            + "services.</p>"
    }

    private static func section(_ service: WebSocketServer.ServiceDescription) -> String {
        let path = escaped(service.path)
        let numbers = service.statistics
        var text = "<h2>\(path)\(service.isLocked ? " (locked)" : "")</h2>"
        text += "<form method=\"post\" action=\"/admin/lock\"><input type=\"hidden\" name=\"path\" value=\"\(path)\">"
        text += "<input type=\"hidden\" name=\"locked\" value=\"\(service.isLocked ? "no" : "yes")\">"
        text += "<button>\(service.isLocked ? "Unlock" : "Lock")</button></form>"
        text += "<p>\(numbers.messagesReceived) messages received, \(numbers.messagesSent) sent; "
        text += "\(numbers.clientsAccepted) clients so far, \(numbers.clientsRefused) turned away, "
        text += "\(numbers.clientsCut) cut off.</p><table><tr><th>Client</th><th>Address</th><th>Path</th>"
        text += "<th>Subprotocol</th><th>Since</th><th></th></tr>"
        for client in service.clients {
            let address = SocketEndpoint(host: client.address, port: client.port).description
            let cells = [
                String(client.id), address, client.path, client.subprotocol ?? "",
                client.connectedSince.formatted(.iso8601),
            ]
            text += "<tr>" + cells.map { "<td>\(escaped($0))</td>" }.joined()
            text += "<td><form method=\"post\" action=\"/admin/disconnect\"><input type=\"hidden\" name=\"id\" "
            text += "value=\"\(client.id)\"><button>Disconnect</button></form></td></tr>"
        }
        return text + "</table>"
    }

    private static func page(_ body: String) -> String {
        """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Causerie server</title>
        <meta name="viewport" content="width=device-width"><style>
        body { font: 16px sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; color-scheme: light dark }
        td, th { text-align: left; padding: .2em 1em .2em 0 } input { width: 8em }
        </style><h1>Causerie server</h1>\(body)</html>
        """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
