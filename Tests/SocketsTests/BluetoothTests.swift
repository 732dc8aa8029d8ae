import Foundation
import Glibc
import NIOCore
import NIOPosix
import Programs
import Testing

@testable import Sockets

@Suite("Bluetooth and infrared", .timeLimit(.minutes(1))) struct BluetoothTests {
    /// Every Linux since 4.17, and this one too: the error has to say it in words.
    @Test("infrared sockets do not exist on this kernel, and the error says so")
    func infrared() async {
        let connecting = await #expect(throws: SocketError.self) {
            try await SocketConnection.connectInfrared(to: "Chat")
        }
        let creating = await #expect(throws: SocketError.self) {
            try await SocketServer.listenInfrared(service: "Chat")
        }
        for error in [connecting, creating] {
            #expect(error?.kind == .unavailable)
            #expect(error?.detail.contains("AF_IRDA") == true)
            #expect(error?.detail.contains("4.17") == true)
        }
    }

    /// With a kernel that has Bluetooth but no such device nearby, the error is the network's.
    @Test("Bluetooth without kernel support says so, without the device says that")
    func bluetooth() async {
        let error = await #expect(throws: SocketError.self) {
            try await SocketConnection.connectBluetooth(
                to: "02:00:00:00:00:01", channel: 1, within: .milliseconds(100))
        }
        #expect(error?.peer == SocketEndpoint(host: "02:00:00:00:00:01", port: 1))
        if error?.kind == .unavailable {
            #expect(error?.detail.contains("AF_BLUETOOTH") == true)
            let created = await kind { () async throws(SocketError) in
                try await SocketServer.listenBluetooth(channel: 1)
            }
            #expect(created == .unavailable)
        }
    }

    @Test("addresses have the kernel's form")
    func addresses() throws {
        #expect(
            try DeviceAddress.bluetooth("01:23:45:67:89:ab", channel: 3)
                == [31, 0, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01, 3, 0])
        #expect(try DeviceAddress.bluetooth("", channel: 30) == [31, 0, 0, 0, 0, 0, 0, 0, 30, 0])
        #expect(try DeviceAddress.infrared(service: "Chat").count == 36)
        #expect(try DeviceAddress.infrared(service: "Chat")[8..<13] == [67, 104, 97, 116, 0])
    }

    @Test(
        "what is no address is told",
        arguments: [
            "01:23:45:67:89", "01:23:45:67:89:GG", "01-23-45-67-89-AB", "1:23:45:67:89:AB", "0x:+1:45:67:89:A",
        ]
    )
    func badAddresses(device: String) {
        #expect(throws: SocketError.self) { try DeviceAddress.bluetooth(device, channel: 1) }
    }

    @Test("channels and services out of range are told")
    func ranges() {
        #expect(throws: SocketError.self) { try DeviceAddress.bluetooth("", channel: 0) }
        #expect(throws: SocketError.self) { try DeviceAddress.bluetooth("", channel: 31) }
        #expect(throws: SocketError.self) { try DeviceAddress.infrared(service: "") }
        #expect(throws: SocketError.self) { try DeviceAddress.infrared(service: String(repeating: "x", count: 25)) }
    }

    /// What Bluetooth's sockets go through, with the one other family that this kernel is sure to have: a descriptor
    /// from outside, and peers without address and port.
    @Test("a server on a descriptor of another family serves peers that have no address")
    func foreignDescriptor() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("socket").path
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        let options = SocketOptions(nagle: false)
        let arrivals = SocketQueue<SocketServer.Arrival>(capacity: 4)
        let channel = try await SocketListener(options: options).open(descriptor: descriptor) { server in
            try server.pipeline.syncOperations.addHandler(ArrivalGate(arrivals: arrivals))
        } setUp: { client in
            try SocketServer.setUp(client, options: options, arrivals: arrivals)
        }
        let server = SocketServer(channel: channel, arrivals: arrivals, options: options, mode: .sizeHeader())
        #expect(server.local == nil)
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path).get()
        try await client.writeAndFlush(ByteBuffer(string: "5\r\nhello"))
        let accepted = try await server.accept()
        #expect(accepted.peer == nil)
        #expect(try await accepted.readText() == "hello")
        try await client.close()
        #expect(await kind { () async throws(SocketError) in try await accepted.read() } == .closedByPeer)
        await server.closeAll()
    }
}
