// swift-tools-version: 6.3
import PackageDescription

// The parsers that a stranger can reach, and what drives them under libFuzzer and the sanitizers: a package of its own, so
// that `make build` and `make test` know nothing of it. Tests/Fuzz/prepare.sh puts it into .build/fuzz, beside a link `tree`
// to the sources. Of Sockets, Rendezvous and Conference only the files that need no sockets, TLS or devices are built.

let common: [SwiftSetting] = [
    "ExistentialAny", "MemberImportVisibility", "NonisolatedNonsendingByDefault", "InferIsolatedConformances",
].map { .enableUpcomingFeature($0) }

func cLibrary(_ name: String, pkgConfig: String) -> Target {
    .systemLibrary(name: name, path: "tree/Sources/CLibraries/\(name)", pkgConfig: pkgConfig)
}

func module(
    _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, sources: [String]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "tree/\(path ?? "Sources/\(name)")", sources: sources,
        swiftSettings: common)
}

let package = Package(
    name: "causerie-fuzz",
    dependencies: [.package(url: "https://github.com/apple/swift-nio", from: "2.101.2")],
    targets: [
        cLibrary("CSRTP", pkgConfig: "libsrtp2"),
        cLibrary("COpenSSL", pkgConfig: "openssl"),
        cLibrary("CUsrsctp", pkgConfig: "usrsctp"),
        cLibrary("CZlib", pkgConfig: "zlib"),
        module("Wire", []),
        module("RTC", ["Wire", "COpenSSL", "CSRTP", "CUsrsctp"]),
        module(
            "Sockets", ["CZlib", .product(name: "NIOCore", package: "swift-nio")],
            sources: [
                "Common/NumericAddress.swift", "Common/SocketEndpoint.swift", "Common/SocketError.swift", "Messages",
                "Proxy/SOCKS5Handshake.swift", "WebSocket/Compression", "WebSocket/Framing", "WebSocket/Handshake",
                "WebSocket/Connection/MessageAssembler.swift", "WebSocket/Connection/MessageEncoder.swift",
                "WebSocket/Connection/SharedMessage.swift",
                "WebSocket/Connection/WebSocketConnectionState.swift", "WebSocket/Connection/WebSocketMessage.swift",
                "WebSocket/Connection/WebSocketOptions.swift",
            ]),
        module(
            "Rendezvous", ["Sockets"],
            sources: ["JSON", "Signal/DisplayName.swift", "Signal/SignalRooms.swift"]),
        module(
            "Conference", ["RTC", "Wire", .product(name: "NIOCore", package: "swift-nio")],
            sources: [
                "Signaling/SignalingMessage.swift", "Signaling/SignalingMessage+JSON.swift",
                "Signaling/SignalingMessage+Presence.swift", "Signaling/SignalingEnvelope.swift",
                "Signaling/SignalingText.swift", "Model/MediaSet.swift", "Presence/Presence.swift",
                "Model/EndReason.swift", "Conversation/ConversationIdentifier.swift",
                "Conversation/ConversationFrame.swift", "Files/FileFrame.swift", "Files/FileIndex.swift",
                "Files/FileControl.swift", "Files/FileLayout.swift", "Files/FileName.swift", "Files/FileProblem.swift",
                "Rendezvous/TunnelParcel.swift",
            ]),
        module(
            "FuzzTargets",
            [
                "Conference", "Rendezvous", "RTC", "Sockets", "Wire", .product(name: "NIOCore", package: "swift-nio"),
            ], path: "Tests/Fuzz/Sources/Targets"),
        .executableTarget(
            name: "Fuzz", dependencies: ["FuzzTargets"], path: "tree/Tests/Fuzz/Program", swiftSettings: common),
    ]
)
