import Testing

@testable import Bus

@Suite struct IntrospectionTests {
    @Test("The document lists each property with the access that it has")
    @MainActor func access() throws {
        var documented: [String: String] = [:]
        for line in Introspection.stream.split(separator: "\n") where line.contains("<property ") {
            let words = line.split(separator: "\"")
            documented[String(words[1])] = String(words[5])
        }
        #expect(Set(documented.keys) == Set(StreamProperty.all.map(\.name)))
        for property in StreamProperty.all {
            #expect(documented[property.name] == (property.write == nil ? "read" : "readwrite"), "\(property.name)")
        }
    }
}
