import Devices
import Foundation
import Programs
import Testing

@testable import Media

/// A camera that does all right. It is a file behind libv4l2; everything above that is real.
@Suite("A camera", .serialized, .enabled(if: CameraPlugin.obstacle == nil, "\(CameraPlugin.obstacle ?? "")"))
struct CameraDeviceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("the list has the cameras, by name, and neither their metadata nodes nor other files")
    func list() throws {
        let list = CameraList(folder: folder.url.path)
        #expect(list.cameras().isEmpty)
        let front = try EmulatedCamera(in: folder, number: 0, card: "Front")
        _ = try EmulatedCamera(in: folder, number: 1, card: "Front", traits: [.metadata])
        let back = try EmulatedCamera(in: folder, number: 2, card: "Back")
        try folder.write("nothing", to: "video3")
        #expect(
            list.cameras() == [
                MediaDevice(kind: .camera, id: front.path, name: "Front", isDefault: true),
                MediaDevice(kind: .camera, id: back.path, name: "Back"),
            ])
        #expect(list.path(of: "Back") == back.path && list.path(of: back.path) == back.path)
        #expect(list.path(of: "Side") == nil && list.path(of: "/dev/nothing") == nil)
        #expect(front.openings == 0 && back.openings == 0)
    }

    @Test("a camera is known by the name that stays the same wherever it is plugged in")
    func stableName() throws {
        let camera = try EmulatedCamera(in: folder, number: 5)
        let links = folder.url.appendingPathComponent("v4l/by-id")
        try FileManager.default.createDirectory(at: links, withIntermediateDirectories: true)
        let link = links.appendingPathComponent("usb-Test-video-index0").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: camera.path)
        #expect(CameraList(folder: folder.url.path).cameras().map(\.id) == [link])
        let driver = try CameraDriver(path: link, settings: VideoSettings())
        let frame = try driver.picture()
        #expect(frame.width == 640)
    }

    @Test(
        "the nearest size is taken, and of equal ones the format that has the rate and costs less",
        arguments: [
            // Exactly what was asked, uncompressed.
            ([Mode("MJPG", 640, 480, 30), Mode("YUYV", 640, 480, 30), Mode("YUYV", 320, 240, 30)], "YUYV", 640, 480),
            // Uncompressed it would be slow.
            ([Mode("YUYV", 640, 480, 10), Mode("MJPG", 640, 480, 30)], "MJPG", 640, 480),
            // Not that size: the nearest.
            ([Mode("YUYV", 160, 120, 30), Mode("YUYV", 800, 600, 30), Mode("YUYV", 1920, 1080, 5)], "YUYV", 800, 600),
            // The size counts more than the format.
            ([Mode("YUYV", 320, 240, 30), Mode("MJPG", 640, 480, 25)], "MJPG", 640, 480),
        ])
    func choice(modes: [Mode], format: String, width: Int, height: Int) throws {
        let camera = try EmulatedCamera(in: folder, modes: modes)
        let driver = try CameraDriver(path: camera.path, settings: VideoSettings())
        #expect(driver.pictureFormat == format)
        let frame = try driver.picture()
        #expect(frame.width == width && frame.height == height)
        #expect(frame.barColours.isClose(to: bars))
    }

    @Test(
        "uncompressed and compressed pictures have their colours, with and without padded lines",
        arguments: ["YUYV", "MJPG"], [0, 64])
    func colours(format: String, padding: Int) throws {
        let camera = try EmulatedCamera(
            in: folder, modes: [Mode(format, 320, 240, 30)], traits: padding > 0 ? [.padding(padding)] : [])
        let driver = try CameraDriver(path: camera.path, settings: VideoSettings(width: 320, height: 240))
        for _ in 0..<5 {
            let frame = try driver.picture()
            #expect(frame.width == 320 && frame.height == 240)
            #expect(frame.barColours.isClose(to: bars), "\(frame.barColours)")
            #expect(MediaClock.now - frame.captureTime < 1_000_000)
        }
    }

    @Test("a format that is not ours is what libv4l2 makes of it")
    func foreignFormat() throws {
        let camera = try EmulatedCamera(in: folder, modes: [Mode("UYVY", 320, 240, 30)])
        let driver = try CameraDriver(path: camera.path, settings: VideoSettings(width: 320, height: 240))
        #expect(driver.pictureFormat == "YU12")
        let frame = try driver.picture()
        #expect(frame.width == 320 && frame.height == 240)
        #expect(frame.barColours.isClose(to: bars), "\(frame.barColours)")
    }

    @Test(
        "a camera of any size gives the one asked, as far as it can; one that tells no sizes is taken as libv4l2 knows it",
        arguments: [
            (EmulatedCamera.Trait.ranged, 640, 480, 640, 480, "YUYV"), (.ranged, 3840, 2160, 1280, 720, "YUYV"),
            (.ranged, 650, 490, 640, 480, "YUYV"), (.mute, 1280, 720, 1280, 720, "YU12"),
        ])
    func odd(
        trait: EmulatedCamera.Trait, askedWidth: Int, askedHeight: Int, width: Int, height: Int, format: String
    ) throws {
        let camera = try EmulatedCamera(in: folder, modes: [Mode("YUYV", 1280, 720, 30)], traits: [trait])
        let driver = try CameraDriver(
            path: camera.path, settings: VideoSettings(width: askedWidth, height: askedHeight))
        #expect(driver.pictureFormat == format)
        let frame = try driver.picture()
        #expect(frame.width == width && frame.height == height)
        #expect(frame.barColours.isClose(to: bars), "\(frame.barColours)")
    }

    @Test("of the pictures that wait, the newest is taken")
    func newest() throws {
        let camera = try EmulatedCamera(in: folder, modes: [Mode("YUYV", 320, 240, 30)])
        let driver = try CameraDriver(path: camera.path, settings: VideoSettings(width: 320, height: 240))
        _ = try driver.picture()
        let before = MediaClock.now
        MediaClock.sleep(until: before + 300_000)
        // Nine were due, the four buffers held the last of them until now; none is from before the sleep.
        #expect(try driver.picture().captureTime > before)
    }

    @Test("a camera that is left is closed")
    func closing() throws {
        let camera = try EmulatedCamera(in: folder)
        for _ in 0..<20 {
            let driver = try CameraDriver(path: camera.path, settings: VideoSettings())
            _ = try driver.picture()
            #expect(camera.openings == 1)
        }
        #expect(camera.openings == 0)
    }
}
