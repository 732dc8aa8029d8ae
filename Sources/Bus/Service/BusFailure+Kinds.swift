import BusClient
import Conference
import GLibKit

/// The errors that callers get, each with one sentence.
extension BusFailure {
    static func unknownMethod(_ name: String) -> BusFailure {
        BusFailure(name: "org.freedesktop.DBus.Error.UnknownMethod", message: "There is no method \(name).")
    }

    static func unknownProperty(_ name: String) -> BusFailure {
        BusFailure(name: "org.freedesktop.DBus.Error.UnknownProperty", message: "There is no property \(name).")
    }

    /// A value that is not allowed.
    static func invalidValue(_ message: String) -> BusFailure {
        BusFailure(name: BusErrors.invalidValue, message: message)
    }

    /// An action that cannot be done now.
    static func failed(_ message: String) -> BusFailure { BusFailure(name: BusErrors.failed, message: message) }

    /// `kind`: stream, window or pane.
    static func notFound(_ kind: String, _ name: String) -> BusFailure {
        BusFailure(
            name: BusErrors.notFound, message: "There is no \(kind) \u{201C}\(StreamProperty.shown(name))\u{201D}.")
    }

    static func full(_ message: String) -> BusFailure { BusFailure(name: BusErrors.full, message: message) }

    static func lastOne(_ message: String) -> BusFailure { BusFailure(name: BusErrors.lastOne, message: message) }

    static let busy = BusFailure(name: BusErrors.busy, message: "A call is under way on this stream: hang up first.")

    static let tooManyWindows = BusFailure(name: BusErrors.full, message: "There are too many windows already.")

    init(_ problem: StreamTextProblem) {
        self.init(
            name: problem == .addressInUse ? BusErrors.busy : BusErrors.invalidValue, message: problem.description)
    }

    init(_ problem: WindowFileError) {
        self.init(name: problem == .tooManyWindows ? BusErrors.full : BusErrors.file, message: problem.description)
    }
}
