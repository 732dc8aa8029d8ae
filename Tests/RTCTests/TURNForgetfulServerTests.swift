import RTC
import TestSupport
import Testing
import Wire

/// What a server knows, or takes, no longer: allocations and credentials in the middle of a call.
@Suite("TURN client and a server that forgets") struct TURNForgetfulServerTests {
    @Test("a server that restarts is noticed by a probe, and another allocation follows")
    func restart() {
        let scene = TURNScene()
        scene.start()
        scene.server.restart()
        scene.client.probe(at: scene.now)
        scene.run(for: .seconds(5))
        #expect(scene.events == [.allocated, .lost(.allocationMismatch), .allocated])
        #expect(scene.client.relayed.first?.port == 50_002)
    }

    @Test(
        "a server that has forgotten is noticed by the next permission or channel, and asked anew at once",
        arguments: [
            STUNErrorCode.allocationMismatch, .badRequest,
        ])
    func forgotten(answer: STUNErrorCode) {
        for isChannel in [false, true] {
            let scene = TURNScene()
            scene.server.absence = answer
            scene.start()
            scene.client.send([0], to: TURNScene.peer, at: scene.now)
            scene.run(for: .seconds(20))
            scene.server.restart()
            let next = isChannel ? TURNScene.peer : TransportAddress(.v4(0xC633_6499), port: 9)
            scene.client.send([isChannel ? 0x80 : 0], to: next, at: scene.now)
            let before = scene.sentCount
            scene.run(for: .milliseconds(450))
            #expect(scene.events == [.allocated, .lost(.allocationMismatch), .allocated])
            #expect(scene.client.relayed.first?.port == 50_002)
            #expect(scene.sentCount - before < 8)
        }
    }

    @Test("a refusal of one peer by 400 does not cost the allocation, nor many questions")
    func badPeer() {
        let scene = TURNScene()
        scene.start()
        scene.server.refusesPeers = true
        for number in UInt32(0)..<20 {
            scene.client.send([0], to: TransportAddress(.v4(0xC633_0000 + number), port: 1), at: scene.now)
        }
        scene.run(for: .seconds(5))
        #expect(scene.events == [.allocated] && scene.server.counts[.refresh] == 1)
    }

    @Test("a server that forgets again and again does not keep us busy")
    func forgetful() {
        let scene = TURNScene()
        scene.start()
        for _ in 0..<200 {
            scene.server.restart()
            scene.client.send([0], to: TURNScene.peer, at: scene.now)
            scene.run(for: .milliseconds(50))
        }
        // Each that is made costs some messages; at the pace of the server's forgetting it would be thousands.
        #expect(scene.sentCount < 200)
    }

    @Test("a server away for a while gets its allocation back when it returns")
    func outage() {
        let scene = TURNScene()
        scene.server.longestLifetime = 60
        scene.start()
        scene.server.isUp = false
        scene.run(for: .seconds(120))
        #expect(scene.events == [.allocated, .lost(.timeout)])
        let sent = scene.sentCount
        scene.run(for: .seconds(120))
        #expect(scene.sentCount - sent < 40)
        scene.server.isUp = true
        scene.run(for: .seconds(60))
        #expect(scene.events.last == .allocated)
    }

    @Test("credentials replaced in mid-call serve once the old ones are refused")
    func replacedCredentials() {
        let scene = TURNScene()
        scene.start()
        scene.client.setCredentials(TURNCredentials(username: "ann", password: "changed"), at: scene.now)
        scene.client.probe(at: scene.now)
        scene.run(for: .seconds(1))
        #expect(scene.server.counts[.refresh] == 1, "the old ones serve as long as they do")
        scene.server.users["ann"] = "changed"
        scene.client.probe(at: scene.now)
        scene.run(for: .seconds(1))
        #expect(scene.server.counts[.refresh] == 2 && scene.events == [.allocated])
    }

    @Test("credentials of another user bring another allocation when the old user's time is over")
    func otherUser() {
        let scene = TURNScene()
        scene.server.longestLifetime = 120
        scene.start()
        scene.client.setCredentials(TURNCredentials(username: "bob", password: "hidden"), at: scene.now)
        scene.server.users["ann"] = nil
        scene.run(for: .seconds(200))
        #expect(scene.events.first == .allocated && scene.events.last == .allocated)
        #expect(scene.events.contains(.lost(.wrongCredentials)))
        #expect(scene.server.allocations.values.first?.username == "bob")
    }

    @Test("an allocation of ours that only the server remembers is ended and made anew")
    func forgotten() {
        let scene = TURNScene()
        scene.start()
        let again = scene.client.server
        scene.client = TURNClient(server: again, random: .seeded(99))
        scene.start()
        #expect(scene.events == [.allocated, .allocated])
        #expect(scene.server.errors[437] == 1)
    }
}
