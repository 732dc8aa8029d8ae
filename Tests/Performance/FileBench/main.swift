import Foundation

// Sends one file between two instances, directly and through a call's data channel, beside plain TLS, scp and Chromium's data
// channel with as many bytes; then what a file does to the sound of the call that carries it. Everything is in memory (/dev/shm), so that no disk is measured.
// usage: FileBench [MEBIBYTES]

func show(_ name: String, _ seconds: Double?, _ size: Int, against peer: Double? = nil) {
    let text = { (value: Double?) in value.map { String(format: "%8.2f", $0) } ?? "       -" }
    let rate = seconds.map { Double(size) / 1e6 / $0 }
    let ratio = seconds.flatMap { own in peer.map { $0 / own } }
    print(name.padding(toLength: 36, withPad: " ", startingAt: 0), text(seconds), text(rate), text(ratio))
}

let mebibytes = CommandLine.arguments.dropFirst().compactMap { Int($0) }.first ?? 1024
do {
    let folder = URL(fileURLWithPath: "/dev/shm/causerie-bench-\(getpid())")
    let received = folder.appendingPathComponent("received")
    try FileManager.default.createDirectory(at: received, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (file, small) = (folder.appendingPathComponent("file"), folder.appendingPathComponent("small"))
    let (size, smallSize) = (mebibytes << 20, min(mebibytes, 128) << 20)
    var random = SystemRandomNumberGenerator()
    let block = (0..<(1 << 17)).map { _ in random.next() }.withUnsafeBytes { Data($0) }
    for (url, count) in [(file, size >> 20), (small, smallSize >> 20)] {
        try Data().write(to: url)
        let handle = try FileHandle(forWritingTo: url)
        for _ in 0..<count { try handle.write(contentsOf: block) }
        try handle.close()
    }
    let title = "\nFiles, \(mebibytes) MiB".padding(toLength: 37, withPad: " ", startingAt: 0)
    print(title, " seconds     MB/s  of plain TLS")
    let plain = try await Peers.openSSL(file, in: folder, port: 29_541)
    show("openssl s_client to s_server", plain, size)
    show("scp", try await Peers.secureCopy(file, in: folder, port: 29_542), size, against: plain)
    let transfer = try await InstanceTransfer(into: received)
    show("Causerie, direct, checked by SHA-256", try await transfer.send(file), size, against: plain)
    try await transfer.useDataChannel()
    print(
        "\nData channels, \(smallSize >> 20) MiB".padding(toLength: 37, withPad: " ", startingAt: 0),
        " seconds     MB/s  of Chromium")
    let browser = try await BrowserTransfer.send(smallSize)
    show("Chromium to Chromium", browser, smallSize)
    show("Causerie, checked by SHA-256", try await transfer.send(small), smallSize, against: browser)
    let call = try await InstanceTransfer(into: received, microphone: "test-tone")
    let (alone, beside) = try await call.soundBeside(file, seconds: 10)
    print("\nSound over 10 Mbit/s     concealed   longest round trip, ms   file, Mbit/s")
    for (name, sound) in [("alone", alone), ("beside a file", beside)] {
        print(
            name.padding(toLength: 24, withPad: " ", startingAt: 0),
            String(
                format: "%7.2f %%   %8.1f                 %6.1f", sound.concealedShare * 100, sound.roundTripTime,
                sound.fileRate * 8 / 1e6))
    }
} catch {
    FileHandle.standardError.write(Data("FileBench: \(error)\n".utf8))
    exit(1)
}
