import Conference
import GLibKit

/// What the parts of the *Edit Streams* dialog share: the stream that is edited, and the one way to change something,
/// so that everything can be taken back.
final class StreamEditing {
    let window: WindowDescription
    let conference: Conference
    /// The stream that is selected.
    var stream: Stream?
    /// Called before each change, also before one that is taken back.
    var willChange: () -> Void = {}

    init(_ window: WindowDescription, _ conference: Conference) {
        self.window = window
        self.conference = conference
    }

    /// Changes a property of the selected stream.
    ///
    /// - Parameters:
    ///   - property: for people, as it is named when it is taken back.
    ///   - subject: for what changes in many small steps, which are one; empty for what is chosen.
    func change<Failure: Error>(
        _ property: String, of subject: String = "", _ body: (Stream) throws(Failure) -> Void
    ) throws(Failure) {
        guard let stream else { return }
        let name = tr("{property} of {stream}", ["property": property, "stream": stream.name])
        try record(name, of: subject.isEmpty ? "" : "\(stream.id).\(subject)") { () throws(Failure) in
            try body(stream)
        }
    }

    /// Does something that can be taken back.
    func record<Failure: Error>(
        _ name: String, of subject: String = "", _ body: () throws(Failure) -> Void
    ) throws(Failure) {
        willChange()
        try window.history.record(name, of: subject, body)
    }

    func undo() {
        willChange()
        window.history.undo()
    }

    func redo() {
        willChange()
        window.history.redo()
    }
}
