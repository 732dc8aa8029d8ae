import Conference
import GtkKit

/// The devices of the focused pane's stream, chosen from the controls.
extension WindowController {
    func connectDevices() {
        let popover = view.controls.devices
        popover.camera.onChoice { [weak self] in self?.focused?.stream.camera = $0 }
        popover.microphone.onChoice { [weak self] in self?.focused?.stream.microphone = $0 }
        popover.speaker.onChoice { [weak self] in self?.focused?.stream.speaker = $0 }
        popover.onVolume { [weak self] in self?.focused?.stream.volume = $0 }
        popover.onOpen { [weak self] in self?.showDevices() }
    }

    func showDevices() {
        guard let stream = focused?.stream else { return }
        let (popover, devices) = (view.controls.devices, application.conference.devices)
        popover.camera.show(DeviceChoices.cameras(devices, selected: stream.camera), selected: stream.camera)
        popover.microphone.show(
            DeviceChoices.microphones(devices, selected: stream.microphone), selected: stream.microphone)
        popover.speaker.show(DeviceChoices.speakers(devices, selected: stream.speaker), selected: stream.speaker)
    }

    func showVolume(_ pane: PaneController) { view.controls.devices.setVolume(pane.stream.volume) }
}
