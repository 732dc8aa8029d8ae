import RTC
import TestSupport
import Testing
import Wire

/// Descriptions and candidates of a far side that wants harm, in a call that runs.
@Suite("A running call and hostile signalling") struct HostileDescriptionTests {
    private func running(_ seed: UInt64) throws -> SimulatedCall {
        let call = try SimulatedCall(seed: seed)
        try call.connect()
        call.sendsMedia = true
        call.run(for: .seconds(2))
        return call
    }

    private func expectGoesOn(_ call: SimulatedCall, sourceLocation: SourceLocation = #_sourceLocation) {
        call.run(for: .seconds(2))
        let before = call.called.audio.count
        call.run(for: .seconds(2))
        #expect(call.called.audio.count - before > 90, sourceLocation: sourceLocation)
        #expect(call.called.peer.connectionState == .connected, sourceLocation: sourceLocation)
        let footprint = Footprint(of: call.called.peer)
        #expect(footprint.largestTable.count <= 8192, "\(footprint.largestTable)", sourceLocation: sourceLocation)
        #expect(footprint.elements < 40_000, sourceLocation: sourceLocation)
    }

    /// An offer as the caller would make it now, and one thing done to it.
    private func offer(_ call: SimulatedCall, _ change: (inout SessionDescription) -> Void) throws -> String {
        let text = try call.caller.peer.setLocalDescription(.offer, at: call.now)
        _ = try call.caller.peer.setLocalDescription(.rollback, at: call.now)
        var description = try SessionDescription(parsing: text)
        change(&description)
        return description.text
    }

