import BrowserSupport
import Foundation
import Instances
import Programs
import Testing

/// A page of MDN's sample and an instance at our server, each of them calling the other.
@Suite("Chromium through a server", .serialized, .enabled(if: Browser.executable != nil)) struct ThroughAServerTests {
    private static let options = [
        "--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none", "--auto-accept",
    ]

    private func start() async throws -> (RendezvousProcess, HeadlessInstance, Browser) {
        let server = try await RendezvousProcess.start()
        let instance = try await HeadlessInstance.start(
            "interop", on: try await PrivateBus.start(), options: Self.options)
        try await instance.register(at: server, as: "causerie")
        let browser = try await Browser.start()
        #expect(try await browser.value(Bool.self, SamplePage.script(port: server.port, name: "page")))
        return (server, instance, browser)
    }

    private func expectMedia(_ instance: HeadlessInstance, _ browser: Browser) async throws {
        try await instance.waitForStatistics("picture and sound of the page") {
            $0.framesDecoded >= 10 && $0.audioEnergy > 0
        }
        let isReceiving = try await browser.value(
            Bool.self,
            "return await client.until(async () => { const r = await client.received(); return r.video >= 10 && r.audio > 0; });"
        )
        #expect(isReceiving)
        #expect(try instance.get("remoteStanding") == "unproven")
    }

    @Test("The page calls, the instance changes what it sends in mid-call, and the page hangs up")
    func pageCalls() async throws {
        let (server, instance, browser) = try await start()
        _ = try await browser.value(Bool.self, "await client.invite('causerie'); return true;")
        try await instance.wait(for: "state", "connected")
        try await expectMedia(instance, browser)
        try instance.must("set", "main", "outgoing", "audio")
        #expect(try await browser.value(Bool.self, "return await client.until(() => client.offers > 0);"))
        #expect(try instance.get("state") == "connected")
        _ = try await browser.value(Bool.self, "client.hangUp(); return true;")
        try await instance.wait(for: "state", "ended")
        #expect(try instance.get("endReason") == "remote-hang-up")
        await browser.stop()
        // Let go, it would end.
        try await server.kill()
    }

    @Test("The page is called, and the instance hangs up")
    func pageIsCalled() async throws {
        let (server, instance, browser) = try await start()
        try instance.must("connect", "main", "page@127.0.0.1", "--wait")
        try await expectMedia(instance, browser)
        try instance.must("disconnect", "main")
        #expect(try await browser.value(Bool.self, "return await client.until(() => client.ended);"))
        await browser.stop()
        // Let go, it would end.
        try await server.kill()
    }
}
