import Foundation
import Programs

/// What a WebSocket server costs and does.
struct ServerFigures {
    /// Kilobytes of memory (PSS) a client who only waits, beyond what the server has without clients.
    var kilobytesPerClient = 0.0
    /// Clients a second that are let in.
    var connectRate = 0.0
    /// Messages delivered a second, one to each of a thousand clients.
    var broadcastRate = 0.0
    /// Microseconds from sending to receiving, over the clients' own rooms.
    var echoMedian = 0.0
    var echo99 = 0.0

    static func measure(_ contender: Contender, idle: Int) throws -> ServerFigures {
        let folder = try TemporaryFolder()
        let port = try PlainSocket.freePort()
        let server = try contender.start(port: port, in: folder.url)
        defer { server.send(SIGTERM) }
        // It answers.
        try Swarm().connect(1, port: port) { _ in contender.idlePath }
        usleep(500_000)
        var figures = ServerFigures()
        do {
            let swarm = Swarm()
            let before = ProcessUsage.of(tree: server.processIdentifier).megabytes
            let start = ContinuousClock.now
            try swarm.connect(idle, port: port) { _ in contender.idlePath }
            figures.connectRate = Double(idle) / start.duration(to: .now).seconds
            sleep(2)
            let after = ProcessUsage.of(tree: server.processIdentifier).megabytes
            figures.kilobytesPerClient = (after - before) * 1024 / Double(idle)
        }
        sleep(1)
        figures.broadcastRate = try broadcast(contender, port: port, members: 1000, rounds: 400)
        sleep(1)
        (figures.echoMedian, figures.echo99) = try echo(contender, port: port, clients: 300, rounds: 6000)
        return figures
    }

    /// Texts of 100 bytes to every member, eight under way at a time.
    private static func broadcast(_ contender: Contender, port: Int, members: Int, rounds: Int) throws -> Double {
        let swarm = Swarm()
        try swarm.connect(members, port: port) { _ in contender.roomPath }
        for place in 0..<members {
            if let greeting = contender.greeting(place) { try swarm.send(greeting, from: place) }
            if place % 50 == 49 { try swarm.settle(milliseconds: 20) }
        }
        try swarm.settle()
        let text = String(repeating: "a", count: 99) + "~"
        let start = ContinuousClock.now
        for round in 0..<rounds + 8 {
            // Each from another member: nobody says more than a server may allow.
            if round < rounds { try swarm.send(text, from: round % members) }
            guard round >= 8 else { continue }
            let lost = try swarm.receive(members)
            guard lost > 0 else { continue }
            print("\(contender.rawValue): \(lost) messages of round \(round - 8) were not delivered")
            return Double(members * (round - 7) - lost) / (start.duration(to: .now).seconds - 5)
        }
        return Double(members * rounds) / start.duration(to: .now).seconds
    }

    /// One message after the other, each from another client to itself.
    private static func echo(
        _ contender: Contender, port: Int, clients: Int, rounds: Int
    ) throws -> (Double, Double) {
        let swarm = Swarm()
        try swarm.connect(clients, port: port, path: contender.ownPath)
        for place in 0..<clients {
            if let greeting = contender.ownGreeting(place) { try swarm.send(greeting, from: place) }
        }
        try swarm.settle()
        var times: [Double] = []
        let text = contender.ownText(String(repeating: "a", count: 31) + "~")
        for round in 0..<rounds {
            let start = ContinuousClock.now
            try swarm.send(text, from: round % clients)
            try swarm.receive(at: round % clients)
            times.append(start.duration(to: .now).seconds * 1e6)
        }
        times.sort()
        return (times[times.count / 2], times[times.count * 99 / 100])
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
