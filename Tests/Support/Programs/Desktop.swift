import Foundation

/// A desktop for one test: an X display that nobody sees, a private message bus, and the bus of assistive technology.
@MainActor
package final class Desktop {
    package let bus: PrivateBus
    private let server: RunningProgram
    private var accessibility: RunningProgram?
    private let display: String
    private let screens: TemporaryFolder

    /// The screen as the server has it now, in XWD's format: `GtkTestHost screen` makes a PNG of it.
    package var screen: URL { screens.url.appendingPathComponent("Xvfb_screen0") }

    /// What a program needs in its environment to be on this desktop, drawn alike everywhere.
    package var environment: [String: String] {
        bus.environment.merging(Self.drawing) { $1 }.merging(["DISPLAY": display]) { $1 }
    }

    private nonisolated static let drawing = [
        "GDK_BACKEND": "x11", "GDK_SCALE": "1", "GSK_RENDERER": "cairo", "LC_ALL": "C.UTF-8", "LANGUAGE": "en",
        "XDG_CURRENT_DESKTOP": "", "WAYLAND_DISPLAY": "",
    ]

    /// - Parameter accessibility: whether programs can be seen through AT-SPI.
    package static func start(accessibility: Bool = false) async throws -> Desktop {
        let bus = try await PrivateBus.start()
        let screens = try TemporaryFolder()
        // The server takes a free number by itself and says which.
        let server = try RunningProgram(
            Program.system("Xvfb"),
            [
                "-displayfd", "1", "-screen", "0", "1000x700x24", "-nolisten", "tcp", "-fbdir", screens.url.path,
            ])
        let number = try await server.wait(for: "\n").split(separator: "\n").first.map(String.init) ?? ""
        let desktop = Desktop(bus: bus, server: server, display: ":" + number, screens: screens)
        if accessibility { try await desktop.startAccessibility() }
        return desktop
    }

    private init(bus: PrivateBus, server: RunningProgram, display: String, screens: TemporaryFolder) {
        self.screens = screens
        self.bus = bus
        self.server = server
        self.display = display
    }

    private func startAccessibility() async throws {
        let launcher = ["/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher"]
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let launcher else { throw Program.Missing(name: "at-spi-bus-launcher") }
        accessibility = try RunningProgram(
            URL(fileURLWithPath: launcher), ["--launch-immediately"], environment: environment)
    }
}
