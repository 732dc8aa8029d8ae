import Foundation
import Programs
import Transport
import Wire

/// coturn on an address of this machine that is not loopback, for calls that may use nothing but a relay.
final class RelayServer {
    /// How it knows who may use it.
    enum Users {
        case named(String, password: String)
        /// Users that live for a while (draft-uberti-behave-turn-rest-00).
        case secret(String)
    }

    let address: String
    let port = Int.random(in: 20_000..<30_000)
    private let folder: TemporaryFolder
    private let process: RunningProgram

    /// Nil on a machine without a network, which has nothing to relay to.
    init?(_ users: Users) throws {
        let own = try NetworkInterfaces.addresses(withLoopback: false).first { !$0.isLoopback && $0.isIPv4 }
        guard let address = own?.description else { return nil }
        self.address = address
        folder = try TemporaryFolder()
        let access =
            switch users {
            case .named(let name, let password): ["--lt-cred-mech", "--user=\(name):\(password)"]
            case .secret(let secret): ["--use-auth-secret", "--static-auth-secret=\(secret)"]
            }
        process = try RunningProgram(
            Program.system("turnserver"),
            [
                "-n", "--no-cli", "--no-tls", "--no-dtls", "--listening-ip=\(address)", "--relay-ip=\(address)",
                "--listening-port=\(port)", "--realm=example.org", "--userdb=\(folder.url.path)/users",
                "--pidfile=\(folder.url.path)/pid", "--log-file=stdout",
            ] + access)
    }

    var uri: String { "turn:\(address):\(port)?transport=udp" }
}
