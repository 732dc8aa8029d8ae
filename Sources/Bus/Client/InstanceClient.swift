import GLibKit

/// A running instance, as seen over D-Bus.
package final class InstanceClient {
    package let connection: BusConnection
    /// The instance's bus name.
    package let name: String

    private static let properties = "org.freedesktop.DBus.Properties"

    /// Finds the instance of a profile. Fails with `.notRunning` when there is none, or no session bus at all.
    package init(profile: String?) throws(ClientError) {
        guard let name = BusAddress.name(profile: profile) else { throw .invalidProfile(profile ?? "") }
        self.name = name
        do {
            connection = try BusConnection.session()
        } catch { throw .notRunning("There is no session bus: \(error.message)") }
        do {
            guard try BusName.hasOwner(name, on: connection) else { throw Self.noInstance(profile) }
        } catch let error as ClientError {
            throw error
        } catch { throw .notRunning("The session bus does not answer: \(error)") }
    }

    private static func noInstance(_ profile: String?) -> ClientError {
        .notRunning(
            profile.map { "No instance of Causerie is running with profile \u{201C}\($0)\u{201D}." }
                ?? "No instance of Causerie is running.")
    }

    // MARK: Streams

    /// The streams' names, in the instance's order.
    package func streams() throws(ClientError) -> [String] {
        let answer = try call(root(BusAddress.rootInterface), "ListStreams")
        return (answer.first?.objectPathsValue ?? []).compactMap { BusAddress.streamsPath.name(of: $0) }
    }

    /// Every property of a stream, by its name on the bus.
    package func properties(ofStream stream: String) throws(ClientError) -> [String: Variant] {
        let answer = try callStream(stream, "GetAll", [.string(BusAddress.streamInterface)], interface: Self.properties)
        return answer.first?.dictionaryValue ?? [:]
    }

    /// Changes a property by its name on the bus.
    package func setProperty(
        _ property: String, to value: Variant, ofStream stream: String
    ) throws(ClientError) {
        let arguments: [Variant] = [.string(BusAddress.streamInterface), .string(property), .variant(value)]
        try callStream(stream, "Set", arguments, interface: Self.properties)
    }

    /// Calls one of a stream's own methods.
    @discardableResult
    package func callStream(
        _ stream: String, _ method: String, _ arguments: [Variant] = [],
        interface: String = BusAddress.streamInterface
    ) throws(ClientError) -> [Variant] {
        let path = BusAddress.streamsPath.appending(stream)
        do {
            return try call(BusTarget(name: name, path: path, interface: interface), method, arguments)
        } catch {
            // GDBus says "no such interface" of an object that there is not.
            guard case .failed(_, let busName) = error, Self.unknownObject.contains(busName ?? "") else { throw error }
            throw .failed("There is no stream \u{201C}\(stream)\u{201D}.", busName: busName)
        }
    }

    private static let unknownObject: Set<String> = [
        "org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.UnknownMethod",
        "org.freedesktop.DBus.Error.UnknownInterface",
    ]

    // MARK: The instance

    /// Calls a method of the root object.
    ///
    /// - Parameter timeout: milliseconds; 25 seconds when not given.
    @discardableResult
    package func callRoot(
        _ method: String, _ arguments: [Variant] = [], timeout: Int32 = -1
    ) throws(ClientError) -> [Variant] {
        try call(root(BusAddress.rootInterface), method, arguments, timeout: timeout)
    }

    /// Calls a method of the object of contacts and past calls.
    @discardableResult
    package func callPeople(_ method: String, _ arguments: [Variant] = []) throws(ClientError) -> [Variant] {
        try call(people(BusAddress.peopleInterface), method, arguments)
    }

    /// Every property of that object.
    package func peopleProperties() throws(ClientError) -> [String: Variant] {
        let answer = try call(people(Self.properties), "GetAll", [.string(BusAddress.peopleInterface)])
        return answer.first?.dictionaryValue ?? [:]
    }

    /// Changes a property of that object.
    package func setPeopleProperty(_ property: String, to value: Variant) throws(ClientError) {
        let arguments: [Variant] = [.string(BusAddress.peopleInterface), .string(property), .variant(value)]
        _ = try call(people(Self.properties), "Set", arguments)
    }

    private func people(_ interface: String) -> BusTarget {
        BusTarget(name: name, path: BusAddress.peoplePath, interface: interface)
    }

    /// Calls a method of the object of files.
    @discardableResult
    package func callFiles(_ method: String, _ arguments: [Variant] = []) throws(ClientError) -> [Variant] {
        try call(files(BusAddress.filesInterface), method, arguments)
    }

    /// Every property of that object.
    package func filesProperties() throws(ClientError) -> [String: Variant] {
        let answer = try call(files(Self.properties), "GetAll", [.string(BusAddress.filesInterface)])
        return answer.first?.dictionaryValue ?? [:]
    }

    /// Changes a property of that object.
    package func setFilesProperty(_ property: String, to value: Variant) throws(ClientError) {
        let arguments: [Variant] = [.string(BusAddress.filesInterface), .string(property), .variant(value)]
        _ = try call(files(Self.properties), "Set", arguments)
    }

    /// Listens to that object's signals: `FileOffered`, `FileProgress`.
    package func onFilesEvent(_ handler: @escaping (BusEvent) -> Void) -> BusSubscription {
        connection.subscribe(sender: name, path: BusAddress.filesPath, handler)
    }

    private func files(_ interface: String) -> BusTarget {
        BusTarget(name: name, path: BusAddress.filesPath, interface: interface)
    }

    /// Every property of the root object.
    package func rootProperties() throws(ClientError) -> [String: Variant] {
        let answer = try call(root(Self.properties), "GetAll", [.string(BusAddress.rootInterface)])
        return answer.first?.dictionaryValue ?? [:]
    }

    /// Changes a property of the root object.
    package func setRootProperty(_ property: String, to value: Variant) throws(ClientError) {
        let arguments: [Variant] = [.string(BusAddress.rootInterface), .string(property), .variant(value)]
        _ = try call(root(Self.properties), "Set", arguments)
    }

    /// Listens to the instance's own signals: streams and windows that come and go, changed properties.
    package func onRootEvent(_ handler: @escaping (BusEvent) -> Void) -> BusSubscription {
        connection.subscribe(sender: name, path: BusAddress.rootPath, handler)
    }

    /// Listens to the streams' own signals and changed properties: `StateChanged`, `IncomingStream`, `PropertiesChanged`.
    package func onStreamEvent(_ handler: @escaping (_ stream: String, BusEvent) -> Void) -> BusSubscription {
        connection.subscribe(sender: name) { event in
            guard let path = event.path, let stream = BusAddress.streamsPath.name(of: path) else { return }
            handler(stream, event)
        }
    }

    /// Calls `handler` when the instance ends.
    package func onEnd(_ handler: @escaping () -> Void) -> BusSubscription {
        BusName.watch(name, on: connection) { isOwned in
            if !isOwned { handler() }
        }
    }

    private func root(_ interface: String) -> BusTarget {
        BusTarget(name: name, path: BusAddress.rootPath, interface: interface)
    }

    private func call(
        _ target: BusTarget, _ method: String, _ arguments: [Variant] = [], timeout: Int32 = -1
    ) throws(ClientError) -> [Variant] {
        do {
            return try connection.call(target, method, arguments, timeout: timeout)
        } catch {
            switch error.busName {
            case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
                "org.freedesktop.DBus.Error.Disconnected":
                throw .notRunning("The instance has ended.")
            case let busName: throw .failed(error.message, busName: busName)
            }
        }
    }
}

/// Why an instance did not do what it was asked.
package nonisolated enum ClientError: Error, Hashable, CustomStringConvertible {
    /// In one sentence.
    case notRunning(String)
    /// The profile's name cannot be one.
    case invalidProfile(String)
    /// In one sentence, with the D-Bus error's name where it came over the bus.
    case failed(String, busName: String? = nil)

    package var description: String {
        switch self {
        case .notRunning(let message), .failed(let message, _): message
        case .invalidProfile(let profile):
            "\u{201C}\(profile)\u{201D} cannot be a profile: letters, digits, _ and -, not a digit first."
        }
    }
}
