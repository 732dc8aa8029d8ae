import RTC
import Testing

@testable import Conference

/// Calls with a page that speaks as MDN's sample does, through a real rendezvous server; only media is a double.
@MainActor @Suite("Calls with a page through a server", .serialized) struct RendezvousPageTests {
    @Test("a page of MDN's vocabulary calls, offers again, and leaves; its call lasts until its media ends")
    func pageCalls() async throws {
        let server = try await TestServer.start()
        let bob = try await Instance.start("Bob", at: server)
        let page = try await server.join(as: "zed")
        try await page.send(
            #"{"type":"video-offer","name":"zed","target":"bob","sdp":{"type":"offer","sdp":"v=0\r\nfirst\r\n"}}"#)
        // As the sample sends them: without a name.
        try await page.send(
            #"{"type":"new-ice-candidate","target":"bob","candidate":{"candidate":"candidate:page","sdpMid":"0"}}"#)
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteIdentifier == "zed" && bob.stream.remoteIdentity?.standing == .unproven)
        bob.stream.accept()
        let answer = try await page.next("video-answer")
        #expect(answer["call"] == nil && answer["number"] == nil && answer["name"] as? String == "bob")
        try await bob.wait(.connected)
        try await until("its candidate is there") { bob.media.last?.candidates == ["candidate:page"] }
        try await page.send(
            #"{"type":"video-offer","name":"zed","target":"bob","sdp":{"type":"offer","sdp":"v=0\r\nsecond\r\n"}}"#)
        try await page.next("video-answer")
        #expect(bob.media.last?.calls.contains("createAnswer second") == true)
        await page.close()
        try await until("it is gone") { bob.stream.call?.machine.carrier == .closed }
        #expect(bob.stream.state == .connected)
        bob.media.last?.tell(.connectionStateChanged(.disconnected))
        try await bob.wait(.ended(.remoteVanished))
        await bob.stop()
        await server.stop()
    }

    @Test("a page is called, its candidates come before its answer, and it hangs up")
    func pageCalled() async throws {
        let server = try await TestServer.start()
        let bob = try await Instance.start("Bob", at: server)
        let page = try await server.join(as: "zed")
        try await until("the page is there") { bob.conference.rendezvous.users == ["zed"] }
        bob.stream.connect(to: "zed@127.0.0.1")
        _ = try await page.next("video-offer")
        try await page.send(
            #"{"type":"new-ice-candidate","target":"bob","candidate":{"candidate":"candidate:early","sdpMid":"0"}}"#)
        try await page.send(#"{"type":"video-answer","target":"bob","sdp":{"type":"answer","sdp":"v=0\r\n"}}"#)
        try await bob.wait(.connected)
        try await until("its candidate is there") { bob.media.last?.candidates == ["candidate:early"] }
        #expect(bob.stream.remoteIdentity?.standing == .unproven)
        try await page.send(#"{"type":"hang-up","name":"zed","target":"bob"}"#)
        try await bob.wait(.ended(.remoteHangUp))
        await page.close()
        await bob.stop()
        await server.stop()
    }
}
