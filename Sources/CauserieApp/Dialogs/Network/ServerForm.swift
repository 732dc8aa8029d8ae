import Conference
import RTC

/// A server as a person fills it in.
package nonisolated struct ServerForm: Hashable, Sendable {
    /// STUN, or TURN by one of its transports.
    package enum Kind: String, Hashable, Sendable, CaseIterable { case stun, turnUDP, turnTCP, turnTLS }

    package var kind = Kind.stun
    package var host = ""
    /// Empty for the usual one.
    package var port = ""
    package var user = ""
    package var password = ""
    /// Only the keyring knows the password: left empty, it stays what it is.
    private var isPasswordUnknown = false

    package init() {}

    package init(_ server: NetworkSettings.Server) {
        guard let uri = try? ICEServerURI(parsing: server.uri) else { return }
        switch uri.kind {
        case .stun: kind = .stun
        case .turn(.udp): kind = .turnUDP
        case .turn(.tcp): kind = .turnTCP
        case .turn(.tls): kind = .turnTLS
        }
        host = uri.host
        port = uri.port == usualPort ? "" : String(uri.port)
        user = server.user
        password = server.password ?? ""
        isPasswordUnknown = server.password == nil
    }

    private var usualPort: UInt16 { kind == .turnTLS ? 5349 : 3478 }

    package var isRelay: Bool { kind != .stun }

    /// Nil when host or port is none, or a TURN server's user is missing.
    package var server: NetworkSettings.Server? {
        let trimmed = host.filter { !$0.isWhitespace }
        // What is pasted may be a whole URI already.
        let isURI = ["stun:", "turn:", "turns:"].contains { trimmed.lowercased().hasPrefix($0) }
        let name = trimmed.contains(":") && !trimmed.hasPrefix("[") ? "[\(trimmed)]" : trimmed
        let place = name + (port.isEmpty ? "" : ":" + port)
        let written =
            switch kind {
            case .stun: "stun:\(place)"
            case .turnUDP: "turn:\(place)?transport=udp"
            case .turnTCP: "turn:\(place)?transport=tcp"
            case .turnTLS: "turns:\(place)"
            }
        guard let uri = try? ICEServerURI(parsing: isURI ? trimmed : written) else { return nil }
        guard uri.kind != .stun else { return NetworkSettings.Server("\(uri)") }
        guard !user.isEmpty else { return nil }
        return NetworkSettings.Server(
            "\(uri)", user: user, password: isPasswordUnknown && password.isEmpty ? nil : password)
    }
}
