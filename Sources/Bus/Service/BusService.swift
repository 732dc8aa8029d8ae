import BusClient
import Conference
import GLibKit
import Observation

/// An instance on the session bus: `org.causerie.Causerie`, with the profile's name behind a point where there is one. The
/// same with a window and without; lives as long as this.
package final class BusService {
    private let conference: Conference
    private let connection: BusConnection
    private let name: BusName
    private let root: RootObject
    private var exports: [BusExport] = []
    private var streams: [ObjectIdentifier: ShownStream] = [:]
    /// What was last told of each window, by its id.
    private var windows: [String: JSONValue] = [:]
    private var observations: [Task<Void, Never>] = []
    private var messages: Chat.ArrivalToken?

    /// A stream's object and its place on the bus; none for the moment in which it moves to another.
    private struct ShownStream {
        let object: StreamObject
        var export: BusExport?
    }

    /// Shows the model on the bus.
    ///
    /// - Parameters:
    ///   - profile: the instance's; nil without one.
    ///   - quit: what `Quit` does; called after the caller has its answer.
    package init(_ conference: Conference, profile: String?, quit: @escaping () -> Void) throws(BusServiceError) {
        guard let busName = BusAddress.name(profile: profile) else { throw .invalidProfile(profile ?? "") }
        self.conference = conference
        do {
            connection = try BusConnection.session()
        } catch { throw .noBus(error.message) }
        do {
            // The objects first: who sees the name finds them there.
            root = RootObject(conference, profile: profile, quit: quit)
            let people = PeopleObject(conference, connection: connection)
            let files = FilesObject(conference, connection: connection)
            exports = [
                try BusExport(root, at: BusAddress.rootPath, on: connection),
                try BusExport(people, at: BusAddress.peoplePath, on: connection),
                try BusExport(files, at: BusAddress.filesPath, on: connection),
            ]
            name = try BusName(busName, on: connection)
        } catch BusNameError.taken {
            throw .alreadyRunning
        } catch { throw .noBus("\(error)") }
        root.connection = connection
        root.changed = { [weak self] in self?.refresh() }
        showStreams(announcing: false)
        windows = Self.snapshot(of: conference)
        observe()
    }

    isolated deinit {
        for observation in observations { observation.cancel() }
        if let messages { conference.chat.removeArrival(messages) }
    }

    /// Sends what is waiting: before the process ends.
    package func flush() { connection.flush() }

    private func observe() {
        messages = conference.chat.onArrival { [connection] conversation, message in
            let words = [
                conversation.fingerprint, conversation.name, message.text, "\(message.identifier)",
                conversation.standing.rawValue,
            ]
            connection.emit(
                BusAddress.rootPath, BusAddress.rootInterface, "MessageReceived", words.map { .string($0) })
        }
        let streams = Observations { [conference] in conference.streams.map(\.name) }
        let windows = Observations { [conference] in Self.snapshot(of: conference) }
        let properties = Observations { [root] in root.allProperties }
        observations = [
            Task { [weak self] in
                for await _ in streams { self?.showStreams(announcing: true) }
            },
            Task { [weak self] in
                for await _ in windows { self?.tellWindows() }
            },
            Task { [weak self] in
                for await now in properties { self?.root.tell(now) }
            },
        ]
    }

    /// Brings the bus in line with the model now, before somebody who has changed it has the answer.
    private func refresh() {
        showStreams(announcing: true)
        tellWindows()
    }

    // MARK: Streams

    /// Brings the bus's objects in line with the model's streams.
    private func showStreams(announcing: Bool) {
        let present = conference.streams
        let names = Dictionary(present.map { (ObjectIdentifier($0), $0.name) }) { first, _ in first }
        // Every path that is left is free before one is taken: two streams may have changed names.
        for (identifier, shown) in streams {
            let path = names[identifier].map { BusAddress.streamsPath.appending($0) }
            guard let export = shown.export, export.path != path else { continue }
            shown.object.path = nil
            streams[identifier] = path == nil ? nil : ShownStream(object: shown.object)
            tell("StreamRemoved", .objectPath(export.path))
        }
        for stream in present where streams[ObjectIdentifier(stream)]?.export == nil {
            let path = BusAddress.streamsPath.appending(stream.name)
            let object = streams[ObjectIdentifier(stream)]?.object ?? makeObject(stream)
            // Two streams of one name: the first keeps the path.
            guard let export = try? BusExport(object, at: path, on: connection) else { continue }
            object.path = path
            streams[ObjectIdentifier(stream)] = ShownStream(object: object, export: export)
            if announcing { tell("StreamAdded", .objectPath(path)) }
        }
    }

    private func makeObject(_ stream: Stream) -> StreamObject {
        StreamObject(stream, of: conference, connection: connection) { [weak self] in self?.refresh() }
    }

    // MARK: Windows

    private static func snapshot(of conference: Conference) -> [String: JSONValue] {
        Dictionary(conference.windows.map { ($0.id, JSONValue($0)) }) { first, _ in first }
    }

    private func tellWindows() {
        let (before, now) = (windows, Self.snapshot(of: conference))
        windows = now
        for id in before.keys.sorted() where now[id] == nil { tell("WindowRemoved", .string(id)) }
        for window in conference.windows {
            guard let old = before[window.id] else {
                tell("WindowAdded", .string(window.id))
                continue
            }
            if old != now[window.id] { tell("WindowChanged", .string(window.id)) }
        }
    }

    private func tell(_ signal: String, _ value: Variant) {
        connection.emit(BusAddress.rootPath, BusAddress.rootInterface, signal, [value])
    }
}

/// Why an instance is not on the bus.
package nonisolated enum BusServiceError: Error, Hashable, CustomStringConvertible {
    case invalidProfile(String)
    /// With the system's words.
    case noBus(String)
    /// Another process has this profile's name.
    case alreadyRunning

    package var description: String {
        switch self {
        case .invalidProfile(let profile): "\(ClientError.invalidProfile(profile))"
        case .noBus(let reason): "the session bus cannot be used: \(reason)"
        case .alreadyRunning: "an instance with this profile is running already"
        }
    }
}
