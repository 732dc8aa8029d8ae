/// One interface of an object on the bus: what a program implements, and `BusExport` shows.
package protocol BusInterface: AnyObject {
    /// A D-Bus introspection document with exactly this one interface.
    var introspection: String { get }

    /// Answers a method call. The bus has checked that the method exists and that the arguments have its types.
    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply

    /// A property's value, of the declared type.
    func property(_ name: String) throws(BusFailure) -> Variant

    /// Changes a property. The bus has checked that it may be written and that the value has its type.
    func setProperty(_ name: String, to value: Variant) throws(BusFailure)

    /// Every readable property.
    var allProperties: [String: Variant] { get }
}

/// The answer to a method call.
package enum BusReply {
    case values([Variant])
    /// An answer that takes time; other calls are answered meanwhile.
    case later(() async throws(BusFailure) -> [Variant])

    package static let nothing = BusReply.values([])
}

/// A D-Bus error: what a caller gets instead of an answer.
package nonisolated struct BusFailure: Error, Hashable, CustomStringConvertible {
    /// `org.freedesktop.DBus.Error.InvalidArgs`
    package let name: String
    /// One sentence.
    package let message: String

    package var description: String { message }

    package init(name: String, message: String) {
        self.name = name
        self.message = message
    }

    /// The caller's arguments make no sense; the sentence says why.
    package static func invalidArguments(_ message: String) -> BusFailure {
        BusFailure(name: "org.freedesktop.DBus.Error.InvalidArgs", message: message)
    }
}
