/// A request's or response's first line and headers (RFC 9112).
public struct HTTPHead: Hashable, Sendable {
    /// One header.
    public struct Field: Hashable, Sendable {
        /// A token; case does not matter.
        public var name: String
        /// Without blanks at its ends.
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The three parts of the first line: method, target, version; or version, status, phrase.
    var line: [String]
    /// The headers, in order.
    public var fields: [Field]

    init(line: [String], fields: [Field]) {
        self.line = line
        self.fields = fields
    }

    /// All values under a name, in order. Names know no case.
    public func values(_ name: String) -> [String] {
        let name = name.lowercased()
        return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The value under a name that may come once; nil when there is none, or more than one.
    public func value(_ name: String) -> String? {
        let all = values(name)
        return all.count == 1 ? all.first : nil
    }

    /// Whether a comma-separated header names `word`, in any case.
    func lists(_ word: String, in name: String) -> Bool {
        HTTPSyntax.list(values(name)).contains { $0.lowercased() == word }
    }

    /// As on the wire, with the empty line.
    var text: String {
        line.joined(separator: " ") + "\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
    }
}
