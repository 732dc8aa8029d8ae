import Sockets
import Testing

@testable import Rendezvous

@Suite("Signalling at the rendezvous server") struct SignalRoomsTests {
    @Test("names are unique, the list is told at each change, and a stranger's name is never believed")
    func vocabulary() async throws {
        let server = try await RunningServer.start()
        let ann = try await server.join("/")
        #expect(try await ann.next("id")?["id"] == .integer(1))
        try await ann.send(#"{"type":"username","name":"ann","id":99,"date":1}"#)
        #expect(try await ann.next("userlist")?.json == #"{"type":"userlist","users":["ann"]}"#)
        let other = try await server.join("/signal")
        #expect(try await other.next("id")?["id"] == .integer(2))
        try await other.send(#"{"type":"username","name":"ann","id":1,"date":1}"#)
        #expect(
            try await other.next("rejectusername")?.json == #"{"id":2,"name":"ann1","type":"rejectusername"}"#)
        #expect(try await other.next("userlist")?.json == #"{"type":"userlist","users":["ann","ann1"]}"#)
        #expect(try await ann.next("userlist")?.json == #"{"type":"userlist","users":["ann","ann1"]}"#)

        try await other.send(#"{"type":"message","text":"hi <b>","id":1,"name":"ann","date":5}"#)
        let said = #"{"date":5,"id":2,"name":"ann1","text":"hi <b>","type":"message"}"#
        #expect(try await ann.next("message")?.json == said)
        #expect(try await other.next("message")?.json == said)

        // A candidate of the sample has no name; an offer could lie about it; a later version's type is relayed too.
        for type in ["video-offer", "video-answer", "new-ice-candidate", "hang-up", "ringing", "reject", "file-offer"] {
            try await ann.send(#"{"type":"\#(type)","target":"ann1","name":"ann1","extra":[1,2.50]}"#)
            #expect(
                try await other.next(type)?.json
                    == #"{"extra":[1,2.50],"name":"ann","target":"ann1","type":"\#(type)"}"#)
        }
        // What only the server says, and what is for nobody, goes nowhere.
        try await ann.send(#"{"type":"userlist","target":"ann1","users":[]}"#)
        try await ann.send(#"{"type":"hang-up","target":"nobody"}"#)
        try await ann.send(#"{"type":"hang-up"}"#)
        try await ann.send(#"{"type":"ringing","target":"ann1"}"#)
        #expect(try await other.next()?["type"] == .string("ringing"))
        await ann.close()
        #expect(try await other.next("userlist")?.json == #"{"type":"userlist","users":["ann1"]}"#)
        await server.stop()
    }

    @Test("rooms do not hear each other")
    func rooms() async throws {
        let server = try await RunningServer.start()
        let garden = try await server.join("/signal?room=the%20garden", as: "ann")
        let kitchen = try await server.join("/signal?room=kitchen", as: "ann")
        try await kitchen.send(#"{"type":"message","text":"soup"}"#)
        try await garden.send(#"{"type":"message","text":"roses"}"#)
        #expect(try await garden.next("message")?["text"] == .string("roses"))
        #expect(try await kitchen.next("message")?["text"] == .string("soup"))
        let long = String(repeating: "a", count: 65)
        await #expect(throws: SocketError.self) { try await server.join("/signal?room=\(long)") }
        await server.stop()
    }

    @Test(
        "what is not of the protocol closes with a reason",
        arguments: [
            ("{", WebSocketCloseCode.policyViolation), ("[]", .policyViolation), (#"{"type":5}"#, .policyViolation),
            (#"{"a":1,"a":2}"#, .policyViolation), (String(repeating: "[", count: 200_000), .policyViolation),
            (#"{"type":"message","text":""# + String(repeating: "a", count: 20_000) + "\"}", .policyViolation),
            (String(repeating: " ", count: (256 << 10) + 1), .messageTooBig),
        ])
    func offences(text: String, code: WebSocketCloseCode) async throws {
        let server = try await RunningServer.start()
        let client = try await server.join("/signal", as: "ann")
        try await client.send(text)
        while try await client.next() != nil {}
        #expect(client.socket.closure?.code == code)
        #expect(client.socket.closure?.reason.isEmpty == false)
        await server.stop()
    }

    @Test("more than 50 frames a second close with a reason, bytes too")
    func rate() async throws {
        let server = try await RunningServer.start()
        let client = try await server.join("/signal")
        for _ in 0..<100 { client.socket.post(.text(#"{"type":"x"}"#)) }
        while try await client.next() != nil {}
        #expect(client.socket.closure?.reason == "more than 50 frames a second")
        let binary = try await server.join("/signal")
        binary.socket.post(.binary([1]))
        while try await binary.next() != nil {}
        #expect(binary.socket.closure?.code == .unsupportedData)
        await server.stop()
    }

    @Test("a room has room for a hundred, and a connection for sixteen names")
    func bounds() async throws {
        let rooms = SignalRooms()
        for key in 0..<UInt64(SignalRooms.roomLimit) { try await rooms.enter(key, room: "a") { _ in } }
        await #expect(throws: SignalRooms.Offence.self) { try await rooms.enter(1000, room: "a") { _ in } }
        try await rooms.enter(1000, room: "b") { _ in }
        for _ in 0..<SignalRooms.renameLimit { try await rooms.take(#"{"type":"username","name":"a"}"#, from: 1) }
        await #expect(throws: SignalRooms.Offence.self) {
            try await rooms.take(#"{"type":"username","name":"a"}"#, from: 1)
        }
    }

    @Test(
        "names",
        arguments: [
            ("ann", "ann"), ("  a\u{202E}b\nc ", "abc"), ("<b>\"&", "b"), ("", nil), ("\u{200F}", nil),
            (String(repeating: "x", count: 99), String(repeating: "x", count: 32)),
            ("a" + String(repeating: "\u{301}", count: 500), nil),
        ] as [(String, String?)])
    func names(wish: String, name: String?) { #expect(DisplayName.clean(wish) == name) }

    @Test("whatever comes, the rooms stand")
    func fuzz() async throws {
        let rooms = SignalRooms()
        try await rooms.enter(1, room: "") { _ in }
        var generator = SplitMix(seed: 7)
        let seeds = [
            #"{"type":"username","name":"a\ud83d\ude00b"}"#, #"{"type":"message","text":"x","date":1e9}"#,
            #"{"type":"video-offer","target":"a","sdp":{"type":"offer","sdp":"v=0\r\n"},"n":[null,true,-0.5]}"#,
        ]
        for round in 0..<3000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0...Int.random(in: 0...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            try? await rooms.take(text, from: 1)
            if let value = try? JSONReader.read(text) { #expect(try JSONReader.read(value.json) == value) }
        }
    }
}

/// The same numbers each time.
private struct SplitMix: RandomNumberGenerator {
    var seed: UInt64

    mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var value = seed
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
