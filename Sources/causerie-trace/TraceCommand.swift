import ArgumentParser
import Glibc
import Sockets

/// Relays one port and writes down what passes.
@main struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "causerie-trace",
        abstract: "Shows everything that passes between clients and a server.",
        discussion: """
            Point the client at the port of --listen instead of the server's. With TLS, the trace shows what is inside: \
            the client then has to trust the certificate given here.
            A log that cannot be written, as on a full disk, is given up; the relay goes on.
            Ends with Ctrl-C. Exit status: 0 ended, 1 cannot listen or write, 64 wrong usage.
            """)

    /// The forms of the log.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case text, hex, json, none

        var writer: (any TraceWriter)? {
            switch self {
            case .text: TextTraceWriter()
            case .hex: HexTraceWriter()
            case .json: JSONTraceWriter()
            case .none: nil
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

    @Option(
        help: ArgumentHelp(
            "The certificate (PEM) to show to a server that asks for one.", valueName: "file"))
    var tlsClientCertificate: String?

    @Option(help: ArgumentHelp("That certificate's key (PEM), when it is in another file.", valueName: "file"))
    var tlsClientKey: String?

    @Option(help: "The form of the log on standard output: text, hex, json or none.")
    var log = Form.text

    @Option(help: ArgumentHelp("Also write a capture file for Wireshark.", valueName: "file"))
    var pcapng: String?

    func validate() throws {
        guard (0...65_535).contains(listen) else { throw ValidationError("There is no port \(listen).") }
        guard server != nil else { throw ValidationError("--to wants HOST:PORT, with brackets around IPv6 addresses.") }
        if udp, tlsCertificate != nil || tlsConnect { throw ValidationError("TLS does not go with --udp.") }
        if tlsKey != nil, tlsCertificate == nil { throw ValidationError("--tls-key wants --tls-certificate.") }
        if tlsClientKey != nil, tlsClientCertificate == nil {
            throw ValidationError("--tls-client-key wants --tls-client-certificate.")
        }
        if !tlsConnect, tlsInsecure || tlsAuthorities != nil || tlsClientCertificate != nil {
            throw ValidationError(
                "--tls-authorities, --tls-insecure and --tls-client-certificate want --tls-connect.")
        }
    }

    func run() async throws {
        guard let server else { return }
        // A limit on the size of files is an error of the write like any other.
        signal(SIGXFSZ, SIG_IGN)
        var outputs: [TraceOutput] = []
        if let writer = log.writer { outputs.append(try TraceOutput(writer, path: nil)) }
        if let pcapng { outputs.append(try TraceOutput(PcapngTraceWriter(), path: pcapng)) }
        let record = TraceRecord(outputs)
        let route = SocketTrace.Route(
            from: SocketEndpoint(host: address, port: listen), to: server, isDatagram: udp,
            serverSecurity: serverSecurity, clientSecurity: clientSecurity)
        let trace = try await SocketTrace.start(route) { await record.add($0) }
        TraceRecord.tell("listening on \(trace.local?.description ?? address), forwarding to \(server)")
        for await _ in EndSignals.all() { break }
        await trace.stop()
        if await record.hasFailed { throw ExitCode.failure }
    }

    private var server: SocketEndpoint? { SocketEndpoint(to) }

    private var serverSecurity: SocketSecurity.Server? {
        tlsCertificate.map { SocketSecurity.Server(identity: .pem(certificates: $0, key: tlsKey ?? $0)) }
    }

    private var clientSecurity: SocketSecurity.Client? {
        guard tlsConnect else { return nil }
        return SocketSecurity.Client(
            roots: tlsAuthorities.map { .file($0) } ?? .system, verification: tlsInsecure ? .none : .full,
            identity: tlsClientCertificate.map { .pem(certificates: $0, key: tlsClientKey ?? $0) })
    }
}
