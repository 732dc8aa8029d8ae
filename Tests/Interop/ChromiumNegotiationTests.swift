import BrowserSupport
import RTC
import Testing

@testable import Conference

/// What changes in mid-call between us and Debian's Chromium, which negotiates as W3C's perfect negotiation has it.
@MainActor @Suite("Chromium and changes in mid-call", .serialized, .enabled(if: Browser.executable != nil))
struct ChromiumNegotiationTests {
    private func frames(_ scene: PageCall) async -> [String: Double] { await scene.received("video", "framesReceived") }

    /// Waits until pictures of so many sections come in, and returns their names.
    @discardableResult
    private func expectPictures(_ scene: PageCall, _ count: Int) async throws -> Set<String> {
        let before = await frames(scene)
        var moving: Set<String> = []
        try await scene.until("\(count) pictures") {
            let now = await frames(scene)
            moving = Set(now.filter { $0.value > (before[$0.key] ?? 0) + 5 }.keys)
            return moving.count >= count
        }
        return moving
    }

    /// The page's frames of a section stop, and those of the others go on.
    private func expectSilence(_ scene: PageCall, of mids: Set<String>) async throws {
        var last = await frames(scene)
        try await scene.until("no more pictures of \(mids)") {
            try await Task.sleep(for: .milliseconds(400))
            let now = await frames(scene)
            defer { last = now }
            return mids.allSatisfy { now[$0] == last[$0] }
        }
    }

    @Test("the page adds a second picture, takes it away, stops it, and adds another in its place")
    func secondPicture() async throws {
        let scene = try await PageCall.incoming(script: NegotiatingPage.script + "; window.isQuiet = true")
        try await scene.expectMedia()
        let first = try await expectPictures(scene, 1)
        try await scene.browser.run("window.isQuiet = false; window.second = window.addPicture()")
        let both = try await expectPictures(scene, 2)
        #expect(both.isSuperset(of: first))
        let second = both.subtracting(first)
        let report = await scene.stream.statistics().report.filter {
            $0.type == "inbound-rtp" && $0["kind"] == .text("video")
        }
        #expect(report.count == 2)
        #expect(report.count { $0["framesDecoded"] != nil } == 1, "only the first is decoded")
        #expect(Set(report.map { $0["ssrc"]?.doubleValue }).count == 2)
        try await scene.browser.run("peer.removeTrack(window.second)")
        try await expectSilence(scene, of: second)
        try await expectPictures(scene, 1)
        let sections = try await scene.browser.run("return window.sections()")
        try await scene.browser.run(
            "peer.getTransceivers().find((each) => each.sender === window.second).stop()")
        try await scene.until("the section is gone") { await frames(scene).count == 1 }
        try await scene.browser.run("window.second = window.addPicture()")
        let again = try await expectPictures(scene, 2)
        #expect(again.isSuperset(of: first) && again != both, "another name")
        #expect(try await scene.browser.run("return window.sections()") == sections, "in the same place")
        // And one that is stopped for good while ours goes through it comes back with our next offer.
        try await scene.browser.run(
            "peer.getTransceivers().find((each) => each.receiver.track.kind === 'video').stop()")
        try await scene.until("one picture") { await frames(scene).count == 1 }
        try await expectPictures(scene, 1)
        let before = try await scene.pageReceived("video", "framesDecoded")
        scene.stream.outgoing = .audio
        try await scene.until("agreed") { scene.stream.call?.renegotiation.state == .stable }
        scene.stream.outgoing = [.audio, .video]
        try await scene.until("our picture") { try await scene.pageReceived("video", "framesDecoded") > before + 10 }
        #expect(scene.stream.state == .connected)
        await scene.stop()
    }

    @Test("our picture goes and comes back; the page holds and takes up again, and so do we")
    func holds() async throws {
        let scene = try await PageCall.outgoing(script: NegotiatingPage.script)
        try await scene.expectMedia()
        scene.stream.outgoing = .audio
        var last = try await scene.pageReceived("video", "framesDecoded")
        try await scene.until("our picture stops") {
            try await Task.sleep(for: .milliseconds(400))
            let now = try await scene.pageReceived("video", "framesDecoded")
            defer { last = now }
            return now == last
        }
        scene.stream.outgoing = [.audio, .video]
        try await scene.until("our picture comes back") {
            try await scene.pageReceived("video", "framesDecoded") > last + 10
        }
        let mids = try await expectPictures(scene, 1)
        try await scene.browser.run("for (const each of peer.getTransceivers()) each.direction = 'inactive'")
        try await expectSilence(scene, of: mids)
        try await scene.browser.run("for (const each of peer.getTransceivers()) each.direction = 'sendrecv'")
        try await scene.expectMedia()
        // We hold.
        (scene.stream.outgoing, scene.stream.incoming) = ([], [])
        try await expectSilence(scene, of: mids)
        (scene.stream.outgoing, scene.stream.incoming) = ([.audio, .video], [.audio, .video])
        try await scene.expectMedia()
        #expect(scene.stream.state == .connected)
        await scene.stop()
    }

    /// Both offer at once, and what both wanted comes of it.
    private func glare(_ scene: PageCall, isPagePolite: Bool, isExplicit: Bool) async throws {
        try await scene.browser.run("window.polite = \(isPagePolite); window.explicit = \(isExplicit)")
        let (pictures, frames) = (await frames(scene).count, try await scene.pageReceived("video", "framesDecoded"))
        let glares = try await scene.browser.value(Double.self, "return window.glares")
        try await scene.browser.run("await window.cross(() => window.addPicture())")
        scene.stream.outgoing = [.audio, .video]
        try await expectPictures(scene, pictures + 1)
        try await scene.until("our picture") { try await scene.pageReceived("video", "framesDecoded") > frames + 10 }
        #expect(try await scene.browser.value(Double.self, "return window.glares") == glares + 1)
        #expect(try await scene.browser.run("return peer.signalingState") == "\"stable\"")
        #expect(scene.stream.state == .connected)
    }

    @Test("both offer at once: the polite page takes its offer back, of itself or in so many words")
    func politePage() async throws {
        let scene = try await PageCall.outgoing(script: NegotiatingPage.script) { _, stream in stream.outgoing = .audio
        }
        try await glare(scene, isPagePolite: true, isExplicit: false)
        scene.stream.outgoing = .audio
        try await scene.until("agreed") { scene.stream.call?.renegotiation.state == .stable }
        try await glare(scene, isPagePolite: true, isExplicit: true)
        await scene.stop()
    }

    @Test("both offer at once: the impolite page's offer stands, and ours comes after it")
    func impolitePage() async throws {
        let scene = try await PageCall.incoming(script: NegotiatingPage.script + "; window.isQuiet = true") {
            _, stream in
            stream.outgoing = .audio
        }
        try await glare(scene, isPagePolite: false, isExplicit: false)
        await scene.stop()
    }
}
