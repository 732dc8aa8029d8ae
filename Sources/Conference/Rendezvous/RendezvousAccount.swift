import Sockets
import Wire

/// The server that people are reached through, and the name by which they are known there.
package struct RendezvousAccount: Hashable, Sendable, Codable {
    /// `wss://host[:port][/path][?room=name]`; `ws://` only on this computer.
    package var server: String
    /// Up to 32 characters; the server may add a number.
    package var name: String

    package init(server: String, name: String) {
        self.server = server
        self.name = name
    }

    /// Characters of a name that servers take.
    private static let nameLimit = 32

    /// Where to connect to.
    ///
    /// - Throws: what is wrong with the account.
    func url() throws(RendezvousProblem) -> WebSocketURL {
        guard !name.isEmpty, name.count <= Self.nameLimit, SignalingText.isName(name),
            name.first?.isWhitespace == false, name.last?.isWhitespace == false
        else { throw .invalidName }
        guard let url = try? WebSocketURL(server), CallAddress(Self.authority(of: url)) != nil else {
            throw .invalidServer
        }
        // What is said on the way to another computer would be for everybody to read and to change.
        guard url.isSecure || CallAddress(Self.authority(of: url))?.isLoopback == true else { throw .insecureServer }
        return url
    }

    static func authority(of url: WebSocketURL) -> String {
        url.host.contains(":") ? "[\(url.host)]:\(url.port)" : "\(url.host):\(url.port)"
    }
}

/// Why people cannot be reached through a server.
package enum RendezvousProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidServer, insecureServer, invalidName
    case unknownHost, refused, unreachable
    case notTrusted
    /// Something else than a rendezvous server answers there.
    case notAServer
    /// The server closed the connection, or it broke.
    case lost

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .invalidServer: translatable("A server is written wss://HOST, wss://HOST:PORT or wss://HOST:PORT/PATH.")
        case .insecureServer:
            translatable(
                "Only a server on this computer can be used without encryption: write wss:// instead of ws://.")
        case .invalidName: translatable("A name at a server has 1 to 32 characters.")
        case .unknownHost: translatable("There is no server of this name.")
        case .refused: translatable("No server runs at this address.")
        case .unreachable: translatable("The server cannot be reached.")
        case .notTrusted: translatable("The server's certificate is not trusted.")
        case .notAServer: translatable("What answers at this address is not a rendezvous server.")
        case .lost: translatable("The connection to the server was lost.")
        }
    }

    init(_ error: SocketError) {
        self =
            switch error.kind {
            case .unknownHost: .unknownHost
            case .refused: .refused
            case .certificate: .notTrusted
            case .security, .protocolViolation, .badFraming, .tooLong: .notAServer
            case .unreachable, .timedOut, .notPermitted, .proxy, .addressUnavailable: .unreachable
            default: .lost
            }
    }

    /// As the reason of a call that ends by it.
    var endReason: EndReason {
        switch self {
        case .invalidServer, .insecureServer, .invalidName: .invalidAddress
        case .unknownHost: .unknownHost
        case .refused: .connectionRefused
        case .unreachable, .lost: .unreachable
        case .notTrusted: .serverNotTrusted
        case .notAServer: .notCauserie
        }
    }
}
