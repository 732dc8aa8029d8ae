import Devices
import Foundation
import Logging
import Programs
import Synchronization
import Testing

@testable import Media

/// What cameras do wrong, and that a call gets over it.
@Suite("A faulty camera", .serialized, .enabled(if: CameraPlugin.obstacle == nil, "\(CameraPlugin.obstacle ?? "")"))
struct CameraFaultDeviceTests {
    private final class Viewer: Sendable {
        let pictures = Atomic<Int>(0)
        let problems = Mutex<[MediaProblem?]>([])
        var count: Int { pictures.load(ordering: .relaxed) }
        var told: [MediaProblem?] { problems.withLock { $0 } }
    }

    private let folder: TemporaryFolder
    private let small = VideoSettings(width: 320, height: 240)

    init() throws { folder = try TemporaryFolder() }

    /// What opening it, or looking through it until something is wrong, throws.
    private func problem(of camera: EmulatedCamera, silenceLimit: Int64 = 5_000_000) -> MediaProblem? {
        do {
            let driver = try CameraDriver(path: camera.path, settings: small, silenceLimit: silenceLimit)
            for _ in 0..<2_000 { _ = try driver.nextFrame() }
            return nil
        } catch {
            return error.problem
        }
    }

    private func preview(_ engine: MediaEngine, of source: CameraSource, _ viewer: Viewer) -> VideoPreview {
        engine.preview(
            from: source, width: 320, height: 240, framesPerSecond: 30,
            onFrame: { _ in viewer.pictures.add(1, ordering: .relaxed) },
            onProblem: { problem in viewer.problems.withLock { $0.append(problem) } })
    }

    @Test("one that another program holds is busy")
    func busy() throws {
        let camera = try EmulatedCamera(in: folder, traits: [.busy])
        #expect(problem(of: camera) == .deviceBusy(camera.path))
        #expect(camera.openings == 0)
    }

    @Test("one that is not there, or goes between a look and the opening, is not found")
    func missing() throws {
        let camera = try EmulatedCamera(in: folder, traits: [.unplugged])
        #expect(problem(of: camera) != nil)
        #expect(camera.openings == 0)
        try camera.pullOut()
        #expect(problem(of: camera) == .deviceNotFound(camera.path))
    }

    @Test("one that is pulled out while it is used is lost, and closed")
    func pulledOut() throws {
        let camera = try EmulatedCamera(in: folder)
        var driver: CameraDriver? = try CameraDriver(path: camera.path, settings: small)
        _ = try driver?.picture()
        try camera.pullOut()
        #expect(throws: VideoSourceError.self) { while true { _ = try driver?.nextFrame() } }
        driver = nil
        #expect(camera.openings == 0)
    }

