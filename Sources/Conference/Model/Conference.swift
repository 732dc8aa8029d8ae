import FoundationEssentials
import Logging
import Media
import NIOCore
import NIOPosix
import Observation
import RTC
import Transport

/// The root of the model: one a process. Windows with their streams and panes, devices, and being reached.
///
/// Whoever shows it observes its properties; nothing else tells of changes.
@MainActor @Observable package final class Conference {
    package nonisolated let profile: String?
    package nonisolated let options: ConferenceOptions
    /// All devices and codecs, shared by all streams.
    package nonisolated let engine: MediaEngine
    package internal(set) var windows: [WindowDescription] = []
    /// The windows closed in this run, the last one at the end; `reopenWindow` brings it back.
    package internal(set) var closedWindows: [WindowDescription] = []
    /// Why the windows of the last run did not come back.
    package internal(set) var restoringProblem: RestoringProblem?
    /// What new streams start with. Streams that have a value of before follow a change.
    package var defaults: StreamDefaults {
        didSet { for stream in streams { stream.follow(from: oldValue, to: defaults) } }
    }
    /// What the user wants to be seen as.
    package var status = UserStatus.available
    /// Whether the user has not touched anything for a while: then *available* is *away*.
    package var isIdle = false
    /// Everybody in the profile's address book.
    package let contacts: ContactBook
    /// The calls that were.
    package let history: CallHistory
    /// Cameras, microphones and speakers that are there now.
    package internal(set) var devices: [MediaDevice] = []
    /// Where calls come in; nil while nothing listens.
    package internal(set) var listeningPort: Int?
    /// Why nothing listens although a stream waits for calls.
    package internal(set) var listeningProblem: ListeningProblem?
    /// The TCP port that calls should come in on; 0 for any free one. A change applies at once.
    package var port: Int { didSet { if oldValue != port { updateListening() } } }
    /// Servers for ways across the Internet, and what of this host may be used; for calls that begin from now on. Kept.
    package internal(set) var networkSettings: NetworkSettings
    /// Why passwords of TURN servers are not where they should be, or not known.
    package internal(set) var passwordProblem: PasswordProblem?
    /// Looks at what calls need of the network.
    @ObservationIgnored package private(set) lazy var networkCheck = NetworkCheck(self)

    /// Who else is on this network.
    @ObservationIgnored package private(set) lazy var peopleOnNetwork = PeopleOnNetwork(self)
    /// What goes out while calls are kept on the local networks.
    @ObservationIgnored package let localTraffic = LocalTraffic()

    /// Being reached by name through a server.
    package let rendezvous: RendezvousRegistration

    /// Whether ringing and the like are played on the streams' speakers.
    package var playsTones = true { didSet { if !playsTones { tones?.stop() } } }

    /// Text messages, with a call and without.
    @ObservationIgnored package private(set) lazy var chat = makeChat()

    /// Files that are sent and received, with a call and without.
    @ObservationIgnored package private(set) lazy var files = makeFiles()

    nonisolated let logger: Logger
    @ObservationIgnored let makeMedia: CallMediaMaker
    /// The network thread: every socket, and every peer connection.
    @ObservationIgnored let eventLoop: any EventLoop
    /// Tells when the network changes.
    @ObservationIgnored let interfaces: any InterfaceSource
    @ObservationIgnored let identity: InstallationIdentity?
    @ObservationIgnored let known: KnownIdentities
    @ObservationIgnored let database: ProfileDatabase
    @ObservationIgnored private lazy var presenceWatch = PresenceWatch(self)
    @ObservationIgnored private let chosen: ChosenDevices
    @ObservationIgnored let store: WindowStore
    @ObservationIgnored let networkStore: NetworkStore
    @ObservationIgnored let passwords: NetworkPasswords
    @ObservationIgnored var passwordWork: Task<Void, Never>?
    /// Devices of each restored stream that this run's options stand in for.
    @ObservationIgnored var replacedSources: [String: StreamRecord] = [:]
    @ObservationIgnored var isRunning = false { didSet { if isOpen != isRunning { isOpen = isRunning } } }
    /// As `isRunning`, for observers.
    private(set) var isOpen = false
    @ObservationIgnored var listener: SignalingListener?
    @ObservationIgnored var listenerPort = 0
    @ObservationIgnored var listenerIsStale = false
    @ObservationIgnored var listenerWork: Task<Void, Never>?
    @ObservationIgnored var listenerRetry: Task<Void, Never>?
    /// By the calls' identifiers, until they are closed: a hang-up may wait for a connection after the call is over.
    @ObservationIgnored var carriers: [CarrierKey: NetworkCarrier] = [:]
    @ObservationIgnored var arrivals: [ObjectIdentifier: IncomingCall] = [:]
    @ObservationIgnored var closing: [Int: Task<Void, Never>] = [:]
    @ObservationIgnored private var closingCount = 0
    @ObservationIgnored var saving: Task<Void, Never>?
    /// After the disk refused.
    @ObservationIgnored var savingLater: Task<Void, Never>?
    @ObservationIgnored var savedWindows: [WindowStore.Window] = []
    @ObservationIgnored private let hasDevices: Bool
    /// Nil where there are no devices to play on.
    @ObservationIgnored private let tones: CallTones?

    /// Reads the profile's files; nothing listens, and no device opens, before `start`.
    ///
    /// - Parameters:
    ///   - profile: nil for the default one. With a name that is none, nothing is read and nothing is kept.
    ///   - makeMedia: makes the media of each call; nil for the real thing.
    ///   - interfaces: the networks that calls may use; nil for the real ones.
    package init(
        profile: String?, options: ConferenceOptions = ConferenceOptions(), logger: Logger,
        makeMedia: CallMediaMaker? = nil, interfaces: (any InterfaceSource)? = nil
    ) {
        self.profile = profile
        self.options = options
        self.logger = logger
        port = options.port
        defaults = options.defaults
        engine = MediaEngine(logger: logger)
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        self.interfaces = interfaces ?? SystemInterfaces(eventLoop: eventLoop, logger: logger)
        self.makeMedia =
            makeMedia
            ?? Self.mediaMaker(engine: engine, eventLoop: eventLoop, interfaces: self.interfaces, logger: logger)
        hasDevices = makeMedia == nil
        tones = makeMedia == nil ? CallTones { [engine] tone, speaker in engine.play(tone, on: speaker) } : nil
        let folders = options.folders ?? ProfileFolders(profile: profile)
        if folders == nil { logger.error("there is no profile of this name: nothing is kept") }
        database = ProfileDatabase(in: folders, logger: logger)
        known = KnownIdentities(database, in: folders, logger: logger)
        contacts = ContactBook(database, trust: known, logger: logger)
        history = CallHistory(database, logger: logger)
        chosen = ChosenDevices(in: folders, logger: logger)
        engine.setPreferredDevices(chosen.order)
        store = WindowStore(in: folders, logger: logger)
        networkStore = NetworkStore(in: folders, logger: logger)
        networkSettings = networkStore.load()
        passwords = NetworkPasswords(options.passwords, logger: logger)
        rendezvous = RendezvousRegistration(
            in: folders, timing: options.timing, authorities: options.serverAuthorities, logger: logger)
        do {
            identity = try IdentityStore.identity(in: folders, logger: logger)
        } catch {
            logger.error("no identity key can be made: \(error)")
            identity = nil
        }
        rendezvous.conference = self
        restoreWindows()
    }

    // MARK: Streams

    /// Of all windows, each once, in their order.
    package var streams: [Stream] {
        var seen: Set<String> = []
        return windows.flatMap(\.streams).filter { seen.insert($0.id).inserted }
    }

    /// The stream with exactly this name, of whichever window.
    package func stream(named name: String) -> Stream? { streams.first { $0.name == name } }

    // MARK: Life

    /// Begins to listen for calls where a stream waits for them, and to save changes.
    package func start() async {
        guard !isRunning else { return }
        isRunning = true
        // So that the first call is as quick as the next.
        Task.detached(priority: .background) {
            CryptographyWarmUp.run(secondsSince1970: MonotonicClock.secondsSince1970)
        }
        beginSaving()
        if hasDevices {
            engine.observeDevices { [weak self] in Task { @MainActor [weak self] in await self?.refreshDevices() } }
            Task { await refreshDevices() }
        }
        synchronizePasswords()
        updateListening()
        presenceWatch.start()
        peopleOnNetwork.start()
        rendezvous.start()
        await listenerWork?.value
        // It may have been ended meanwhile.
        guard isRunning else { return }
        files.start()
        chat.lines.start()
    }

    /// Hangs up everywhere, and ends when the far sides have been told or two seconds have passed.
    package func shutdown() async {
        guard isRunning else { return }
        isRunning = false
        presenceWatch.stop()
        let carriers = streams.compactMap(\.call?.carrier)
        for stream in streams { stream.disconnect() }
        for arrival in arrivals.values { arrival.reject(.declined) }
        arrivals = [:]
        files.stop()
        chat.lines.stop()
        updateListening()
        tones?.stop()
        saving?.cancel()
        saveNow()
        savingLater?.cancel()
        await Self.within(.seconds(2)) { [self] in
            await listenerWork?.value
            await passwordWork?.value
            for carrier in carriers { await carrier.waitUntilClosed() }
            for work in closing.values { await work.value }
            await rendezvous.stop()
            await peopleOnNetwork.stop()
        }
        for carrier in self.carriers.values { carrier.abandon() }
    }

    /// Waits for `work`, but no longer than so long.
    private static func within(_ limit: Duration, _ work: @escaping @MainActor () async -> Void) async {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        let tasks = [
            Task {
                await work()
                continuation.yield()
            },
            Task {
                try? await Task.sleep(for: limit)
                continuation.yield()
            },
        ]
        for await _ in ends { break }
        for task in tasks { task.cancel() }
    }

    /// What a call still has to do when it is over; `shutdown` waits for it.
    func whileClosing(_ work: @escaping @MainActor () async -> Void) {
        closingCount += 1
        let number = closingCount
        closing[number] = Task {
            await work()
            closing[number] = nil
        }
    }

    func playTone(for stream: Stream, from old: StreamState, isRingingThere: Bool) {
        tones?.update(stream, from: old, isRingingThere: isRingingThere, isEnabled: playsTones && isRunning)
    }

    /// Looks at every contact now.
    package func refreshPresences() { presenceWatch.lookAgain() }

    /// We are connected to our server, or not any more, or others are there than before.
    func serverChanged() { presenceWatch.lookAtServer() }

    // MARK: Devices

    /// The user has chosen a device for a stream: it is the first to take the place of a missing one.
    func chose(_ identifier: String, of kind: MediaDevice.Kind) {
        if chosen.remember(identifier, of: kind) { engine.setPreferredDevices(chosen.order) }
    }

    /// Looks again for what is plugged in.
    package func refreshDevices() async {
        let found = await Self.devices(of: engine)
        if devices != found { devices = found }
    }

    /// On another thread: the sound server may take a moment to answer.
    @concurrent private nonisolated static func devices(of engine: MediaEngine) async -> [MediaDevice] {
        engine.devices()
    }
}
