import Foundation
import LinkSupport

/// A real headless Chromium with fake camera and microphone, and one page that runs a test's scripts.
public final class Browser: Sendable {
    private let process: Process
    private let folder: URL
    private let server: PageServer

    /// The page: runs each script that comes over the control channel and sends its result back as JSON.
    private static let page = """
        <!doctype html><meta charset="utf-8"><title>Causerie interop</title>
        <audio id="sound" autoplay></audio>
        <video id="remote" autoplay playsinline muted></video><video id="local" autoplay playsinline muted></video>
        <script>
        const control = new WebSocket(`ws://${location.host}/control`);
        function tell(text) { control.send(JSON.stringify({message: text})); }
        control.onmessage = async (event) => {
          const {id, code, message} = JSON.parse(event.data);
          if (message !== undefined) { window.heard && window.heard(message); return; }
          try {
            const run = Object.getPrototypeOf(async function(){}).constructor;
            const result = await (new run(code))();
            control.send(JSON.stringify({id, result: JSON.stringify(result === undefined ? null : result)}));
          } catch (error) {
            control.send(JSON.stringify({id, error: String(error && error.stack || error)}));
          }
        };
        \(CallScript.source)
        </script>
        """

    public static var executable: String? {
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Starts the browser and waits for its page.
    ///
    /// - Parameters:
    ///   - allowsDevices: whether pages may use camera and microphone; without them they do not learn this machine's
    ///     addresses either.
    ///   - film: a file of the kind YUV4MPEG2 for the camera to show again and again; Chromium's own picture without.
    ///   - place: where on a link it runs; in this machine's own network without.
    ///   - sound: environment that leads to a sound server with microphone and speaker; without, it plays nothing, and
    ///     microphone and camera are Chromium's own fakes.
    package static func start(
        allowsDevices: Bool = true, film: String? = nil, at place: (link: TunnelledLink, end: TunnelledLink.End)? = nil,
        sound: [String: String]? = nil
    ) async throws -> Browser {
        guard let executable else { throw ScriptError(description: "Chromium is not installed") }
        let server = try await PageServer.start(page: page, in: place.map { $0.link.path(of: $0.end) })
        let folder = FileManager.default.temporaryDirectory.appending(path: "causerie-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = Process()
        let line = try (place.map { try $0.link.words(at: $0.end) } ?? []) + [executable]
        process.executableURL = URL(filePath: line[0])
        var arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
            "--user-data-dir=\(folder.path)", "--autoplay-policy=no-user-gesture-required",
            "--ignore-certificate-errors", "--disable-background-networking", "--disable-component-update",
        ]
        if let sound {
            process.environment = ProcessInfo.processInfo.environment.merging(sound) { $1 }
        } else {
            arguments += ["--use-fake-device-for-media-stream=fps=30", "--mute-audio"]
        }
        arguments += allowsDevices ? ["--use-fake-ui-for-media-stream"] : []
        arguments += film.map { ["--use-file-for-fake-video-capture=\($0)"] } ?? []
        process.arguments = line.dropFirst() + arguments + ["http://127.0.0.1:\(server.port)/"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let browser = Browser(process: process, folder: folder, server: server)
        await server.control.waitForPage()
        return browser
    }

    private init(process: Process, folder: URL, server: PageServer) {
        self.process = process
        self.folder = folder
        self.server = server
    }

    public var processIdentifier: Int32 { process.processIdentifier }

    /// Runs the body of an async function in the page; the result is its value as JSON.
    @discardableResult
    public func run(_ code: String) async throws -> String {
        try await server.control.evaluate(code)
    }

    /// As `run`, decoded.
    public func value<Value: Decodable>(_ type: Value.Type = Value.self, _ code: String) async throws -> Value {
        try JSONDecoder().decode(type, from: Data(try await run(code).utf8))
    }

    /// Texts that the page sent by `tell(text)` since the last time.
    public func takeMessages() -> [String] { server.control.takeMessages() }

    /// From now on, `handler` gets what the page sends by `tell(text)`, on a network thread.
    public func onMessage(_ handler: @escaping @Sendable (String) -> Void) { server.control.onMessage(handler) }

    /// Gives `text` to the page's `heard(text)`.
    public func tell(_ text: String) { server.control.tell(text) }

    public func stop() async {
        process.terminate()
        process.waitUntilExit()
        await server.stop()
        try? FileManager.default.removeItem(at: folder)
    }
}
