import Devices
import Foundation
import LinkSupport
import Programs

/// A call between the two ends of a link.
protocol LinkedCall {
    /// What the near end has received, then the far one.
    func receptions() async throws -> [Reception]
    func stop() async
}

/// What one side has received so far, by its own statistics.
struct Reception {
    var freezes: Double
    var frozenSeconds: Double
    var frames: Double
    var concealedSamples: Double
    var samples: Double

    func since(_ earlier: Reception) -> Reception {
        Reception(
            freezes: freezes - earlier.freezes, frozenSeconds: frozenSeconds - earlier.frozenSeconds,
            frames: frames - earlier.frames, concealedSamples: concealedSamples - earlier.concealedSamples,
            samples: samples - earlier.samples)
    }
}

/// Takes calls through the scenarios, each over a link of its own.
final class LinkBench {
    /// Pictures that both sides can make beside each other on two processors, with bitrate for more than any link has.
    static let shape = CallShape(width: 640, height: 480, framesPerSecond: 30, bitrate: 4_000_000)

    private let film: Film
    private let cameras: [EmulatedCamera]

    init(in folder: TemporaryFolder) throws {
        let shape = Self.shape
        let film = try Film(shape, in: folder)
        self.film = film
        cameras = try [0, 1].map {
            try EmulatedCamera(
                in: folder, number: $0, modes: [.init("YUYV", shape.width, shape.height, shape.framesPerSecond)],
                traits: [.film(film.pictures)])
        }
    }

    func startInstances(_ link: TunnelledLink) async throws -> any LinkedCall {
        try await InstanceCall.start(Self.shape, cameras: cameras.map(\.path), over: link)
    }

    func startBrowsers(_ link: TunnelledLink) async throws -> any LinkedCall {
        try await BrowserCall.start(Self.shape, film: film.stream, over: link)
    }

    func measure(
        _ scenario: LinkScenario, _ start: (TunnelledLink) async throws -> any LinkedCall
    ) async throws -> LinkFigures {
        let link = try await TunnelledLink.start(scenario.conditions)
        let call = try await start(link)
        do {
            try await Task.sleep(for: .seconds(LinkScenario.warmUp))
            let first = LinkMoment(link)
            let before = try await call.receptions()
            var changes = [first]
            for phase in scenario.phases {
                if let rate = phase.bitsPerSecond {
                    var conditions = scenario.conditions
                    conditions.bitsPerSecond = rate
                    try await link.set(conditions)
                    changes.append(LinkMoment(link))
                }
                try await Task.sleep(for: .seconds(phase.seconds))
            }
            let last = LinkMoment(link)
            let receptions = zip(try await call.receptions(), before).map { $0.since($1) }
            await call.stop()
            return LinkFigures(link, from: first, to: last, lastChange: changes.last ?? first, receptions)
        } catch {
            await call.stop()
            throw error
        }
    }
}

/// How many reports of each direction there were at a moment.
struct LinkMoment {
    let counts: [Int]

    init(_ link: TunnelledLink) { counts = TunnelledLink.Direction.allCases.map { link.reports($0).count } }
}
