import ArgumentParser
import BusClient
import GLibKit

/// What `stop` and `play` act on.
struct MediaOptions: ParsableArguments {
    @Argument(help: "The stream's name.") var stream: String
    @Argument(help: ArgumentHelp("audio, video, in, out: all when left out.", valueName: "media|direction"))
    var words: [Word] = []

    enum Word: String, ExpressibleByArgument, CaseIterable {
        case audio, video
        case incoming = "in"
        case outgoing = "out"
    }

    /// The arguments of the method.
    var arguments: [Variant] {
        let media = words.filter { $0 == .audio || $0 == .video }.map(\.rawValue)
        let directions = Swift.Set(words).intersection([.incoming, .outgoing])
        return [
            .strings(media.isEmpty ? ["audio", "video"] : media),
            .string(directions.count == 1 ? directions.first?.rawValue ?? "both" : "both"),
        ]
    }
}

extension Causeriectl {
    /// `stop STREAM [audio|video] [in|out]`
    struct Stop: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pauses media in mid-call without renegotiating.",
            discussion: "stop main audio out mutes the microphone; stop main pauses everything.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var media: MediaOptions

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callStream(media.stream, "Stop", media.arguments)
        }
    }

    /// `play STREAM [audio|video] [in|out]`
    struct Play: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Resumes what stop paused.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var media: MediaOptions

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callStream(media.stream, "Play", media.arguments)
        }
    }
    /// `hold STREAM`
    struct Hold: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts the call on hold: nothing is sent or heard, and the far side is told.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callStream(stream, "Hold") }
    }

    /// `resume STREAM`
    struct Resume: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Goes on with a call that was put on hold.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws { try client.callStream(stream, "Resume") }
    }
}
