import BusClient
import Conference
import GLibKit
import Media

/// `/org/causerie/Causerie`: the instance, its windows and panes, and which streams there are.
final class RootObject: BusInterface {
    let conference: Conference
    private let profile: String?
    private let quit: () -> Void
    private var last: [String: Variant] = [:]
    weak var connection: BusConnection?
    /// Called after each method and before its answer: who has the answer finds the bus in line with it.
    var changed: () -> Void = {}

    init(_ conference: Conference, profile: String?, quit: @escaping () -> Void) {
        self.conference = conference
        self.profile = profile
        self.quit = quit
        last = allProperties
    }

    var introspection: String { Introspection.root }

    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply {
        // The bus has checked how many there are, and their types.
        let words = arguments.map { $0.stringValue ?? "" }
        var reply = try networkMethod(method, arguments)
        if reply == nil { reply = try chatMethod(method, arguments) }
        if reply == nil { reply = instanceMethod(method) }
        if reply == nil { reply = try streamMethod(method, words) }
        if reply == nil { reply = try windowMethod(method, words) }
        if reply == nil { reply = try paneMethod(method, words, index: arguments.last?.intValue ?? 0) }
        guard let reply else { throw .unknownMethod(method) }
        changed()
        return reply
    }

    private func instanceMethod(_ method: String) -> BusReply? {
        switch method {
        case "ListDevices":
            return .values([.string(JSONValue.array(conference.devices.map(Self.json)).text())])
        case "CountObjects": return .values([.string(Self.objectCounts.text())])
        case "Quit":
            // The answer first: then the caller knows.
            Task { [quit, connection] in
                connection?.flush()
                quit()
            }
            return .nothing
        default: return nil
        }
    }

    /// What C keeps alive for us.
    private static var objectCounts: JSONValue {
        let counts: [(String, LiveCount)] = [
            ("objects", .objects), ("signals", .signals), ("sources", .sources), ("bus", .bus),
        ]
        return .object(counts.map { JSONValue.Member($0, .integer(Int64($1.value))) })
    }

    // MARK: Properties

    var allProperties: [String: Variant] {
        [
            "Profile": .string(profile ?? ""),
            "ListeningPort": .uint32(UInt32(clamping: conference.listeningPort ?? 0)),
            "ListeningProblem": .string(conference.listeningProblem.map { "\($0)" } ?? ""),
            "DoNotDisturb": .bool(conference.doNotDisturb),
            "UnreadMessages": .uint32(UInt32(clamping: conference.chat.unread)),
            "RestoringProblem": .string(conference.restoringProblem.map(Self.sentence) ?? ""),
        ].merging(serverProperties) { $1 }
    }

    func property(_ name: String) throws(BusFailure) -> Variant {
        guard let value = allProperties[name] else { throw .unknownProperty(name) }
        return value
    }

    func setProperty(_ name: String, to value: Variant) throws(BusFailure) {
        guard name == "DoNotDisturb" else { throw .unknownProperty(name) }
        conference.doNotDisturb = try StreamProperty.bool(value, name)
    }

    private static func sentence(_ problem: RestoringProblem) -> String {
        guard case .broken(let path) = problem else { return problem.description }
        return problem.description.replacing("{path}", with: path)
    }

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
