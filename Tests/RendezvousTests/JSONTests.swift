import Testing

@testable import Rendezvous

@Suite("The server's JSON") struct JSONTests {
    @Test(
        "what is JSON comes out as it went in",
        arguments: [
            "null", "true", "false", "0", "-1.5e+3", "\"\"", "[]", "{}", #"{"a":[1,{"b":null}],"c":"d"}"#,
            #""\"\\\u0001é😀""#,
        ])
    func roundTrip(text: String) throws { #expect(try JSONReader.read(text).json == text) }

    @Test("escapes", arguments: [(#""\u00e9\n\/\ud83d\ude00\ud800x""#, "\u{E9}\n/\u{1F600}\u{FFFD}x")])
    func escapes(text: String, value: String) throws { #expect(try JSONReader.read(text) == .string(value)) }

    @Test(
        "what is not JSON",
        arguments: [
            "", " ", "nul", "01", "1.", ".5", "+1", "-", "1e", "\"", "\"\n\"", "\"\\x\"", "\"\\u12\"", "[1,]", "[1 2]",
            "{\"a\"}", "{\"a\":1,}", "{a:1}", "{\"a\":1,\"a\":2}", "1 2", "[", "{", "\u{FEFF}1", "NaN",
            String(repeating: "[", count: 100_000),
            String(repeating: "[", count: 34) + String(repeating: "]", count: 34),
        ])
    func refused(text: String) { #expect(throws: JSONReader.Failure.self) { try JSONReader.read(text) } }
}
