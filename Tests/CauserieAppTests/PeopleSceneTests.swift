import Conference
import Foundation
import Programs
import Testing

@testable import CauserieApp

@Suite("Scenes of people", .serialized)
struct PeopleSceneTests {
    static let names = ["people", "people-calls", "people-empty", "contact", "contact-invalid", "verify"]

    @Test("Each is drawn, without a word of complaint from GTK", arguments: names)
    func scene(_ name: String) async throws {
        let outcome = try await Scenes.show(name, picture: name)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let size = try Scenes.size(ofPNG: Scenes.artefacts.appendingPathComponent(name + ".png"))
        #expect(size.width > 200 && size.height > 100)
    }

    @Test("Each can be made 360 pixels wide, in French too", arguments: names.filter { $0 != "verify" })
    func narrow(_ name: String) async throws {
        let french = try Scenes.french()
        for environment in [[:], french.environment] {
            let outcome = try await Scenes.show(
                name, picture: "narrow-" + (environment.isEmpty ? "" : "french-") + name,
                environment: environment.merging(["WIDTH": "360", "HEIGHT": "560"]) { $1 })
            #expect(outcome.errors == "")
            #expect(try #require(outcome.values["minimum"].flatMap { Int($0) }) <= 360)
        }
        withExtendedLifetime(french.folder) {}
    }
}

@Suite("Words about people")
struct PeopleWordsTests {
    @Test("How long a call was", arguments: [(0.4, "0:00"), (59.9, "0:59"), (187, "3:07"), (3729, "1:02:09")])
    func length(seconds: Double, text: String) { #expect(CallItem.length(seconds) == text) }

    @Test("A call is called by its contact's name, else by what the far side said, else by its address")
    @MainActor func names() throws {
        var record = CallRecord(
            name: "Zoe", address: "192.168.1.7:29172", isOutgoing: true, date: Date(timeIntervalSince1970: 0),
            duration: 187, reason: "local-hang-up", isMissed: false)
        #expect(CallItem(record, nil).name == "Zoe" && CallItem(record, nil).isStranger)
        #expect(CallItem(record, nil).detail.hasSuffix("3:07"))
        record.name = ""
        #expect(CallItem(record, nil).name == "192.168.1.7")
        record.isMissed = true
        #expect(CallItem(record, nil).detail.hasSuffix("Missed call"))
        record.loss = 0.012
        (record.localPath, record.remotePath) = ("host", "relay")
        #expect(
            CallItem(record, nil).figures.contains("host to relay") && CallItem(record, nil).figures.contains("1.2 %"))
    }
}
