import Foundation
import Programs
import Synchronization

/// The plugin that makes libv4l2 take a file for a camera. It must lie in libv4l2's own folder: it is there as long as the
/// tests run.
package enum CameraPlugin {
    package struct NotInstalled: Error { package let reason: String }

    /// Nil when emulated cameras work here; else why not.
    package static let obstacle: String? = {
        do {
            try install()
            return nil
        } catch {
            return "no emulated camera: \((error as? NotInstalled)?.reason ?? "\(error)")"
        }
    }()

    /// What a file begins with to be a camera of this test run.
    static var magic: String { "causerie test camera of \(getpid())\n" }

    private static let installed = Mutex<String?>(nil)

    private static func install() throws {
        let folder = try pluginFolder()
        let built = try TemporaryFolder()
        let library = built.url.appendingPathComponent("plugin.so").path
        try compile(to: library)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where isLeftBehind(name) {
            try asRoot("rm", ["-f", "\(folder)/\(name)"], in: folder)
        }
        let target = "\(folder)/causerie-test-\(getpid()).so"
        try asRoot("cp", [library, target], in: folder)
        installed.withLock { $0 = target }
        atexit { CameraPlugin.remove() }
    }

    private static func remove() {
        guard let target = installed.withLock({ $0 }) else { return }
        try? asRoot("rm", ["-f", target], in: (target as NSString).deletingLastPathComponent)
    }

    /// A plugin of a test run that did not come to its end.
    private static func isLeftBehind(_ name: String) -> Bool {
        guard name.hasPrefix("causerie-test-"), let owner = pid_t(name.dropFirst(14).prefix { $0 != "." }) else {
            return false
        }
        return owner != getpid() && kill(owner, 0) != 0 && errno == ESRCH
    }

    private static func pluginFolder() throws -> String {
        let roots =
            ["/usr/lib"] + (try FileManager.default.contentsOfDirectory(atPath: "/usr/lib")).map { "/usr/lib/\($0)" }
        guard let root = roots.first(where: { FileManager.default.fileExists(atPath: "\($0)/libv4l/plugins") }) else {
            throw NotInstalled(reason: "libv4l2 has no folder of plugins")
        }
        return "\(root)/libv4l/plugins"
    }

    private static func compile(to library: String) throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("CameraPlugin").path
        let files = ["plugin.c", "control.c", "picture.c"].map { "\(sources)/\($0)" }
        let outcome = try Program.run(
            Program.system("gcc"),
            ["-std=gnu11", "-O1", "-shared", "-fPIC", "-fvisibility=hidden", "-DOWNER=\"\(getpid())\"", "-o", library]
                + files + ["-ljpeg"])
        guard outcome.status == 0 else { throw NotInstalled(reason: outcome.errors) }
    }

    private static func asRoot(_ program: String, _ arguments: [String], in folder: String) throws {
        let refusal = NotInstalled(reason: "only root can write to \(folder), and sudo does not help")
        if access(folder, W_OK) == 0 {
            let outcome = try Program.run(Program.system(program), arguments)
            guard outcome.status == 0 else { throw NotInstalled(reason: outcome.errors) }
        } else {
            guard let sudo = try? Program.system("sudo"),
                try Program.run(sudo, ["-n", program] + arguments).status == 0
            else { throw refusal }
        }
    }
}
