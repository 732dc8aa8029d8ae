import BusClient
import Conference
import GLibKit
import Observation

/// `/org/causerie/Causerie/streams/NAME`: a stream's properties, methods and signals.
final class StreamObject: BusInterface {
    private let stream: Stream
    private let conference: Conference
    private let connection: BusConnection
    /// Called before the answer to what may have changed the model's structure.
    private let changed: () -> Void
    /// Where it is on the bus; nil while it is nowhere, and then it tells nothing.
    var path: ObjectPath?
    private var last: [String: Variant] = [:]
    private var observation: Task<Void, Never>?

    init(
        _ stream: Stream, of conference: Conference, connection: BusConnection, changed: @escaping () -> Void
    ) {
        self.stream = stream
        self.conference = conference
        self.connection = connection
        self.changed = changed
        observe()
    }

    isolated deinit { observation?.cancel() }

    var introspection: String { Introspection.stream }

    // MARK: Methods

    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply {
        switch method {
        case "Connect": try StreamProperty.connect(stream, to: arguments.first?.stringValue ?? "")
        case "NoteAddress": try StreamProperty.note(stream, arguments.first?.stringValue ?? "")
        case "TestCall": try testCall()
        case "AcceptInPane": try accept(inPane: arguments.first?.stringValue ?? "")
        case "Trust": try trust()
        case "Accept":
            try requireIncoming()
            stream.accept()
        case "Reject":
            try requireIncoming()
            stream.reject()
        case "Disconnect": stream.disconnect()
        case "Stop": try pause(arguments) { stream.stop($0, $1) }
        case "Play": try pause(arguments) { stream.play($0, $1) }
        case "Hold":
            guard [.connected, .reconnecting].contains(stream.state) else {
                throw .failed("There is no connected call.")
            }
            stream.hold()
        case "Resume": stream.resume()
        case "Emulate": try emulate(arguments)
        case "Statistics": return statistics()
        case "Info": return information()
        case "Describe":
            let members = allProperties.map { (PropertyKey.display($0), JSONValue($1)) }
            return .values([.string(JSONValue.object(Dictionary(members) { first, _ in first }).text())])
        default: throw .unknownMethod(method)
        }
        return .nothing
    }

    private func testCall() throws(BusFailure) {
        guard !stream.state.isBusy else { throw .busy }
        stream.testCall()
        if case .ended(let reason) = stream.state { throw .failed(reason.sentence) }
    }

    private func accept(inPane id: String) throws(BusFailure) {
        let (pane, window) = try conference.findPane(id)
        try requireIncoming()
        window.history.record(translatable("Answer in Pane")) { conference.accept(stream, in: pane) }
        changed()
    }

    private func trust() throws(BusFailure) {
        guard let refused = stream.refusedIdentity else { throw .failed("No changed key was refused.") }
        conference.trust(refused)
    }

    private func requireIncoming() throws(BusFailure) {
        guard case .incoming = stream.state else { throw .failed("There is no incoming call.") }
    }

    private func pause(
        _ arguments: [Variant], _ action: (MediaSet, StreamDirection) -> Void
    ) throws(BusFailure) {
        let media = try MediaSet(words: arguments.first?.stringsValue ?? [], of: "media")
        let directions: [StreamDirection]
        switch arguments.last?.stringValue {
        case "out": directions = [.sent]
        case "in": directions = [.received]
        case "both": directions = [.sent, .received]
        default: throw .invalidValue("The direction must be out, in or both.")
        }
        for direction in directions { action(media, direction) }
    }

    private func emulate(_ arguments: [Variant]) throws(BusFailure) {
        let network = try StreamProperty.emulation(arguments.first ?? .string(""))
        let seconds = try StreamProperty.whole(arguments.last ?? .uint32(0), "The time", 1...3600, unit: " s")
        stream.emulate(network, for: .seconds(seconds))
    }

    private func statistics() -> BusReply {
        .later { [stream] () async throws(BusFailure) -> [Variant] in
            [.string(JSONValue(await stream.statistics()).text())]
        }
    }

    private func information() -> BusReply {
        .later { [stream] () async throws(BusFailure) -> [Variant] in
            [.string(JSONValue(await stream.information()).text())]
        }
    }

    // MARK: Properties

    var allProperties: [String: Variant] {
        Dictionary(uniqueKeysWithValues: StreamProperty.all.map { ($0.name, $0.read(stream)) })
    }

    func property(_ name: String) throws(BusFailure) -> Variant {
        guard let property = StreamProperty.named(name) else { throw .unknownProperty(name) }
        return property.read(stream)
    }

    func setProperty(_ name: String, to value: Variant) throws(BusFailure) {
        guard let write = StreamProperty.named(name)?.write else { throw .unknownProperty(name) }
        // A call and a bad network are no change of a window, and cannot be taken back.
        guard name != "Address", name != "NetworkEmulation", let window = conference.window(of: stream) else {
            return try write(stream, value)
        }
        try window.history.record(translatable("Change Stream"), of: "\(name) of \(stream.id)") {
            () throws(BusFailure) in
            try write(stream, value)
        }
        changed()
    }

    // MARK: Signals

    private func observe() {
        last = Self.snapshot(of: stream)
        let changes = Observations { [stream] in Self.snapshot(of: stream) }
        observation = Task { [weak self] in
            for await snapshot in changes { self?.tell(snapshot) }
        }
    }

    /// What `PropertiesChanged` tells: everything but the levels, which change all the time.
    private static func snapshot(of stream: Stream) -> [String: Variant] {
        Dictionary(
            uniqueKeysWithValues: StreamProperty.all.filter(\.isAnnounced).map { ($0.name, $0.read(stream)) })
    }

    private func tell(_ now: [String: Variant]) {
        let changed = now.filter { last[$0.key] != $0.value }
        last = now
        guard !changed.isEmpty, let path else { return }
        connection.emit(
            path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            [.string(BusAddress.streamInterface), .dictionary(changed), .strings([])])
        guard changed["State"] != nil || changed["EndReason"] != nil else { return }
        let text = { (name: String) in Variant.string(now[name]?.stringValue ?? "") }
        connection.emit(
            path, BusAddress.streamInterface, "StateChanged", [text("State"), text("EndReason"), text("EndMessage")])
        if now["State"] == .string("incoming") {
            connection.emit(
                path, BusAddress.streamInterface, "IncomingStream", [text("RemoteIdentifier"), text("RemoteAddress")])
        }
    }
}
