import BusClient
import FoundationEssentials
import GLibKit

extension [Variant] {
    /// The answer's JSON.
    func json() throws(ClientError) -> JSONValue {
        guard let value = JSONValue(parsing: first?.stringValue ?? "") else {
            throw .failed("The instance's answer is not JSON.")
        }
        return value
    }

    /// The name of the stream whose object is the answer.
    @MainActor func streamName() -> String {
        guard case .objectPath(let path) = first else { return "" }
        return BusAddress.streamsPath.name(of: path) ?? ""
    }
}

extension JSONValue {
    /// A list's; none for anything else.
    var elements: [JSONValue] { if case .array(let values) = self { values } else { [] } }
}

/// Files of the command line.
enum FilePath {
    /// The instance is in another folder than the shell.
    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
