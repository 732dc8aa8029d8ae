import Foundation
import Programs

/// How many bytes a second go through a relay.
enum RelayBench {
    /// Megabytes a second through a relay that is started with the port to listen on and the one to forward to.
    static func measure(total: Int, _ start: (_ listen: Int, _ target: Int) throws -> RunningProgram) throws -> Double {
        let (sink, target) = try PlainSocket.listen()
        defer { sink.close() }
        let listen = try PlainSocket.freePort()
        let relay = try start(listen, target)
        defer { relay.send(SIGKILL) }
        let socket = try PlainSocket.connect(port: listen)
        let far = try sink.accept()
        let begin = ContinuousClock.now
        Thread.detachNewThread {
            let piece = [UInt8](repeating: 0x61, count: 1 << 18)
            for _ in 0..<total / piece.count { guard (try? socket.write(piece)) != nil else { break } }
            socket.finishWriting()
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        var received = 0
        while case let count = try far.read(into: buffer), count > 0 { received += count }
        let seconds = begin.duration(to: .now).seconds
        far.close()
        socket.close()
        guard received == total / (1 << 18) * (1 << 18) else { throw PlainSocket.Failure("\(received) of \(total)") }
        return Double(received) / seconds / 1e6
    }

    /// Our relay, its log thrown away.
    static func trace(log: String) -> (Int, Int) throws -> RunningProgram {
        { listen, target in
            let program = try Program.built("causerie-trace").path
            let command = """
                exec '\(program)' --listen \(listen) --address 127.0.0.1 --to 127.0.0.1:\(target) --log \(log) >/dev/null
                """
            return try RunningProgram(URL(fileURLWithPath: "/bin/sh"), ["-c", command])
        }
    }

    /// socat, likewise; `-v` writes text, `-x` hexadecimal, to standard error.
    static func socat(_ option: String = "") -> (Int, Int) throws -> RunningProgram {
        { listen, target in
            let command = """
                exec socat -b 65536 \(option) TCP4-LISTEN:\(listen),bind=127.0.0.1,reuseaddr TCP4:127.0.0.1:\(target) \
                2>/dev/null
                """
            return try RunningProgram(URL(fileURLWithPath: "/bin/sh"), ["-c", command])
        }
    }
}
