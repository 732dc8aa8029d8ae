import BusClient
import Foundation
import GLibKit
import Testing

@Suite struct JSONValueTests {
    @Test(
        "What is written is JSON that reads back the same",
        arguments: [
            JSONValue.null, .bool(true), .integer(-7), .number(0.25), .string("a\"b\\c\n\u{1}\u{7F}é\u{1F600}"),
            .array([]), .array([.integer(1), .array([.null])]), .object([JSONValue.Member]()),
            .object([JSONValue.Member("a", .string("x")), JSONValue.Member("b", .array([.bool(false)]))]),
        ])
    func roundTrip(value: JSONValue) throws {
        #expect(JSONValue(parsing: value.text()) == value)
        #expect(JSONValue(parsing: value.text(pretty: true)) == value)
        // A second reader's opinion.
        _ = try JSONSerialization.jsonObject(with: Data(value.text().utf8), options: .fragmentsAllowed)
    }

    @Test("Numbers that JSON has not are null, whole ones have no point")
    func numbers() {
        #expect(JSONValue.number(.infinity).text() == "null")
        #expect(JSONValue.number(.nan).text() == "null")
        #expect(JSONValue.number(12).text() == "12")
        #expect(JSONValue.number(1e300).text().contains("e+300"))
    }

    @Test("What is no JSON is refused", arguments: ["", "{", "[1", "nul", "\"", "{\"a\":}"])
    func malformed(text: String) {
        #expect(JSONValue(parsing: text) == nil)
    }

    @Test(
        "A property is found whatever the spelling of its key",
        arguments: ["videoWidth", "VideoWidth", "video-width", "video.width", "VIDEO_WIDTH"])
    func keys(key: String) {
        #expect(PropertyKey.find(key, in: ["Volume", "VideoWidth"]) == "VideoWidth")
        #expect(PropertyKey.find(key + "x", in: ["Volume", "VideoWidth"]) == nil)
        #expect(PropertyKey.display("VideoWidth") == "videoWidth")
    }

    @Test(
        "A profile's name is part of the bus name, or refused",
        arguments: [
            (nil, "org.causerie.Causerie"), ("a-B_1", "org.causerie.Causerie.a-B_1"), ("1a", nil), ("", nil),
            ("a.b", nil), ("\u{E9}", nil), (String(repeating: "x", count: 65), nil),
        ] as [(String?, String?)])
    func profiles(profile: String?, name: String?) {
        #expect(BusAddress.name(profile: profile) == name)
    }
}
