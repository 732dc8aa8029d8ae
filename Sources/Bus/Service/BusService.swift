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
    private var observations: [Task<Void, Never>] = []

    /// A stream's object and its place on the bus.
    private struct ShownStream {
        let object: StreamObject
        let export: BusExport
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
            exports = [try BusExport(root, at: BusAddress.rootPath, on: connection)]
            name = try BusName(busName, on: connection)
        } catch BusNameError.taken {
            throw .alreadyRunning
        } catch { throw .noBus("\(error)") }
        root.connection = connection
        showStreams(announcing: false)
        observe()
    }

    isolated deinit {
        for observation in observations { observation.cancel() }
    }

    /// Sends what is waiting: before the process ends.
    package func flush() { connection.flush() }

    private func observe() {
        let streams = Observations { [conference] in conference.streams.map { ObjectIdentifier($0) } }
        let properties = Observations { [root] in root.allProperties }
        observations = [
            Task { [weak self] in
                for await _ in streams { self?.showStreams(announcing: true) }
            },
            Task { [weak self] in
                for await now in properties { self?.root.tell(now) }
            },
        ]
    }

    /// Brings the bus's objects in line with the model's streams.
    private func showStreams(announcing: Bool) {
        let present = Set(conference.streams.map { ObjectIdentifier($0) })
        for (identifier, shown) in streams where !present.contains(identifier) {
            streams[identifier] = nil
            tell("StreamRemoved", shown.export.path)
        }
        for stream in conference.streams where streams[ObjectIdentifier(stream)] == nil {
            let path = BusAddress.streamsPath.appending(stream.name)
            let object = StreamObject(stream, path: path, connection: connection)
            // Two streams of one name: the first keeps the path.
            guard let export = try? BusExport(object, at: path, on: connection) else { continue }
            streams[ObjectIdentifier(stream)] = ShownStream(object: object, export: export)
            if announcing { tell("StreamAdded", path) }
        }
    }

    private func tell(_ signal: String, _ path: ObjectPath) {
        connection.emit(BusAddress.rootPath, BusAddress.rootInterface, signal, [.objectPath(path)])
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