    // Resource exhaustion by signalling (webrtc.md S11).
    @Test(
        "a megabyte of description, ten thousand candidates, attributes or sections, and one endless line are refused")
    func oversized() throws {
        let call = try running(930)
        let sound = try offer(call) { _ in }
        let line = "a=candidate:1 1 udp 2130706431 11.0.0.1 9 typ host\r\n"
        let section = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
        let texts = [
            sound + String(repeating: "a=x\r\n", count: 200_000), sound + String(repeating: "\n", count: 1 << 20),
            sound + String(repeating: line, count: 10_000), sound + String(repeating: "a=x\r\n", count: 10_000),
            sound + String(repeating: section, count: 300), sound + "a=" + String(repeating: "y", count: 200_000),
            String(repeating: "v", count: 1 << 20), "",
        ]
        for text in texts {
            #expect(throws: (any Error).self) {
                try call.called.peer.setRemoteDescription(.offer, text, at: call.now)
            }
            #expect(throws: (any Error).self) {
                try call.called.peer.setRemoteDescription(.answer, text, at: call.now)
            }
        }
        expectGoesOn(call)
    }

    @Test("as many candidates, formats, parameters and sources as pass the caps cost bounded tables")
    func asMuchAsAllowed() throws {
        let call = try running(931)
        let text = try offer(call) { description in
            for index in 0..<1300 {
                description.media[0].attributes.append(
                    SDPAttribute("candidate", "1 1 udp \(index + 1) 11.1.\(index >> 8).\(index & 255) 9 typ host"))
                description.media[1].attributes.append(SDPAttribute("ssrc", "\(index + 5) cname:x"))
                description.media[1].attributes.append(SDPAttribute("fmtp", "96 x\(index)=\(index)"))
            }
            description.media[1].formats += (0..<200).map { _ in "96" }
        }
        try call.called.peer.setRemoteDescription(.offer, text, at: call.now)
        let answer = try call.called.peer.setLocalDescription(.answer, at: call.now)
        #expect(answer.utf8.count < 20_000)
        expectGoesOn(call)
    }

    @Test("256 sections are answered in their order, and few of them become streams")
    func manySections() throws {
        let call = try running(932)
        let text = try offer(call) { description in
            let first = description.media[0]
            var mids = ["0", "1"]
            for index in 2..<250 {
                var section = first
                section.attributes = section.attributes.map {
                    $0.name == "mid" ? SDPAttribute("mid", "m\(index)") : $0
                }
                section.attributes.removeAll { $0.name == "ssrc" }
                description.media.append(section)
                mids.append("m\(index)")
            }
            description.attributes = description.attributes.map {
                $0.name == "group" ? SDPAttribute("group", "BUNDLE " + mids.joined(separator: " ")) : $0
            }
        }
        do {
            try call.called.peer.setRemoteDescription(.offer, text, at: call.now)
            let answer = try SessionDescription(
                parsing: call.called.peer.setLocalDescription(.answer, at: call.now))
            #expect(answer.media.count == 250)
        } catch let error as WireError {
            Issue.record("\(error)")
        } catch { /* More than this implementation takes is a refusal. */  }
        expectGoesOn(call)
    }

    // libnice issue 181 (fix e4d83802): priority 0; libnice fix 1a7b83a3: TCP without its type. Both ended the process.
    @Test("candidates that have ended other people's processes are malformed here")
    func candidates() throws {
        let call = try running(933)
        let texts = [
            "candidate:1 1 udp 0 10.0.0.9 9 typ host", "candidate:1 1 tcp 1 10.0.0.9 9 typ host",
            "candidate:1 1 udp 1 10.0.0.9 9 typ host tcptype active", "candidate:1 1 udp 1 10.0.0.9 0 typ host",
            "candidate:1 1 udp 1 10.0.0.9 9 typ host\r\na=evil", "candidate:1 1 udp 1 10.0.0.9 9 typ host\n",
            "candidate:1 1 udp 4294967296 10.0.0.9 9 typ host", "candidate:1 1 udp 1 10.0.0.9 65536 typ host",
            "candidate:1 0 udp 1 10.0.0.9 9 typ host", "candidate:1 1 udp -1 10.0.0.9 9 typ host",
            "candidate:\u{0} 1 udp 1 10.0.0.9 9 typ host", "candidate:1 1 udp 1 evil.example.org 9 typ host",
            "candidate:1 1 udp 1 10.0.0.9 9 typ host x", "candidate", " ", "\r\n",
        ]
        for text in texts {
            let trickled = TrickledCandidate(candidate: text, mid: "0", mLineIndex: 0, usernameFragment: nil)
            #expect(throws: WireError.self, "\(text)") {
                try call.called.peer.addICECandidate(trickled, at: call.now)
            }
        }
        expectGoesOn(call)
    }

    @Test("ten thousand candidates before there is a description are kept up to a cap")
    func earlyCandidates() throws {
        let call = try SimulatedCall(seed: 934)
        for index in 0..<10_000 {
            let text = "candidate:1 1 udp \(index + 1) 11.1.\(index >> 8).\(index & 255) 9 typ host"
            try call.called.peer.addICECandidate(
                TrickledCandidate(candidate: text, mid: "0", mLineIndex: 0, usernameFragment: nil), at: call.now)
        }
        #expect(Footprint(of: call.called.peer).largestTable.count <= 512)
        try call.connect()
        call.run(for: .seconds(2))
        #expect(call.called.peer.connectionState == .connected)
    }

    // SDP injection: a line break in a text of the far side's must not become a line of ours.
    @Test("a line break, of whatever kind, anywhere in an offer does not get a line into our answer")
    func lineBreaks() throws {
        let source = try SimulatedCall(seed: 935)
        source.caller.peer.addTransceiver(.audio, direction: .sendrecv)
        source.caller.peer.addTransceiver(.video, direction: .sendrecv)
        source.caller.peer.addDataSection()
        let offer = try source.caller.peer.setLocalDescription(.offer, at: source.now)
        let lines = offer.split(separator: "\r\n").map(String.init)
        var refused = 0
        for (index, line) in lines.enumerated() {
            for text in [
                "\r\na=evil:1", "\na=evil:1", "\ra=evil:1", "\u{0}a=evil:1", "\u{85}a=evil:1", "\u{2028}a=evil:1",
            ] {
                let cuts = [line.count, line.count / 2]
                for cut in cuts {
                    var changed = lines
                    changed[index] = line.prefix(cut) + text + line.dropFirst(cut)
                    var session = Descriptions.answerer()
                    do {
                        try session.setRemote(.offer, changed.map { $0 + "\r\n" }.joined())
                    } catch {
                        refused += 1
                        continue
                    }
                    let answer = try Descriptions.answer(from: &session)
                    #expect(!answer.utf8.split(separator: 10).contains { $0.starts(with: "a=evil".utf8) })
                    #expect(!answer.utf8.contains(0))
                    #expect(try SessionDescription(parsing: answer).text == answer)
                }
            }
        }
        #expect(refused > lines.count)
    }
}
