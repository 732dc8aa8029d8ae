// swift-tools-version: 6.3;(experimentalCGen)
import PackageDescription

// Settings once: every Swift target is built with the same upcoming features, in Swift 6 mode.
let common: [SwiftSetting] = [
    "ExistentialAny", "MemberImportVisibility", "NonisolatedNonsendingByDefault", "InferIsolatedConformances",
].map { .enableUpcomingFeature($0) }

/// GTK and D-Bus live on the main thread: there, a declaration without a word of its own belongs to the main actor.
let mainThread: [SwiftSetting] = common + [.defaultIsolation(MainActor.self)]

func cLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func module(_ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = common) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: settings)
}

func program(
    _ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = mainThread
) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: settings)
}

/// A program that a test starts, because the test runner keeps the process's main thread to itself.
func testHost(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: mainThread)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(path ?? name)", exclude: exclude, swiftSettings: common)
}

func nio(_ names: String...) -> [Target.Dependency] {
    let packages = ["NIOSOCKS": "swift-nio-extras", "NIOSSL": "swift-nio-ssl"]
    return names.map { .product(name: $0, package: packages[$0] ?? "swift-nio") }
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "causerie",
    products: [
        .executable(name: "causerie", targets: ["causerie"]),
        .executable(name: "causeriectl", targets: ["causeriectl"]),
        .executable(name: "causerie-server", targets: ["causerie-server"]),
        .executable(name: "causerie-trace", targets: ["causerie-trace"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        cLibrary("CGLib", pkgConfig: "gio-unix-2.0", apt: "libglib2.0-dev"),
        cLibrary("CGtk", pkgConfig: "libadwaita-1", apt: "libadwaita-1-dev"),
        cLibrary("COpus", pkgConfig: "opus", apt: "libopus-dev"),
        cLibrary("CVPX", pkgConfig: "vpx", apt: "libvpx-dev"),
        cLibrary("CV4L", pkgConfig: "libv4l2", apt: "libv4l-dev"),
        cLibrary("CPulse", pkgConfig: "libpulse", apt: "libpulse-dev"),
        cLibrary("CSRTP", pkgConfig: "libsrtp2", apt: "libsrtp2-dev"),
        cLibrary("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
        cLibrary("CUsrsctp", pkgConfig: "usrsctp", apt: "libusrsctp-dev"),
        cLibrary("CLinux", apt: "libc6-dev"),
        cLibrary("CYUV", apt: "libyuv-dev"),
        cLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),

        module("Wire", []),
        module("RTC", ["Wire", "COpenSSL", "CSRTP", "CUsrsctp"]),
        module("Transport", ["RTC", "Wire", log] + nio("NIOCore", "NIOPosix", "NIOSSL", "NIOTLS")),
        module("Media", ["COpus", "CVPX", "CV4L", "CPulse", "CYUV", "CLinux", "CAudioProcessing", log]),
        .target(
            name: "CAudioProcessing", path: "Sources/CLibraries/CAudioProcessing",
            cxxSettings: [
                .define("WEBRTC_AUDIO_PROCESSING_ONLY_BUILD"), .define("WEBRTC_POSIX"),
                .unsafeFlags(["-I/usr/include/webrtc_audio_processing"]),
            ],
            linkerSettings: [.linkedLibrary("webrtc_audio_processing"), .linkedLibrary("stdc++")]),
        module(
            "Conference",
            ["Media", "RTC", "Sockets", "Transport", "Wire", database, log]
                + nio("NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket", "NIOSSL")),

        module("Sockets", ["CZlib"] + nio("NIOCore", "NIOPosix", "NIOTLS", "NIOHTTP1", "NIOWebSocket", "NIOSSL")),

        module("Rendezvous", ["Sockets", arguments, log]),
        program("causerie-server", ["Rendezvous"], settings: common),

        .target(name: "CGLibShim", dependencies: ["CGLib"], path: "Sources/CLibraries/CGLibShim"),
        .target(name: "CGtkShim", dependencies: ["CGtk"], path: "Sources/CLibraries/CGtkShim"),
        .target(
            name: "CResources", dependencies: ["CGLib"], path: "Sources/CLibraries/CResources",
            plugins: ["GLibResources"]),
        .plugin(name: "GLibResources", capability: .buildTool(), path: "Sources/Plugins/GLibResources"),
        module("GLibKit", ["CGLib", "CGLibShim"], settings: mainThread),
        .target(name: "BusClient", dependencies: ["GLibKit"], path: "Sources/Bus/Client", swiftSettings: mainThread),
        .target(
            name: "Bus", dependencies: ["BusClient", "Conference", "GLibKit", "Media", "RTC"],
            path: "Sources/Bus/Service", resources: [.embedInCode("Interfaces")], swiftSettings: mainThread),
        module("GtkKit", ["GLibKit", "CGLib", "CGtk", "CGtkShim"], settings: mainThread),
        module(
            "CauserieApp",
            [
                "Bus", "BusClient", "Conference", "GLibKit", "GtkKit", "Media", "RTC", "Sockets", "CGLib", "CGtk",
                "CResources", arguments, log,
            ],
            settings: mainThread),
        program("causerie", ["CauserieApp"]),
        program("causerie-trace", ["Sockets", arguments], settings: common),
        // Without the model, so that it starts at once; its commands are values that no thread owns.
        program("causeriectl", ["BusClient", "GLibKit", arguments], settings: common),

        .target(
            name: "TestSupport", dependencies: ["RTC", "Wire"], path: "Tests/Support/TestSupport",
            swiftSettings: common),
        .target(
            name: "BrowserSupport",
            dependencies: ["LinkSupport"] + nio("NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"),
            path: "Tests/Support/BrowserSupport", swiftSettings: common),
        // A link between two networks of this machine: a program that forwards, and what starts it.
        .target(name: "CNetworks", path: "Tests/Support/CNetworks"),
        .target(
            name: "LinkSupport", dependencies: ["CNetworks", "Programs"], path: "Tests/Support/LinkSupport",
            swiftSettings: common),
        .executableTarget(
            name: "LinkForwarder", dependencies: ["CNetworks", "LinkSupport", "Programs", "RTC", "TestSupport"],
            path: "Tests/Support/LinkForwarder", swiftSettings: common),
        .executableTarget(
            name: "CallBench", dependencies: ["BrowserSupport", "Devices", "Instances", "LinkSupport", "Programs"],
            path: "Tests/Performance/CallBench",
            swiftSettings: common),
        .executableTarget(
            name: "SetupBench", dependencies: ["BrowserSupport", "Instances", "LinkSupport", "Programs"],
            path: "Tests/Performance/SetupBench", swiftSettings: common),
        .executableTarget(
            name: "FileBench", dependencies: ["BrowserSupport", "Instances", "Programs"],
            path: "Tests/Performance/FileBench",
            swiftSettings: common),
        .executableTarget(
            name: "SocketBench", dependencies: ["Programs", "Sockets"], path: "Tests/Performance/SocketBench",
            exclude: ["peer.py"], swiftSettings: common),
        tests("WireTests", ["Wire", "TestSupport"], exclude: ["Fixtures"]),
        tests("RTCTests", ["RTC", "Wire", "TestSupport"]),
        // What libFuzzer drives in the package of its own in Tests/Fuzz, and here from the corpora.
        tests(
            "CorpusTests",
            ["Conference", "Rendezvous", "RTC", "Sockets", "Wire"] + nio("NIOCore"), path: "Fuzz/Sources"),
        tests("TransportTests", ["Transport", "RTC", "Wire", log] + nio("NIOCore", "NIOPosix")),
        tests("PictureTests", ["CYUV", "Media", "RTC", "TestSupport", "Wire"]),
        tests("MediaTests", ["Devices", "Media", "Programs", "RTC", "TestSupport", "Wire", log]),
        tests(
            "ConferenceTests",
            ["Conference", "Media", "RTC", "Rendezvous", "Sockets", "Transport", "Wire", database, log]
                + nio("NIOCore", "NIOPosix", "NIOSSL", "NIOWebSocket")),
        tests(
            "SocketsTests",
            ["Sockets", "Programs", "TestSupport", "causerie-trace"]
                + nio("NIOCore", "NIOEmbedded", "NIOPosix", "NIOHTTP1", "NIOWebSocket", "NIOSOCKS", "NIOSSL")),
        tests(
            "WebSocketTests",
            ["BrowserSupport", "Programs", "Sockets"] + nio("NIOCore", "NIOPosix")),
        tests("RendezvousTests", ["BrowserSupport", "Programs", "Rendezvous", "Sockets", "causerie-server", log]),
        .target(name: "Programs", path: "Tests/Support/Programs", swiftSettings: common),
        testHost("GLibTestHost", ["GLibKit", "CGLib"]),
        tests("GLibKitTests", ["GLibKit", "GLibTestHost", "CGLib", "Programs"]),
        testHost("BusTestHost", ["Bus", "Conference", "GLibKit", "Media", log]),
        tests(
            "BusTests",
            ["Bus", "BusClient", "GLibKit", "Programs", "BusTestHost", "GLibTestHost", "causerie", "causeriectl"]),
        .target(
            name: "Instances", dependencies: ["Programs"], path: "Tests/Support/Instances", swiftSettings: common),
        .target(name: "Devices", dependencies: ["Programs"], path: "Tests/Support/Devices", swiftSettings: common),
        tests(
            "EndToEndTests", ["Devices", "Instances", "Programs", "causerie", "causerie-server", "causeriectl"],
            path: "EndToEnd"),
        tests(
            "InteropTests",
            [
                "BrowserSupport", "Conference", "Instances", "LinkForwarder", "LinkSupport", "Media", "Programs", "RTC",
                "Transport", "Wire", "causerie", "causerie-server", "causeriectl", log,
            ] + nio("NIOCore", "NIOPosix", "NIOSSL"), path: "Interop"),
        testHost(
            "GtkTestHost",
            ["CauserieApp", "Conference", "GLibKit", "GtkKit", "Media", "RTC", "Sockets", "CGLib", "CGtk", log]),
        .target(
            name: "Accessibility", dependencies: ["GLibKit", "CGLib", "Programs"],
            path: "Tests/Support/Accessibility", swiftSettings: common),
        tests(
            "CauserieAppTests",
            [
                "Accessibility", "CauserieApp", "Conference", "GLibKit", "GtkTestHost", "Instances", "Media", "RTC",
                "Programs", "Sockets", "causerie", "causeriectl",
            ]),
        tests("ArchitectureTests", []),
    ]
)
