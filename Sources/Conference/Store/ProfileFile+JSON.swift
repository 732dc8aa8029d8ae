import FoundationEssentials
import Logging

/// What the profile's stores have in common: a value as JSON. A store that cannot be read or written costs its memory,
/// never the program.
extension ProfileFile {
    /// The value that is kept; nil when there is none. What makes no sense is kept aside, and logged.
    ///
    /// - Parameters:
    ///   - what: for the log: "the network settings".
    ///   - isValid: whether the value makes sense, beyond being of its type.
    func load<Value: Decodable>(
        _ type: Value.Type, _ what: String, logger: Logger, isValid: (Value) -> Bool = { _ in true }
    ) -> Value? {
        do {
            guard let bytes = try read() else { return nil }
            if let value = try? JSONDecoder().decode(type, from: Data(bytes)), isValid(value) { return value }
            logger.warning("\(what): the file makes no sense and is kept aside")
            keepAside()
        } catch { logger.warning("\(what) cannot be read: \(error)") }
        return nil
    }

    /// Keeps a value in place of the one before.
    func save(_ value: some Encodable, _ what: String, logger: Logger) {
        do {
            try write(Self.bytes(of: value))
        } catch { logger.warning("\(what) cannot be kept: \(error)") }
    }

    /// As every file of the profile is written: for people to read, and alike every time.
    static func bytes(of value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
