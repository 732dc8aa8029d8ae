import Conference

/// A network as a scene shows it.
extension Example {
    static let network: NetworkSettings = {
        var network = servers
        network.lanOnly = true
        return network
    }()

    static let sent = [
        SentLocally(interface: "eth0", packets: 4711), SentLocally(interface: "lo", packets: 12),
        SentLocally(interface: "multicast", packets: 2),
    ]

    private static let servers = NetworkSettings(
        servers: [
            .init("stun:stun.example.org:3478"),
            .init("turn:turn.example.org:3478?transport=udp", user: "ann", password: "secret"),
            .init("turns:turn.example.org:5349?transport=tcp", user: "ann"),
        ], interfaces: ["eth0"], mediaPorts: 50000...50100)

    static let interfaces = [
        NetworkInterfaceChoice(name: "eth0", addresses: ["192.168.1.7", "2001:db8::7"]),
        NetworkInterfaceChoice(name: "wlan0", addresses: ["192.168.1.8"]),
    ]

    static let findings: [NetworkFinding] = [
        NetworkFinding(
            "interface eth0", Phrase("Network interface {name}", ["name": "eth0"]), .ok,
            Phrase("{addresses}", ["addresses": "192.168.1.7, 2001:db8::7"])),
        NetworkFinding(
            "calls 192.168.1.7", Phrase("Calls to {address}", ["address": "192.168.1.7"]), .ok,
            Phrase(
                "This computer answers there, at port {port}. Others on this network reach it unless a firewall keeps them away.",
                ["port": "29172"])),
        NetworkFinding(
            "nat", Phrase("Address translation"), .warning,
            Phrase(
                "The router gives every other side another port: direct calls fail with many, so a TURN server is needed."
            )),
        NetworkFinding(
            "turn", Phrase("TURN server {server}", ["server": "turn:turn.example.org:3478?transport=udp"]), .failed,
            Phrase("The server refuses this user or this password.")),
        NetworkFinding(
            "stun", Phrase("STUN server {server}", ["server": "stun.example.org"])),
    ]
}
