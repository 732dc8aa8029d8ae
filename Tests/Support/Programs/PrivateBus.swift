import Foundation

/// A message bus for one test: nothing of the user's session is on it, and nothing is started through it.
package final class PrivateBus {
    package let address: String
    private let daemon: RunningProgram
    private let folder: TemporaryFolder

    /// What a program needs in its environment to find this bus; its settings stay in memory.
    package var environment: [String: String] {
        [
            "DBUS_SESSION_BUS_ADDRESS": address, "GSETTINGS_BACKEND": "memory",
            "XDG_RUNTIME_DIR": folder.url.path, "XDG_DATA_HOME": folder.url.path + "/data",
            "XDG_CONFIG_HOME": folder.url.path + "/config", "XDG_CACHE_HOME": folder.url.path + "/cache",
            "XDG_STATE_HOME": folder.url.path + "/state",
        ]
    }

    package static func start() async throws -> PrivateBus {
        let folder = try TemporaryFolder()
        let configuration = try folder.write(
            """
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
              "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <type>session</type>
              <listen>unix:path=\(folder.url.path)/bus</listen>
              <auth>EXTERNAL</auth>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
              </policy>
            </busconfig>
            """, to: "bus.conf")
        let daemon = try RunningProgram(
            Program.system("dbus-daemon"),
            ["--config-file=\(configuration.path)", "--nofork", "--nopidfile", "--print-address=1"])
        let printed = try await daemon.wait(for: "\n")
        let address = printed.split(separator: "\n").first.map(String.init) ?? ""
        return PrivateBus(address: address, daemon: daemon, folder: folder)
    }

    /// Ends the bus while its users are still there.
    package func stop() async throws {
        daemon.send(SIGKILL)
        _ = try await daemon.waitForEnd()
    }

    private init(address: String, daemon: RunningProgram, folder: TemporaryFolder) {
        self.address = address
        self.daemon = daemon
        self.folder = folder
    }
}
