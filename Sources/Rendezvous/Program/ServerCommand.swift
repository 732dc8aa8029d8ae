import ArgumentParser
import FoundationEssentials
import Logging
import Sockets

/// The command line of `causerie-server`.
struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "causerie-server",
        abstract: "Brings callers together: signalling and chat over WebSocket.",
        discussion: """
            Serves /signal (and /) and /chat, an administrator's page at /admin and Prometheus metrics at /metrics. \
            Without a certificate it listens on this computer only, unless --address says otherwise. SIGTERM ends it in \
            good order, SIGHUP reads the certificate anew.
            """)

    @Option(help: "The local address to listen on; empty for all.")
    var address: String?

    @Option(help: "The port to listen on.")
    var port = 29_173

    @Option(help: ArgumentHelp("A PEM file with the certificate and those above it.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("A PEM file with the key; the certificate's file without it.", valueName: "file"))
    var key: String?

    @Option(name: .customLong("service"), help: ArgumentHelp("A service to run: chat or signal; all without it."))
    var services: [String] = []

    @Option(help: "The port of the chat by plain TCP; 0 serves none.")
    var chatPort = 5010

    @Option(help: ArgumentHelp("The file with the administrator's token; made where it is missing.", valueName: "file"))
    var tokenFile: String?

    @Flag(help: "Show the administrator's page and the metrics to other computers, too.")
    var adminFromAnywhere = false

    @Option(help: "Connections at one time.")
    var maxConnections = 1000

    @Option(help: "Connections of one address at one time.")
    var maxConnectionsPerAddress = 100

    @Option(help: "What is logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    func validate() throws {
        for name in services where RendezvousServer.Kind(rawValue: name) == nil {
            throw ValidationError("There is no service \(name).")
        }
        if Logger.Level(rawValue: logLevel) == nil { throw ValidationError("There is no log level \(logLevel).") }
        if key != nil, certificate == nil { throw ValidationError("A key needs its certificate.") }
        guard maxConnections > 0, maxConnectionsPerAddress > 0 else {
            throw ValidationError("A limit is a number above 0.")
        }
    }

    func run() async throws {
        var logger = Logger(label: "causerie-server") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        try await ServerProgram.run(serverConfiguration, logger: logger)
    }

    private var serverConfiguration: RendezvousServer.Configuration {
        let security = certificate.map {
            SocketSecurity.Server(identity: .pem(certificates: $0, key: key ?? $0))
        }
        let host = address ?? (security == nil ? "127.0.0.1" : "")
        let kinds = services.compactMap { RendezvousServer.Kind(rawValue: $0) }
        return RendezvousServer.Configuration(
            address: SocketEndpoint(host: host, port: port), security: security,
            services: kinds.isEmpty ? Set(RendezvousServer.Kind.allCases) : Set(kinds),
            chatPort: chatPort == 0 ? nil : chatPort, tokenFile: tokenFile ?? Self.defaultTokenFile,
            isAdminOpen: adminFromAnywhere,
            limits: WebSocketServerLimits(
                connections: maxConnections, connectionsPerAddress: maxConnectionsPerAddress))
    }

    /// Where systemd keeps a service's state, else where the user's programs do.
    private static var defaultTokenFile: String {
        let environment = ProcessInfo.processInfo.environment
        let folder =
            environment["STATE_DIRECTORY"]
            ?? (environment["XDG_STATE_HOME"] ?? (environment["HOME"] ?? "") + "/.local/state") + "/causerie-server"
        return folder + "/admin-token"
    }
}
