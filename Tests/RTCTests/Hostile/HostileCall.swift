import TestSupport
import Testing
import Wire

@testable import RTC

/// A running call with sound and picture whose called side is attacked: by strangers, or by a caller who has all keys.
final class HostileCall {
    let call: SimulatedCall

    /// - Parameter data: with a data channel, which only tests of the serialized suite may have.
    init(seed: UInt64, data: Bool = false) throws {
        call = try SimulatedCall(seed: seed)
        if data { try call.caller.peer.openDataChannel(DataChannelOptions(label: "talk"), at: call.now) }
        try call.connect(data: data)
        call.sendsMedia = true
        call.run(for: .seconds(3))
        try #require(call.called.peer.connectionState == .connected)
    }

    var attacker: PeerConnection { call.caller.peer }
    var victim: PeerConnection { call.called.peer }

    func deliver(_ bytes: [UInt8], from source: TransportAddress? = nil) {
        victim.receive(bytes, from: source ?? call.caller.address, to: call.called.address, at: call.now)
    }

    /// RTP under the right keys.
    func deliver(rtp bytes: [UInt8]) {
        var packet = bytes
        if attacker.outboundSRTP?.protectRTP(&packet) == true { deliver(packet) }
    }

    /// RTCP under the right keys.
    func deliver(rtcp bytes: [UInt8]) {
        var packet = bytes
        if attacker.outboundSRTP?.protectRTCP(&packet) == true { deliver(packet) }
    }

    /// Whatever goes through DTLS.
    func deliver(applicationData bytes: [UInt8]) {
        attacker.dtls?.send(bytes)
        while let record = attacker.dtls?.pollTransmit() { deliver(record) }
    }

    /// What the victim wants sent, taken away from the network.
    func takeTransmits() -> [[UInt8]] {
        var found: [[UInt8]] = []
        while let transmit = victim.pollTransmit(at: call.now) { found.append(transmit.bytes) }
        return found
    }

    /// No table has grown beyond what a call needs, however much was sent.
    func expectBounded(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
        let footprint = Footprint(of: victim)
        #expect(footprint.largestTable.count <= 8192, comment, sourceLocation: sourceLocation)
        #expect(footprint.elements < 40_000, comment, sourceLocation: sourceLocation)
        #expect(footprint.bytes < 8 << 20, comment, sourceLocation: sourceLocation)
    }

    /// After a moment to settle, sound and picture go both ways as before.
    func expectUnharmed(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
        expectBounded(comment, sourceLocation: sourceLocation)
        call.run(for: .seconds(5))
        let before = [call.caller, call.called].map { ($0.audio.count, $0.video.count) }
        call.run(for: .seconds(3))
        for (side, (audio, video)) in zip([call.caller, call.called], before) {
            #expect(side.peer.connectionState == .connected, comment, sourceLocation: sourceLocation)
            #expect(side.audio.count - audio > 140, comment, sourceLocation: sourceLocation)
            #expect(side.video.count - video > 80, comment, sourceLocation: sourceLocation)
        }
        expectBounded(comment, sourceLocation: sourceLocation)
    }

    /// The data channel carries a text.
    func expectMessages(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let opened = call.called.channelEvents.compactMap { if case .opened(let id, _) = $0 { id } else { nil } }
        let id = try #require(opened.first, comment, sourceLocation: sourceLocation)
        try victim.send(text: "still here", on: id, at: call.now)
        call.run(for: .seconds(3))
        #expect(
            call.caller.channelEvents.contains(.text(id: id, "still here")), comment, sourceLocation: sourceLocation)
    }
}
