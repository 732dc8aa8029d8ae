import CGLib
import CGtk
import GLibKit
import GtkKit
import Media

/// The popover under the controls in which a person changes camera, microphone, speakers and volume in mid-call.
package final class DevicePopover {
    package let root: GObjectRef
    package let camera: Choice<CameraSource>
    package let microphone: Choice<MicrophoneSource>
    package let speaker: Choice<SpeakerSource>

    private let volume: Widget
    private let scale: Widget
    private var volumeConnection: SignalConnection?

    package init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/devices.ui"))
        root = try builder.retained("popover", gtk_popover_get_type())
        camera = Choice(try builder.object("camera_choice", gtk_drop_down_get_type()))
        microphone = Choice(try builder.object("microphone_choice", gtk_drop_down_get_type()))
        speaker = Choice(try builder.object("speaker_choice", gtk_drop_down_get_type()))
        volume = try builder.object("volume", gtk_adjustment_get_type())
        scale = try builder.widget("volume_scale")
    }

    /// Calls `handler` with what a person sets: 0...2, 1 being as it comes.
    package func onVolume(_ handler: @escaping (Double) -> Void) {
        volumeConnection?.disconnect()
        volumeConnection = connect(volume, "value-changed") { [weak self] in
            guard let self else { return }
            let percent = gtk_adjustment_get_value(volume.pointer())
            scale.setAccessibleValue(tr("{percent} %", ["percent": String(Int(percent))]))
            handler(percent / 100)
        }
    }

    /// Calls `handler` each time that the popover is about to show.
    package func onOpen(_ handler: @escaping () -> Void) { connect(root, "show", handler) }

    /// Of what is heard: 0...2, 1 as it came.
    package func setVolume(_ value: Double) {
        let set = { gtk_adjustment_set_value(self.volume.pointer(), value * 100) }
        if let volumeConnection { volumeConnection.whileBlocked(set) } else { set() }
    }
}

extension DevicePopover {
    package var isOpen: Bool { Widget(root).isMapped }

    package func popUp() { gtk_popover_popup(root.pointer()) }
}
