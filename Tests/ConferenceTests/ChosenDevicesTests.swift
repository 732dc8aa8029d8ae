import FoundationEssentials
import Logging
import Media
import Testing

@testable import Conference

@MainActor @Suite("Chosen devices") struct ChosenDevicesTests {
    private let logger = Logger(label: "test")

    private func chosen(_ scratch: ScratchProfile) -> ChosenDevices {
        ChosenDevices(in: scratch.folders, logger: logger)
    }

    @Test("the last chosen is the first, each once, sixteen of a kind, and all of it is kept")
    func order() throws {
        let scratch = try ScratchProfile()
        let first = chosen(scratch)
        #expect(first.order == [.camera: [], .microphone: [], .speaker: []])
        for number in 0..<20 { #expect(first.remember("mic\(number)", of: .microphone)) }
        #expect(first.remember("mic10", of: .microphone) && !first.remember("mic10", of: .microphone))
        let order = try #require(first.order[.microphone])
        #expect(order.count == 16 && order.prefix(3) == ["mic10", "mic19", "mic18"] && Set(order).count == 16)
        #expect(first.order[.speaker] == [])
        #expect(chosen(scratch).order == first.order)
    }

    @Test("what is no identifier is not remembered")
    func invalid() throws {
        let scratch = try ScratchProfile()
        let list = chosen(scratch)
        for text in ["", "a\nb", "a\u{7F}", String(repeating: "x", count: 256)] {
            #expect(!list.remember(text, of: .camera))
        }
        #expect(list.order[.camera] == [])
    }

    @Test("a file that makes no sense is kept aside; one with too much in it is cut", arguments: ["", "{", "[]"])
    func broken(text: String) throws {
        let scratch = try ScratchProfile()
        try scratch.write(text, to: "devices.json", in: scratch.folders.data)
        #expect(chosen(scratch).order[.speaker] == [])
        #expect(try scratch.read("devices.json.broken", in: scratch.folders.data) == text)
        let names = (0..<40).map { "\"s\($0 % 30)\"" } + ["\"\"", "\"\\u0001\""]
        let long = #"{"version":1,"camera":[],"microphone":[],"speaker":["# + names.joined(separator: ",") + "]}"
        try scratch.write(long, to: "devices.json", in: scratch.folders.data)
        #expect(chosen(scratch).order[.speaker] == (0..<16).map { "s\($0)" })
    }

    @Test("choosing for a stream is remembered; what is no device, or restored, is not")
    func byStreams() async throws {
        let scratch = try ScratchProfile()
        let options = ConferenceOptions(port: 0, folders: scratch.folders)
        let first = Conference(profile: nil, options: options, logger: logger, makeMedia: MediaScript().maker)
        await first.start()
        let stream = try #require(first.stream(named: "main"))
        stream.speaker = .device("old")
        stream.speaker = .device("new")
        stream.speaker = .systemDefault
        stream.camera = .device("/dev/video7")
        stream.microphone = .testTone
        await first.shutdown()
        let expected: [MediaDevice.Kind: [String]] = [
            .speaker: ["new", "old"], .camera: ["/dev/video7"], .microphone: [],
        ]
        #expect(chosen(scratch).order == expected)
        let file = ProfileFile(path: scratch.folders.data + "/devices.json")
        let before = try file.read()
        _ = Conference(profile: nil, options: options, logger: logger, makeMedia: MediaScript().maker)
        #expect(try file.read() == before)
    }
}
