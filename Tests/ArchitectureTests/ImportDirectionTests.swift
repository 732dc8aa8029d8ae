import Foundation
import Testing

/// The house rules about which room may use which, read from the sources themselves.
@Suite("Architecture") struct ImportDirectionTests {
    /// Our own modules each may import; a module missing here may import none.
    private static let allowed: [String: Set<String>] = [
        "Wire": [],
        "RTC": ["Wire"],
        "Transport": ["RTC", "Wire"],
        "Media": [],
        "Conference": ["Media", "RTC", "Sockets", "Transport", "Wire"],
        "Sockets": [],
        "Rendezvous": ["Sockets"],
        "GLibKit": [],
        "Bus": ["BusClient", "Conference", "GLibKit", "Media", "RTC"],
        "GtkKit": ["GLibKit"],
        "CauserieApp": ["Bus", "Conference", "GLibKit", "GtkKit", "Media", "RTC", "Sockets"],
        "causerie": ["CauserieApp"],
        "causeriectl": ["Bus", "GLibKit"],
        "causerie-server": ["Rendezvous"],
        "causerie-trace": ["Sockets"],
    ]

    /// C libraries and outside packages, with the only modules that may import them.
    private static let confined: [String: Set<String>] = [
        "CGtk": ["GtkKit", "CauserieApp"],
        "CGtkShim": ["GtkKit", "CauserieApp"],
        "CResources": ["CauserieApp"],
        "CGLib": ["GLibKit", "Bus", "GtkKit", "CauserieApp"],
        "CGLibShim": ["GLibKit"],
        "COpenSSL": ["RTC"],
        "CSRTP": ["RTC"],
        "CUsrsctp": ["RTC"],
        "COpus": ["Media"],
        "CVPX": ["Media"],
        "CV4L": ["Media"],
        "CPulse": ["Media"],
        "CYUV": ["Media"],
        "CLinux": ["Media"],
        "CAudioProcessing": ["Media"],
        "CZlib": ["Sockets"],
    ]

    @Test("imports run one way", arguments: allowed.keys.sorted())
    func importsRunOneWay(module: String) throws {
        let permitted = Self.allowed[module] ?? []
        for file in try SourceTree.swiftFiles(under: "Sources/\(module)") {
            for name in file.imports where Self.allowed[name] != nil {
                #expect(permitted.contains(name), "\(file.path) may not import \(name)")
            }
            for name in file.imports {
                guard let users = Self.confined[name] else { continue }
                #expect(users.contains(module), "\(file.path) may not import \(name)")
            }
        }
    }

    @Test("every module of Sources has its rule")
    func everyModuleHasItsRule() throws {
        let rooms = try SourceTree.folders(in: "Sources").filter { $0 != "CLibraries" && $0 != "Plugins" }
        #expect(Set(rooms) == Set(Self.allowed.keys))
    }

    @Test("Wire and RTC know neither Foundation, nor sockets, nor a clock", arguments: ["Wire", "RTC"])
    func coreReadsNoClock(module: String) throws {
        let banned = [
            "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday", "Date()", "Task.sleep", " print(",
        ]
        for file in try SourceTree.swiftFiles(under: "Sources/\(module)") {
            for name in ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "NIOCore", "NIOPosix", "Logging"] {
                #expect(!file.imports.contains(name), "\(file.path) may not import \(name)")
            }
            for word in banned {
                #expect(!file.code.contains(word), "\(file.path) may not use \(word)")
            }
        }
    }

    @Test("usrsctp is known to the SCTP room alone")
    func usrsctpIsConfined() throws {
        for file in try SourceTree.swiftFiles(under: "Sources/RTC") where file.imports.contains("CUsrsctp") {
            #expect(file.path.contains("Sources/RTC/SCTP/"), "\(file.path) may not import CUsrsctp")
        }
    }

    @Test("an unchecked Sendable says why beside it")
    func uncheckedSendableHasItsReason() throws {
        for file in try SourceTree.swiftFiles(under: "Sources") {
            let lines = file.code.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.contains("@unchecked Sendable") {
                let near = lines[max(0, index - 6)...index].joined(separator: "\n")
                #expect(near.contains("//"), "\(file.path):\(index + 1) has no reason")
            }
        }
    }
}
