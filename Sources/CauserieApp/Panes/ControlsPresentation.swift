/// What the controls of a call show.
package nonisolated struct ControlsPresentation: Hashable, Sendable {
    /// Shown during a call only.
    package var isVisible = false
    package var isMicrophoneOn = true
    package var isCameraOn = true
    /// Why there is no microphone or camera to switch; nil when there is.
    package var microphoneProblem: String?
    package var cameraProblem: String?

    package init() {}
}
