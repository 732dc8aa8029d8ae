// swift-tools-version: 6.3
import PackageDescription

// The modules that take what strangers send, codecs among them, and their tests: a package of its own, so that a run under
// a sanitizer builds neither GTK nor the database, and leaves the build folder of `make build` alone. run.sh puts it into
// .build/sanitize, beside a link `tree` to the sources.

let common: [SwiftSetting] = [
    "ExistentialAny", "MemberImportVisibility", "NonisolatedNonsendingByDefault", "InferIsolatedConformances",
].map { .enableUpcomingFeature($0) }

func cLibrary(_ name: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(name: name, path: "tree/Sources/CLibraries/\(name)", pkgConfig: pkgConfig)
}

func module(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: "tree/\(path ?? "Sources/\(name)")", swiftSettings: common)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "tree/Tests/\(name)", exclude: exclude, swiftSettings: common)
}

func nio(_ names: String...) -> [Target.Dependency] {
    names.map { .product(name: $0, package: $0 == "NIOSSL" ? "swift-nio-ssl" : "swift-nio") }
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "causerie-sanitize",
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        cLibrary("CSRTP", pkgConfig: "libsrtp2"),
        cLibrary("COpenSSL", pkgConfig: "openssl"),
        cLibrary("CUsrsctp", pkgConfig: "usrsctp"),
        cLibrary("COpus", pkgConfig: "opus"),
        cLibrary("CVPX", pkgConfig: "vpx"),
        cLibrary("CV4L", pkgConfig: "libv4l2"),
        cLibrary("CPulse", pkgConfig: "libpulse"),
        cLibrary("CLinux"),
        cLibrary("CYUV"),
        .target(
            name: "CAudioProcessing", path: "tree/Sources/CLibraries/CAudioProcessing",
            cxxSettings: [
                .define("WEBRTC_AUDIO_PROCESSING_ONLY_BUILD"), .define("WEBRTC_POSIX"),
                .unsafeFlags(["-I/usr/include/webrtc_audio_processing"]),
            ],
            linkerSettings: [.linkedLibrary("webrtc_audio_processing"), .linkedLibrary("stdc++")]),
        module("Wire", []),
        module("RTC", ["Wire", "COpenSSL", "CSRTP", "CUsrsctp"]),
        module("Transport", ["RTC", "Wire", log] + nio("NIOCore", "NIOPosix", "NIOSSL", "NIOTLS")),
        module("Media", ["COpus", "CVPX", "CV4L", "CPulse", "CYUV", "CLinux", "CAudioProcessing", log]),
        module("TestSupport", ["RTC", "Wire"], path: "Tests/Support/TestSupport"),
        tests("WireTests", ["Wire", "TestSupport"], exclude: ["Fixtures"]),
        tests("RTCTests", ["RTC", "Wire", "TestSupport"]),
        tests("PictureTests", ["CYUV", "Media", "RTC", "TestSupport", "Wire"]),
        tests("TransportTests", ["Transport", "RTC", "Wire", log] + nio("NIOPosix")),
    ]
)