    @Test("one that falls silent, fails at every picture or makes only rubbish is given up after a while")
    func stuck() throws {
        let silent: Set<EmulatedCamera.Trait> = [.stall]
        for traits in [silent, [.failing], [.broken(1_000_000)], [.small(1_000_000)]] {
            let camera = try EmulatedCamera(in: folder, modes: [Mode("MJPG", 320, 240, 30)], traits: traits)
            #expect(
                problem(of: camera, silenceLimit: 400_000) == .failed("the camera sends no pictures"), "\(traits)")
            #expect(camera.openings == 0)
        }
    }

    @Test(
        "rubbish and cut pictures are skipped, the good ones between them arrive",
        arguments: [("MJPG", EmulatedCamera.Trait.broken(4)), ("MJPG", .small(4)), ("YUYV", .small(4))])
    func spoiled(format: String, trait: EmulatedCamera.Trait) throws {
        let camera = try EmulatedCamera(in: folder, modes: [Mode(format, 320, 240, 30)], traits: [trait])
        let driver = try CameraDriver(path: camera.path, settings: small)
        for _ in 0..<4 { #expect(try driver.picture().barColours.isClose(to: bars)) }
    }

    @Test("pictures that nobody gives back cost pictures, not the camera")
    func exhausted() throws {
        let camera = try EmulatedCamera(in: folder, modes: [Mode("YUYV", 320, 240, 30)])
        let driver = try CameraDriver(path: camera.path, settings: small, silenceLimit: 300_000)
        var kept: [VideoFrame] = []
        while kept.count < 16 { kept.append(try driver.picture()) }
        let end = MediaClock.now + 1_000_000
        while MediaClock.now < end { #expect(try driver.nextFrame() == nil) }
        kept = []
        _ = try driver.picture()
    }

    @Test("a call's camera that is pulled out and comes back: told once, silent in between, then told and seen again")
    func comesBack() async throws {
        let camera = try EmulatedCamera(in: folder, card: "Front")
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: folder.url.path)
        for source in [CameraSource.systemDefault, .device("Front"), .device(camera.path)] {
            let viewer = Viewer()
            let preview = preview(engine, of: source, viewer)
            try await eventually("pictures") { viewer.count > 3 }
            #expect(viewer.told == [])
            try camera.pullOut()
            let lost: MediaProblem =
                switch source {
                case .device(let name): .deviceNotFound(name)
                default: .noDevice
                }
            try await eventually("the loss is told") { viewer.told == [lost] && camera.openings == 0 }
            let before = viewer.count
            // Longer than until the next try.
            try await Task.sleep(for: .milliseconds(1_500))
            #expect(viewer.count == before && viewer.told == [lost])
            try camera.plugIn()
            try await eventually("it is back") { viewer.told == [lost, nil] && viewer.count > before + 3 }
            preview.close()
            try await eventually("it is closed") { camera.openings == 0 }
        }
    }

    @Test("when the default camera goes, another one takes over")
    func takesOver() async throws {
        let first = try EmulatedCamera(in: folder, number: 0)
        let second = try EmulatedCamera(in: folder, number: 1)
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: folder.url.path)
        let viewer = Viewer()
        let preview = preview(engine, of: .systemDefault, viewer)
        try await eventually("pictures") { viewer.count > 3 }
        #expect(first.openings == 1 && second.openings == 0)
        try first.pullOut()
        try await eventually("the other one") { second.openings == 1 && viewer.told.last == .some(nil) }
        #expect(first.openings == 0)
        preview.close()
    }

    @Test("a missing camera is replaced by the one chosen last, which others use as well, until it is there")
    func standIn() async throws {
        let chosen = try EmulatedCamera(in: folder, number: 0, card: "Front")
        let first = try EmulatedCamera(in: folder, number: 1, card: "First")
        let last = try EmulatedCamera(in: folder, number: 2, card: "Last")
        try chosen.pullOut()
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: folder.url.path)
        engine.setPreferredDevices([.camera: [chosen.path, "gone", last.path, first.path]])
        let (viewer, other) = (Viewer(), Viewer())
        let preview = preview(engine, of: .device("Front"), viewer)
        try await eventually("pictures of another") { viewer.count > 3 && last.openings == 1 }
        #expect(viewer.told == [.deviceNotFound("Front")] && first.openings == 0)
        let second = self.preview(engine, of: .device("Last"), other)
        try await eventually("pictures for both") { other.count > 3 }
        #expect(last.openings == 1 && other.told == [])
        try chosen.plugIn()
        try await eventually("it is taken") { chosen.openings == 1 && viewer.told.last == .some(nil) }
        #expect(viewer.told == [.deviceNotFound("Front"), nil] && other.told == [])
        second.close()
        preview.close()
        try await eventually("all are closed") { chosen.openings == 0 && last.openings == 0 }
    }

    @Test("a busy camera is taken when it is free, and a stuck one is told once, however often it is tried")
    func busyThenFree() async throws {
        let camera = try EmulatedCamera(in: folder, traits: [.busy])
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: folder.url.path)
        let viewer = Viewer()
        let preview = preview(engine, of: .systemDefault, viewer)
        try await eventually("it is told") { viewer.told == [.deviceBusy(camera.path)] }
        try camera.change([])
        try await eventually("pictures") { viewer.count > 3 }
        #expect(viewer.told == [.deviceBusy(camera.path), nil])
        try camera.change([.stall])
        let stuck = MediaProblem.failed("the camera sends no pictures")
        try await eventually("silence is told") { viewer.told.count == 3 }
        try await Task.sleep(for: .seconds(8))
        #expect(viewer.told == [.deviceBusy(camera.path), nil, stuck])
        try camera.change([])
        try await eventually("pictures again") { viewer.told.last == .some(nil) }
        preview.close()
        try await eventually("it is closed") { camera.openings == 0 }
    }

    @Test("two streams with one camera share it, also under different names, and the last to leave closes it")
    func sharing() async throws {
        let camera = try EmulatedCamera(in: folder, card: "Front")
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: folder.url.path)
        var viewers: [(viewer: Viewer, preview: VideoPreview)] = []
        for source in [CameraSource.systemDefault, .device("Front"), .device(camera.path), .systemDefault] {
            let viewer = Viewer()
            viewers.append((viewer, preview(engine, of: source, viewer)))
            try await eventually("pictures") { viewer.count > 3 }
        }
        #expect(camera.openings == 1)
        #expect(viewers.allSatisfy { $0.viewer.told == [] })
        for (_, preview) in viewers { preview.close() }
        try await eventually("it is closed") { camera.openings == 0 }
    }

    @Test(
        "who leaves a camera and comes back at once, in another size or under another name, does not stand in the way")
    func backAtOnce() async throws {
        let camera = try EmulatedCamera(in: folder, card: "Front")
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: folder.url.path)
        let viewer = Viewer()
        for (source, width) in [(CameraSource.systemDefault, 640), (.systemDefault, 320), (.device("Front"), 640)] {
            let before = viewer.count
            let preview = engine.preview(
                from: source, width: width, height: width * 3 / 4, framesPerSecond: 30,
                onFrame: { frame in if frame.width == width { viewer.pictures.add(1, ordering: .relaxed) } },
                onProblem: { problem in viewer.problems.withLock { $0.append(problem) } })
            try await eventually("pictures of that size") { viewer.count > before + 3 }
            preview.close()
        }
        #expect(viewer.told == [])
        try await eventually("it is closed") { camera.openings == 0 }
    }

    @Test("who leaves a camera that is stuck need not wait for it")
    func leaving() async throws {
        let camera = try EmulatedCamera(in: folder, traits: [.stall])
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: folder.url.path)
        let preview = preview(engine, of: .systemDefault, Viewer())
        try await eventually("it is open") { camera.openings == 1 }
        preview.close()
        try await eventually("it is closed") { camera.openings == 0 }
    }
}
