import CNetworks
import Foundation
import LinkSupport
import RTC

// The link of `TunnelledLink`: two networks, and the way of every packet between them.
// usage: LinkForwarder [--try]    commands on standard input, reports on standard output, until the input ends

func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
}

func tell(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}

/// The link at work; nothing here waits but `run`.
struct Forwarder {
    private let ends: [Computer]
    private var ways = TunnelledLink.Direction.allCases.map(Way.init)
    private var nextSample = now()
    private var sampleCount = 0
    private var input: [UInt8] = []
    private var commandCount = 0

    init() throws { ends = try TunnelledLink.End.allCases.map(Computer.init) }

    /// Until the standard input ends.
    mutating func run() {
        var waiting = [STDIN_FILENO, ends[0].tunnel, ends[1].tunnel].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        repeat {
            carry()
            let next = ways.compactMap(\.nextTimeout).reduce(nextSample, min)
            CNetworks_wait(&waiting, 3, max((next - now()).wholeMicroseconds, 0))
        } while waiting[0].revents == 0 || takeInput()
        for end in ends { end.endEverybody() }
    }

    private mutating func carry() {
        for way in ways.indices {
            while let packet = ends[way].read() { ways[way].send(packet, at: now()) }
            while let packet = ways[way].arrive(at: now()) { ends[1 - way].write(packet) }
        }
        guard nextSample <= now() else { return }
        for way in ways.indices { ways[way].sample(at: now()) }
        nextSample = nextSample + .milliseconds(1000 / LinkReport.samplesPerSecond)
        sampleCount += 1
        guard sampleCount.isMultiple(of: 10) else { return }
        for way in ways.indices {
            guard let line = try? JSONEncoder().encode(ways[way].takeReport()) else { continue }
            tell(String(decoding: line, as: UTF8.self))
        }
    }

    /// What came before a command does not feel it. False at the end of all commands.
    private mutating func takeInput() -> Bool {
        carry()
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        guard count > 0 else { return false }
        input += buffer[..<count]
        while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Data(input[..<end])
            input.removeSubrange(...end)
            guard let command = try? JSONDecoder().decode(LinkCommand.self, from: line) else { continue }
            for (way, direction) in TunnelledLink.Direction.allCases.enumerated()
            where command.direction == nil || command.direction == direction {
                ways[way].set(command.conditions, at: now())
            }
            commandCount += 1
            tell("done \(commandCount)")
        }
        return true
    }
}

do {
    var forwarder = try Forwarder()
    if CommandLine.arguments.contains("--try") { exit(0) }
    // A link is never late because a processor is busy with its users. Where that is not allowed, it is as good as it can.
    _ = CNetworks_hurry()
    tell("ready")
    forwarder.run()
} catch {
    FileHandle.standardError.write(Data("LinkForwarder: \(error)\n".utf8))
    exit(1)
}
