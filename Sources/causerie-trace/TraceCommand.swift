import ArgumentParser
import Sockets

/// Relays one port and writes down what passes.
@main struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "causerie-trace",
        abstract: "Shows everything that passes between clients and a server.",
        discussion: """
            Point the client at the port of --listen instead of the server's. With TLS, the trace shows what is inside: \
            the client then has to trust the certificate given here.
            Ends with Ctrl-C. Exit status: 0 ended, 1 cannot listen or write, 64 wrong usage.
            """)

    /// The forms of the log.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case text, hex, json

        var writer: any TraceWriter {
            switch self {
            case .text: TextTraceWriter()
            case .hex: HexTraceWriter()
            case .json: JSONTraceWriter()
            }
        }
    }

    @Option(help: ArgumentHelp("The port to listen on; 0 for a free one.", valueName: "port"))
    var listen: Int

    @Option(help: ArgumentHelp("The local address to listen on; all when not given.", valueName: "address"))
    var address = ""

    @Option(help: ArgumentHelp("The server to forward to.", valueName: "host:port"))
    var to: String

    @Flag(help: "Relay UDP instead of TCP.")
    var udp = false

    @Option(help: ArgumentHelp("Speak TLS to clients, with this certificate (PEM).", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's key (PEM), when it is in another file.", valueName: "file"))
    var tlsKey: String?

    @Flag(help: "Speak TLS to the server.")
    var tlsConnect = false

    @Option(help: ArgumentHelp("The authorities to trust (PEM) instead of the system's.", valueName: "file"))
    var tlsAuthorities: String?

    @Flag(help: "Do not check the server's certificate.")
    var tlsInsecure = false

    @Option(help: "The form of the log on standard output: text, hex or json.")
    var log = Form.text

    @Option(help: ArgumentHelp("Also write a capture file for Wireshark.", valueName: "file"))
    var pcapng: String?

    func validate() throws {
        guard (0...65_535).contains(listen) else { throw ValidationError("There is no port \(listen).") }
        guard server != nil else { throw ValidationError("--to wants HOST:PORT, with brackets around IPv6 addresses.") }
        if udp, tlsCertificate != nil || tlsConnect { throw ValidationError("TLS does not go with --udp.") }
        if tlsKey != nil, tlsCertificate == nil { throw ValidationError("--tls-key wants --tls-certificate.") }
        if !tlsConnect, tlsInsecure || tlsAuthorities != nil {
            throw ValidationError("--tls-authorities and --tls-insecure want --tls-connect.")
        }
    }

    func run() async throws {
        guard let server else { return }
        var outputs = [try TraceOutput(log.writer, path: nil)]
        if let pcapng { outputs.append(try TraceOutput(PcapngTraceWriter(), path: pcapng)) }
        let record = TraceRecord(outputs)
        let route = SocketTrace.Route(
            from: SocketEndpoint(host: address, port: listen), to: server, isDatagram: udp,
            serverSecurity: serverSecurity, clientSecurity: clientSecurity)
        let trace = try await SocketTrace.start(route) { await record.add($0) }
        TraceRecord.tell("listening on \(trace.local?.description ?? address), forwarding to \(server)")
        for await _ in EndSignals.all() { break }
        await trace.stop()
    }

    private var server: SocketEndpoint? {
        guard let colon = to.lastIndex(of: ":"), let port = Int(to[to.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = to[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : SocketEndpoint(host: String(host), port: port)
    }

    private var serverSecurity: SocketSecurity.Server? {
        tlsCertificate.map { SocketSecurity.Server(identity: .pem(certificates: $0, key: tlsKey ?? $0)) }
    }

    private var clientSecurity: SocketSecurity.Client? {
        guard tlsConnect else { return nil }
        return SocketSecurity.Client(
            roots: tlsAuthorities.map { .file($0) } ?? .system, verification: tlsInsecure ? .none : .full)
    }
}
