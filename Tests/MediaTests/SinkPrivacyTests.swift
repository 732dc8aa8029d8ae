import CPulse
import Testing

@testable import Media

@Suite("Who hears a speaker") struct SinkPrivacyTests {
    private func port(_ type: pa_device_port_type, _ names: String...) -> SinkPrivacy.Port {
        SinkPrivacy.Port(type: type.rawValue, names: names)
    }

    @Test("by its form, by the type of its way out, and where that says nothing by the name")
    func rule() {
        for form in ["headset", "headphone", "hands-free"] {
            #expect(SinkPrivacy.isPersonal(formFactor: form, port: nil))
            #expect(SinkPrivacy.isPersonal(formFactor: form, port: port(PA_DEVICE_PORT_TYPE_SPEAKER, "speaker-output")))
        }
        #expect(SinkPrivacy.isPersonal(formFactor: "internal", port: port(PA_DEVICE_PORT_TYPE_HEADPHONES, "a")))
        #expect(SinkPrivacy.isPersonal(formFactor: nil, port: port(PA_DEVICE_PORT_TYPE_HEADSET, "b")))
        #expect(
            SinkPrivacy.isPersonal(formFactor: nil, port: port(PA_DEVICE_PORT_TYPE_ANALOG, "analog-output-headphones")))
        #expect(SinkPrivacy.isPersonal(formFactor: nil, port: port(PA_DEVICE_PORT_TYPE_UNKNOWN, "x", "Headphones")))
        #expect(
            !SinkPrivacy.isPersonal(formFactor: "internal", port: port(PA_DEVICE_PORT_TYPE_SPEAKER, "Headphones?")))
        #expect(!SinkPrivacy.isPersonal(formFactor: "speaker", port: nil))
        #expect(!SinkPrivacy.isPersonal(formFactor: nil, port: nil))
    }

    @Test("a voice that was heard in private is held back aloud, one that was not is not, and time goes on for both")
    func holdingBack() throws {
        let output = AudioOutput(onEmpty: {})
        let (first, second) = (CountingVoice(), CountingVoice())
        let (toldFirst, toldSecond) = (ToldProblems(), ToldProblems())
        output.add(first, onProblem: { toldFirst.add($0) })
        output.setPlace(.aloud("Table"))
        #expect(output.mix(at: 0)[0] == 100, "at the beginning nothing is held back")
        output.setPlace(.personal)
        #expect(output.mix(at: 0)[0] == 100)
        output.setPlace(.aloud("Table"))
        output.add(second, onProblem: { toldSecond.add($0) })
        #expect(output.mix(at: 0)[0] == 100 && first.pulls == 3 && second.pulls == 1, "only the second is heard")
        #expect(toldFirst.all.last == .heldBack("Table") && toldSecond.all == [nil])
        output.report(.noSoundServer)
        #expect(toldFirst.all.last == .heldBack("Table") && toldSecond.all.last == .noSoundServer)
        output.report(nil)
        output.allow(first)
        #expect(output.mix(at: 0)[0] == 200 && toldFirst.all.last == .some(nil))
        output.setPlace(.personal)
        output.setPlace(.unknown)
        #expect(output.mix(at: 0)[0] == 0 && toldFirst.all.last == .some(nil), "silent before it is known why")
        output.setPlace(.personal)
        #expect(output.mix(at: 0)[0] == 200)
    }
}

private final class CountingVoice: AudioVoice, @unchecked Sendable {
    // Unchecked: the test mixes on one thread.
    private(set) var pulls = 0

    func add(to mix: UnsafeMutablePointer<Int32>, _ piece: AudioMixPiece) {
        pulls += 1
        for index in 0..<piece.count { mix[index] &+= 100 }
    }
}
