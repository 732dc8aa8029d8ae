import CGtk
import CauserieApp
import Conference
import GLibKit
import GtkKit
import Media

/// A window as it is in a scene, filled by hand.
enum Example {
    static let devices = [
        MediaDevice(kind: .camera, id: "/dev/video0", name: "Integrated Camera", isDefault: true),
        MediaDevice(kind: .microphone, id: "mic", name: "Headset Microphone", isDefault: true),
        MediaDevice(kind: .speaker, id: "sink", name: "Headset Speakers", isDefault: true),
    ]

    static func fill(_ window: MainWindow, _ scene: Scene) throws {
        addActions(window)
        let pane = try PaneView()
        addPaneActions(pane)
        window.setPanes([pane])
        let situation = CallSituation.example(scene)
        let reachability = tr("Others reach this computer at {address}.", ["address": "192.168.1.7"])
        pane.show(PanePresentation(situation, reachability: reachability))
        if pane.presentation.showsInset {
            pane.sent.show(portrait(width: 320, height: 240, warm: false, pool: pane.sent.mailbox.pool))
        }
        if pane.presentation.page == .picture {
            pane.received.show(portrait(width: 640, height: 480, warm: true, pool: pane.received.mailbox.pool))
        }
        let controls = ControlsPresentation(situation)
        window.actions.set("microphone", to: controls.isMicrophoneOn)
        window.actions.set("camera", to: controls.isCameraOn)
        window.showControls(controls)
        window.controls.setLevel(0.6)
        if scene != .typed {
            pane.showPeople(PeopleScene.items)
            pane.showFound(Array(PeopleScene.found.suffix(1)))
        }
        if scene == .incoming { window.setMissedCalls(2) }
        fillDevices(window)
        window.address.setRecent(["desk", "192.168.1.20"])
        if scene == .typed { window.address.text = "192.168.1.7" }
        window.address.setSuggested(scene == .typed)
        pane.setAddressButtonSuggested(scene != .typed)
        if scene == .incoming || scene == .labels { window.incoming.show(("Ann Lee", "192.168.1.7"), isStranger: true) }
    }

    /// Four panes, as different as they can be.
    static func fillFour(_ window: MainWindow, _ layout: PaneLayout) throws {
        addActions(window)
        var panes: [PaneView] = []
        for scene in [Scene.call, .person, .ended, .empty] {
            let pane = try PaneView()
            addPaneActions(pane)
            let situation = CallSituation.example(scene)
            pane.show(PanePresentation(situation, reachability: ""))
            if pane.presentation.showsInset {
                pane.sent.show(portrait(width: 320, height: 240, warm: false, pool: pane.sent.mailbox.pool))
            }
            if pane.presentation.page == .picture {
                pane.received.show(portrait(width: 640, height: 480, warm: true, pool: pane.received.mailbox.pool))
            }
            panes.append(pane)
        }
        window.setPanes(panes)
        window.setLayout(layout)
        window.activate(panes[0])
        window.showControls(ControlsPresentation(CallSituation.example(.call)))
    }

    private static func addPaneActions(_ pane: PaneView) {
        let actions = ActionMap(of: Widget(pane.root), prefix: "pane")
        for name in ["call-address", "test-call", "call-again", "trust", "dismiss", "answer", "decline", "hang-up"] {
            actions.add(name) {}
        }
    }

    private static func fillDevices(_ window: MainWindow) {
        let popover = window.controls.devices
        popover.camera.show(
            DeviceChoices.cameras(devices, selected: .device("/dev/video0")), selected: .device("/dev/video0"))
        popover.microphone.show(
            DeviceChoices.microphones(devices, selected: .systemDefault), selected: .systemDefault)
        popover.speaker.show(DeviceChoices.speakers(devices, selected: .systemDefault), selected: .systemDefault)
        popover.setVolume(1)
    }

    private static func addActions(_ window: MainWindow) {
        for name in [
            "call", "test-call", "focus-address", "answer", "decline", "hang-up", "add-pane", "contacts", "add-caller",
        ] {
            window.actions.add(name) {}
        }
        for name in ["microphone", "camera"] { window.actions.add(name, initially: true) { _ in } }
        for name in ["fullscreen", "chat"] { window.actions.add(name, initially: false) { _ in } }
    }

    /// Somebody before a wall: enough to judge a layout by.
    static func portrait(width: Int, height: Int, warm: Bool, pool: PixelBuffers) -> PixelPicture? {
        PixelPicture(width: width, height: height, pool: pool) { buffer, stride in
            for y in 0..<height {
                for x in 0..<width {
                    let (u, v) = (Double(x) / Double(width) - 0.5, Double(y) / Double(height) - 0.45)
                    let isHead = u * u * 1.7 + v * v < 0.045
                    let shoulder = v - 0.28
                    let isBody = shoulder > 0 && abs(u) < 0.12 + shoulder * 0.8
                    let shade = 0.75 + 0.25 * (0.5 - v)
                    let color: (Double, Double, Double) =
                        isHead
                        ? (0.87, 0.68, 0.55) : isBody ? (0.2, 0.35, 0.5) : warm ? (0.75, 0.6, 0.5) : (0.5, 0.6, 0.65)
                    let offset = y * stride + x * 4
                    buffer[offset] = UInt8(min(color.2 * shade * 255, 255))
                    buffer[offset + 1] = UInt8(min(color.1 * shade * 255, 255))
                    buffer[offset + 2] = UInt8(min(color.0 * shade * 255, 255))
                    buffer[offset + 3] = 255
                }
            }
            return true
        }
    }
}
