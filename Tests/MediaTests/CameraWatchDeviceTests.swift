import Devices
import Foundation
import Logging
import Programs
import Synchronization
import Testing

@testable import Media

/// Cameras that are plugged in and out while the application runs.
@Suite("The list of cameras", .serialized, .enabled(if: CameraPlugin.obstacle == nil, "\(CameraPlugin.obstacle ?? "")"))
struct CameraWatchDeviceTests {
    private final class Ear: Sendable {
        let calls = Atomic<Int>(0)
        var count: Int { calls.load(ordering: .relaxed) }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func watch(_ ear: Ear) -> CameraWatch {
        let watch = CameraWatch(list: CameraList(folder: folder.url.path))
        watch.observe { ear.calls.add(1, ordering: .relaxed) }
        return watch
    }

    @Test("a camera that comes or goes is told, once each time")
    func plugging() async throws {
        let ear = Ear()
        let watch = watch(ear)
        let camera = try EmulatedCamera(in: folder)
        try await eventually("it is seen") { ear.count == 1 }
        try camera.pullOut()
        try await eventually("it is missed") { ear.count == 2 }
        try camera.plugIn()
        try await eventually("it is seen again") { ear.count == 3 }
        // The second look finds nothing new.
        try await Task.sleep(for: .seconds(2))
        #expect(ear.count == 3)
        withExtendedLifetime(watch) {}
    }

    @Test("what is no camera, and what does not change the list, is told to nobody")
    func others() async throws {
        let camera = try EmulatedCamera(in: folder)
        let ear = Ear()
        let watch = watch(ear)
        try folder.write("nothing", to: "video7")
        try folder.write("nothing", to: "tty7")
        _ = try EmulatedCamera(in: folder, number: 1, traits: [.metadata])
        chmod(camera.path, 0o600)
        try await Task.sleep(for: .seconds(2))
        #expect(ear.count == 0)
        withExtendedLifetime(watch) {}
    }

    @Test("a stable name that follows the node is told as well")
    func nameFollows() async throws {
        let links = folder.url.appendingPathComponent("v4l/by-id")
        try FileManager.default.createDirectory(at: links, withIntermediateDirectories: true)
        let ear = Ear()
        let watch = watch(ear)
        let camera = try EmulatedCamera(in: folder)
        try await eventually("it is seen") { ear.count == 1 }
        let link = links.appendingPathComponent("usb-Test-video-index0").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: camera.path)
        try await eventually("its name is seen") { ear.count == 2 }
        withExtendedLifetime(watch) {}
    }

    @Test("the engine tells of cameras as of other devices, and leaves nothing open when it goes")
    func engine() async throws {
        let ear = Ear()
        var engine: MediaEngine? = MediaEngine(logger: Logger(label: "test"), deviceFolder: folder.url.path)
        engine?.observeDevices { ear.calls.add(1, ordering: .relaxed) }
        let watching = openNotifiers
        let camera = try EmulatedCamera(in: folder, card: "Front")
        try await eventually("it is seen") { ear.count > 0 }
        let found = engine?.devices().filter { $0.kind == .camera }
        #expect(found == [MediaDevice(kind: .camera, id: camera.path, name: "Front", isDefault: true)])
        engine = nil
        try await eventually("the watch is closed") { openNotifiers == watching - 1 }
    }

    private var openNotifiers: Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.count {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == "anon_inode:inotify"
        }
    }
}
