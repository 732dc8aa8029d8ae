import Foundation

/// Avahi's daemon in a network of a test's, on a bus of its own that stands for the machine's.
package final class PrivateAvahi {
    private let bus: PrivateBus
    private let network: PrivateNetwork
    private let folder: TemporaryFolder
    private var daemon: RunningProgram?

    /// Whether it is installed, and may be run.
    package static let isAvailable: Bool =
        PrivateNetwork.isAvailable && (try? Program.system("avahi-daemon")) != nil

    /// What a program needs in its environment to find it.
    package var environment: [String: String] { ["DBUS_SYSTEM_BUS_ADDRESS": bus.address] }

    /// The bus alone; the daemon comes with `run`.
    package init(in network: PrivateNetwork) async throws {
        bus = try await PrivateBus.start()
        folder = try TemporaryFolder()
        self.network = network
    }

    package func run() async throws {
        let configuration = try folder.write(
            """
            [server]
            use-ipv6=no
            [publish]
            publish-hinfo=no
            publish-workstation=no
            """, to: "avahi.conf")
        // Its files are where another daemon of this machine has its own: a place of its own stands in for them.
        let script = """
            mkdir -p /run/avahi-daemon && mount -t tmpfs none /run/avahi-daemon && exec "$0" "$@"
            """
        let line = try network.words
        let daemon = try RunningProgram(
            URL(fileURLWithPath: line[0]),
            Array(line.dropFirst()) + [
                try Program.system("unshare").path, "--mount", "/bin/sh", "-c", script,
                try Program.system("avahi-daemon").path, "--file=\(configuration.path)", "--no-drop-root",
                "--no-rlimits", "--no-chroot", "--debug",
            ], environment: environment)
        self.daemon = daemon
        for _ in 0..<600 where !daemon.complained.contains("startup complete") {
            guard daemon.isRunning else { throw PrivateNetwork.Failed(errors: daemon.complained) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    package func stop() async throws {
        daemon?.send(SIGTERM)
        _ = try await daemon?.waitForEnd()
        daemon = nil
    }
}
