import Foundation

/// A call whose way changes.
protocol MovedCall {
    func begin() async throws
    func end() async throws
    /// Seconds of sound that had to be made up so far, on each side.
    func missingSound() async throws -> [Double]
    /// Ann's own address of the way in use.
    func address() async throws -> String?
}

/// What happens to Ann's network in mid-call.
enum PathChange: String, CaseIterable {
    case comes = "an interface comes"
    case goes = "the one in use goes, another is there"
    case becomesDirect = "from a relay to an interface that comes"
    case isReplaced = "the only one goes, another comes (restart)"

    private static let second = "10.1.0.3"
    /// From home to home, in milliseconds.
    private static let delay = 25
    private static let settling = Duration.seconds(3)
    /// Until the longest of them is over, with either contender.
    private static let patience = Duration.seconds(15)

    static func compareAll() async throws {
        print("\nSound that is missing when the way changes, ms, on the side where more is; \(delay) ms one way")
        print("change".padding(toLength: 46, withPad: " ", startingAt: 0) + "Causerie    Chromium")
        for change in allCases {
            let ours = try await change.measure { homes, server in try await InstanceSetup(homes, server, .any) }
            let theirs = try await change.measure { homes, server in
                try await BrowserSetup(homes, server, .any, delay: .milliseconds(delay))
            }
            let text = { (seconds: Double) in
                String(format: "%.0f", seconds * 1000).padding(toLength: 12, withPad: " ", startingAt: 0)
            }
            print(change.rawValue.padding(toLength: 46, withPad: " ", startingAt: 0) + text(ours) + text(theirs))
        }
    }

    private func measure(
        _ start: (TwoHomes, InternetServer) async throws -> some MovedCall
    ) async throws -> Double {
        let homes = try await TwoHomes(delay: Double(Self.delay) / 1000)
        let server = try await InternetServer(in: homes)
        let call = try await start(homes, server)
        let first = TwoHomes.Home.ann.address
        if self == .goes { try homes.addAddress(Self.second, to: .ann) }
        if self == .becomesDirect { try homes.setBlocked(true, .ann) }
        try await call.begin()
        try await Task.sleep(for: Self.settling)
        let before = try await call.missingSound()
        var gone: String?
        switch self {
        case .comes: try homes.addAddress(Self.second, to: .ann)
        case .goes:
            let used = try await call.address()
            gone = used == Self.second ? used : first
        case .becomesDirect:
            try homes.setBlocked(false, .ann)
            try homes.addAddress(Self.second, to: .ann)
        case .isReplaced: gone = first
        }
        if let gone { try homes.removeAddress(gone, from: .ann) }
        if self == .isReplaced { try homes.addAddress(Self.second, to: .ann) }
        try await Task.sleep(for: Self.patience)
        let missing = zip(try await call.missingSound(), before).map { $0 - $1 }.max() ?? 0
        try await call.end()
        withExtendedLifetime((homes, server)) {}
        return missing
    }
}
