import BusClient
import Conference
import GLibKit
import Media

/// `/org/causerie/Causerie`: what is the instance's own.
final class RootObject: BusInterface {
    private let conference: Conference
    private let profile: String?
    private let quit: () -> Void
    private var last: [String: Variant] = [:]
    weak var connection: BusConnection?

    init(_ conference: Conference, profile: String?, quit: @escaping () -> Void) {
        self.conference = conference
        self.profile = profile
        self.quit = quit
        last = allProperties
    }

    var introspection: String { Introspection.root }

    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply {
        switch method {
        case "ListStreams":
            return .values([.objectPaths(conference.streams.map { BusAddress.streamsPath.appending($0.name) })])
        case "ListDevices":
            return .values([.string(JSONValue.array(conference.devices.map(Self.json)).text())])
        case "Quit":
            // The answer first: then the caller knows.
            Task { [quit, connection] in
                connection?.flush()
                quit()
            }
            return .nothing
        default: throw .unknownMethod(method)
        }
    }

    var allProperties: [String: Variant] {
        [
            "Profile": .string(profile ?? ""),
            "ListeningPort": .uint32(UInt32(clamping: conference.listeningPort ?? 0)),
            "ListeningProblem": .string(conference.listeningProblem.map { "\($0)" } ?? ""),
        ]
    }

    func property(_ name: String) throws(BusFailure) -> Variant {
        guard let value = allProperties[name] else { throw .unknownProperty(name) }
        return value
    }

    func setProperty(_ name: String, to value: Variant) throws(BusFailure) { throw .unknownProperty(name) }

    /// Tells which properties have changed.
    func tell(_ now: [String: Variant]) {
        let changed = now.filter { last[$0.key] != $0.value }
        last = now
        guard !changed.isEmpty else { return }
        connection?.emit(
            BusAddress.rootPath, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            [.string(BusAddress.rootInterface), .dictionary(changed), .strings([])])
    }

    private static func json(_ device: MediaDevice) -> JSONValue {
        .object([
            JSONValue.Member("kind", .string(device.kind.rawValue)), JSONValue.Member("id", .string(device.id)),
            JSONValue.Member("name", .string(device.name)), JSONValue.Member("default", .bool(device.isDefault)),
        ])
    }
}

extension BusFailure {
    static func unknownMethod(_ name: String) -> BusFailure {
        BusFailure(name: "org.freedesktop.DBus.Error.UnknownMethod", message: "There is no method \(name).")
    }

    static func unknownProperty(_ name: String) -> BusFailure {
        BusFailure(name: "org.freedesktop.DBus.Error.UnknownProperty", message: "There is no property \(name).")
    }

    /// A value that is not allowed.
    static func invalidValue(_ message: String) -> BusFailure {
        BusFailure(name: BusAddress.invalidValueError, message: message)
    }

    /// An action that cannot be done now.
    static func failed(_ message: String) -> BusFailure {
        BusFailure(name: BusAddress.failedError, message: message)
    }
}
