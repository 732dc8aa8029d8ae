import CGLib
import Testing

@testable import GLibKit

@Suite struct VariantTests {
    private static let samples: [Variant] = [
        .bool(true), .bool(false), .int32(.min), .uint32(.max), .int64(.min), .uint64(.max), .double(-0.5),
        .string(""), .string("h\u{E9}llo \u{1F600}"), .strings([]), .strings(["a", ""]), .objectPath(.root),
        .objectPaths([.root, ObjectPath.root.appending("x y")]), .variant(.variant(.int32(1))),
        .dictionary([:]), .dictionary(["k": .string("v"), "n": .dictionary(["m": .strings(["z"])])]),
        .bytes([]), .bytes([0, 1, 255]), .texts([:]), .texts(["a": "", "b": "c"]),
        .tuple([]), .tuple([.bool(true), .tuple([.string("x"), .double(1)])]),
    ]

    @Test("Each type survives the way to GVariant and back", arguments: samples)
    func roundTrip(value: Variant) throws {
        let made = try #require(g_variant_ref_sink(value.makeGVariant()))
        defer { g_variant_unref(made) }
        #expect(String(cString: g_variant_get_type_string(made)) == value.typeString)
        #expect(try Variant(made) == value)
    }

    @Test(
        "Types and sizes that the program does not speak are refused, not misread",
        arguments: [
            "[1.5, 2.0]", "@y 3", "@(si) ('a', 1)", "{'a': 1}", "@mi nothing", "[[1]]", "@n 3", "@g 's'",
            "{'a': <[1.5]>}", "<<[{'a': 'b'}]>>", "@a(ss) []",
        ])
    func unsupported(text: String) throws {
        let value = try Self.parse(text)
        defer { g_variant_unref(value) }
        if text.hasPrefix("@(si)") {
            #expect(try Variant(value) == .tuple([.string("a"), .int32(1)]))
        } else {
            #expect(throws: VariantError.self) { try Variant(value) }
        }
    }

    @Test("Deep nesting and long arrays end in an error, not in a full stack")
    func limits() throws {
        var deep = Variant.int32(1)
        for _ in 0..<60 { deep = .variant(deep) }
        let nested = try #require(g_variant_ref_sink(deep.makeGVariant()))
        defer { g_variant_unref(nested) }
        #expect(throws: VariantError.tooLarge) { try Variant(nested) }
        let long = Variant.strings([String](repeating: "x", count: Variant.maximumCount + 1))
        let made = try #require(g_variant_ref_sink(long.makeGVariant()))
        defer { g_variant_unref(made) }
        #expect(throws: VariantError.tooLarge) { try Variant(made) }
    }

    @Test(
        "Malformed bytes read as some value or an error, never as a crash",
        arguments: ["a{sv}", "as", "v", "(sao)", "ao"])
    func malformed(type: String) {
        let variantType = g_variant_type_new(type)
        defer { g_variant_type_free(variantType) }
        var generator = SystemRandomNumberGenerator()
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let wrapped = bytes.withUnsafeBytes { g_bytes_new($0.baseAddress, gsize($0.count)) }
            defer { g_bytes_unref(wrapped) }
            guard let value = g_variant_ref_sink(g_variant_new_from_bytes(variantType, wrapped, 0)) else { continue }
            defer { g_variant_unref(value) }
            _ = (try? Variant(value))?.text
        }
    }

    @Test("Typed reading looks through variants and refuses other types")
    func access() {
        #expect(Variant.variant(.variant(.uint32(7))).intValue == 7)
        #expect(Variant.uint64(.max).intValue == nil)
        #expect(Variant.int32(-2).doubleValue == -2)
        #expect(Variant.string("1").intValue == nil)
        #expect(Variant.string("x").boolValue == nil)
        #expect(Variant.strings(["a"]).stringsValue == ["a"])
        #expect(Variant.objectPath(.root).stringValue == "/")
    }

    @Test(
        "What a person types becomes a value of the wanted type and reads back",
        arguments: [
            ("true", "b", Variant.bool(true)), ("off", "b", .bool(false)), ("-3", "i", .int32(-3)),
            ("7", "u", .uint32(7)), ("0.5", "d", .double(0.5)), ("2", "d", .double(2)), ("", "s", .string("")),
            ("audio,video", "as", .strings(["audio", "video"])), ("none", "as", .strings([])), ("", "as", .strings([])),
        ])
    func parsing(text: String, type: String, expected: Variant) throws {
        let value = try Variant(parsing: text, type: type)
        #expect(value == expected)
        #expect(try Variant(parsing: value.text, type: type) == value)
    }

    @Test(
        "What is no value of the type is refused",
        arguments: [
            ("maybe", "b"), ("x", "i"), ("1.5", "i"), ("-1", "u"), ("99999999999", "u"), ("nan", "d"), ("inf", "d"),
            ("", "d"), ("a b", "o"), ("1", "ay"),
        ])
    func refusing(text: String, type: String) {
        #expect(throws: VariantError.self) { try Variant(parsing: text, type: type) }
    }

    @Test(
        "Any name makes one element of an object path and comes back from it",
        arguments: ["main", "", "_", "a b", "\u{E9}", "../x", "a/b", "_5f", String(repeating: "n", count: 100)])
    func objectPaths(name: String) throws {
        let base = try #require(ObjectPath("/org/causerie/Causerie/streams"))
        let child = base.appending(name)
        #expect(ObjectPath(child.description) == child)
        #expect(base.name(of: child) == name)
        #expect(g_variant_is_object_path(child.description) != 0)
        #expect(child.appending("x").name(of: base) == nil)
    }

    @Test("What is no object path is refused", arguments: ["", "x", "/x/", "//", "/a-b", "/a b", "/\u{E9}"])
    func notPaths(text: String) {
        #expect(ObjectPath(text) == nil)
    }

    private static func parse(_ text: String) throws -> OpaquePointer {
        let parsed = try GLibError.check { g_variant_parse(nil, text, nil, nil, $0) }
        return try #require(parsed)
    }
}
