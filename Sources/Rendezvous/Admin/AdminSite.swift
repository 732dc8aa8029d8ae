import Sockets
import Synchronization

/// What the server's port answers to a browser: the administrator's page and the metrics, for who has the token.
final class AdminSite: Sendable {
    private static let cookie = "causerie-admin"

    private let token: AdminToken
    /// Whether others than this computer may ask.
    private let isOpenToAll: Bool
    private let isSecure: Bool
    private let started = ContinuousClock.now
    private let known = Mutex(Known())

    /// The server holds this object.
    private struct Known {
        weak var server: WebSocketServer?
    }

    init(token: AdminToken, isOpenToAll: Bool, isSecure: Bool) {
        self.token = token
        self.isOpenToAll = isOpenToAll
        self.isSecure = isSecure
    }

    /// The server that is administered.
    func administer(_ server: WebSocketServer) { known.withLock { $0.server = server } }

    func answer(_ request: HTTPRequest, from sender: SocketEndpoint) -> HTTPResponse {
        guard let server = known.withLock({ $0.server }) else { return HTTPResponse(status: 503, text: "starting") }
        let isAdmin = request.path == "/admin" || request.path.hasPrefix("/admin/")
        guard isAdmin || request.path == "/metrics" else {
            let isService = server.services.contains { $0.path == request.path }
            return isService
                ? HTTPResponse(
                    status: 426, text: "this is a WebSocket service", fields: [HTTPHead.Field("Upgrade", "websocket")])
                : HTTPResponse(status: 404, text: "there is nothing here")
        }
        // As if there were nothing: who may not ask need not know.
        guard isOpenToAll || sender.isLoopback else { return HTTPResponse(status: 404, text: "there is nothing here") }
        switch (request.method, request.path) {
        case ("POST", "/admin/login"): return logIn(request)
        case ("GET", "/metrics"), ("HEAD", "/metrics"):
            guard isAllowed(request) else { return unauthorized }
            let text = Metrics.text(of: server, uptime: ContinuousClock.now - started)
            return Self.response(200, Metrics.contentType, text)
        case ("GET", "/admin"), ("HEAD", "/admin"):
            guard isAllowed(request) else { return Self.response(401, AdminPage.contentType, AdminPage.login) }
            return Self.response(200, AdminPage.contentType, AdminPage.text(of: server))
        case ("POST", _):
            guard isAllowed(request) else { return unauthorized }
            guard isFromOwnPage(request) else { return HTTPResponse(status: 403, text: "asked by another page") }
            return act(request, on: server)
        default: return HTTPResponse(status: 405, text: "not here", fields: [HTTPHead.Field("Allow", "GET, POST")])
        }
    }

    private func act(_ request: HTTPRequest, on server: WebSocketServer) -> HTTPResponse {
        let form = String(decoding: request.body, as: UTF8.self)
        let value = { HTTPRequest.value($0, inForm: form) }
        switch request.path {
        case "/admin/lock":
            guard let path = value("path"), server.setLocked(value("locked") == "yes", path: path) else {
                return HTTPResponse(status: 404, text: "there is no such service")
            }
        case "/admin/disconnect":
            guard let id = value("id").flatMap({ UInt64($0) }),
                server.disconnect(id, .policyViolation, "disconnected by the administrator")
            else { return HTTPResponse(status: 404, text: "there is no such client") }
        case "/admin/limits":
            // Nothing but whole numbers above zero, none where a field is empty.
            let number = { (name: String) in value(name).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
            var limits = server.limits
            limits.connections = number("connections") ?? limits.connections
            limits.connectionsPerAddress = number("perAddress") ?? limits.connectionsPerAddress
            limits.messageSize = number("messageSize")
            limits.framesPerSecond = number("framesPerSecond")
            server.limits = limits
        default: return HTTPResponse(status: 404, text: "there is nothing here")
        }
        return Self.toPage([])
    }

    private func logIn(_ request: HTTPRequest) -> HTTPResponse {
        let form = String(decoding: request.body, as: UTF8.self)
        guard let given = HTTPRequest.value("token", inForm: form), token.matches(given) else { return unauthorized }
        let attributes = "; Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
        return Self.toPage([HTTPHead.Field("Set-Cookie", "\(Self.cookie)=\(given)\(attributes)")])
    }

    /// By `Authorization: Bearer` for programs, by a cookie for browsers. Never in an address, which is written down.
    private func isAllowed(_ request: HTTPRequest) -> Bool {
        if let header = request.head.value("authorization"), header.hasPrefix("Bearer ") {
            return token.matches(String(header.dropFirst(7)))
        }
        for pair in request.head.values("cookie").flatMap({ $0.split(separator: ";") }) {
            let sides = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if sides.count == 2, sides[0] == Self.cookie { return token.matches(String(sides[1])) }
        }
        return false
    }

    /// A browser says which page a form was on; programs do not.
    private func isFromOwnPage(_ request: HTTPRequest) -> Bool {
        guard let origin = request.head.value("origin") else { return request.head.values("origin").isEmpty }
        let host = request.head.value("host") ?? ""
        return origin == (isSecure ? "https://" : "http://") + host
    }

    private var unauthorized: HTTPResponse {
        HTTPResponse(
            status: 401, text: "the token is missing or wrong", fields: [HTTPHead.Field("WWW-Authenticate", "Bearer")])
    }

    private static func toPage(_ fields: [HTTPHead.Field]) -> HTTPResponse {
        HTTPResponse(status: 303, text: "see /admin", fields: [HTTPHead.Field("Location", "/admin")] + fields)
    }

    private static func response(_ status: Int, _ type: String, _ text: String) -> HTTPResponse {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
        return HTTPResponse(
            status: status,
            fields: [
                HTTPHead.Field("Content-Type", type), HTTPHead.Field("Cache-Control", "no-store"),
                HTTPHead.Field("Content-Security-Policy", policy), HTTPHead.Field("Referrer-Policy", "same-origin"),
                HTTPHead.Field("X-Content-Type-Options", "nosniff"),
            ], body: Array(text.utf8))
    }
}

extension SocketEndpoint {
    /// Whether this is this very computer.
    var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") && host.allSatisfy { $0 == "." || $0.isNumber } }
}
