import CGLib
import CGtk
import GLibKit
import GtkKit

/// The controls of a call: microphone with its level, camera, devices, hang-up. What they do are the window's actions.
package final class ControlBar {
    package let root: GObjectRef
    package let devices: DevicePopover

    private let microphoneButton: Widget
    private let microphoneImage: Widget
    private let microphoneLevel: Widget
    private let cameraButton: Widget
    private let cameraImage: Widget
    private let devicesButton: Widget
    private var level = -1.0

    package init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/controls.ui"))
        root = try builder.retained("controls", gtk_box_get_type())
        microphoneButton = try builder.widget("microphone_button")
        microphoneImage = try builder.object("microphone_image", gtk_image_get_type())
        microphoneLevel = try builder.object("microphone_level", gtk_level_bar_get_type())
        cameraButton = try builder.widget("camera_button")
        cameraImage = try builder.object("camera_image", gtk_image_get_type())
        devicesButton = try builder.object("devices_button", gtk_menu_button_get_type())
        devices = try DevicePopover()
        gtk_menu_button_set_popover(devicesButton.opaque, devices.root.pointer())
        // Above nine tenths the sound is about to be clipped.
        gtk_level_bar_remove_offset_value(microphoneLevel.opaque, GTK_LEVEL_BAR_OFFSET_FULL)
        gtk_level_bar_add_offset_value(microphoneLevel.opaque, GTK_LEVEL_BAR_OFFSET_LOW, 0.9)
        gtk_level_bar_add_offset_value(microphoneLevel.opaque, GTK_LEVEL_BAR_OFFSET_HIGH, 1)
        show(ControlsPresentation())
    }

    /// Whether a menu of the controls is open: then they stay.
    package var isBusy: Bool { Widget(devices.root).isVisible }

    /// What the buttons show from now on.
    package func show(_ presentation: ControlsPresentation) {
        show(
            microphoneButton, microphoneImage, "microphone", isOn: presentation.isMicrophoneOn,
            label: tr("Microphone"), problem: presentation.microphoneProblem,
            tooltip: presentation.isMicrophoneOn
                ? tr("Mute the Microphone (Ctrl+M)") : tr("Unmute the Microphone (Ctrl+M)"))
        show(
            cameraButton, cameraImage, "camera", isOn: presentation.isCameraOn,
            label: tr("Camera"), problem: presentation.cameraProblem,
            tooltip: presentation.isCameraOn ? tr("Stop the Camera (Ctrl+K)") : tr("Start the Camera (Ctrl+K)"))
        microphoneLevel.isVisible = presentation.isMicrophoneOn && presentation.microphoneProblem == nil
    }

    /// - Parameter level: 0...1, as the microphone hears.
    package func setLevel(_ level: Double) {
        // A person cannot see smaller steps in a bar of this size, and each costs a drawing.
        let step = (min(max(level, 0), 1) * 24).rounded() / 24
        guard step != self.level else { return }
        self.level = step
        gtk_level_bar_set_value(microphoneLevel.opaque, step)
        microphoneLevel.setAccessibleValue(tr("{percent} %", ["percent": String(Int(step * 100))]))
    }

    private func show(
        _ button: Widget, _ image: Widget, _ icon: String, isOn: Bool, label: String, problem: String?, tooltip: String
    ) {
        let looksOn = isOn && problem == nil
        gtk_image_set_from_icon_name(image.opaque, "causerie-\(icon)\(looksOn ? "" : "-off")-symbolic")
        button.set(class: "off", !looksOn)
        button.tooltip = problem ?? tooltip
        button.setAccessibleLabel(label)
        button.setAccessibleDescription(problem ?? tooltip)
    }
}
