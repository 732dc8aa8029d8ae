import RTC

/// What can be done with a stream (WINDEV's StreamConnect ... StreamPlay).
extension Stream {
    /// Calls `text`: `host`, `host:port`, `[v6]:port`, or a contact's name. Ends at once with a reason when it is no address.
    ///
    /// While a call is under way, it is left alone and nothing happens.
    package func connect(to text: String) {
        guard !state.isBusy, let conference else { return }
        prepareForCall()
        lastAddress = text
        let called = conference.contact(calledBy: text)
        guard let destination = CallAddress(called?.address ?? text) else {
            state = .ended(.invalidAddress)
            return
        }
        contactID = called?.id ?? conference.contacts.contact(at: destination)?.id
        remoteAddress = destination.description
        let call = Call(stream: self, conference: conference, isCaller: true)
        self.call = call
        call.dial(destination)
    }

    /// Answers the incoming call.
    package func accept() {
        guard state == .incoming, let call else { return }
        conference?.metCaller(of: self)
        call.accept()
    }

    /// Declines the incoming call.
    package func reject() { call?.decline() }

    /// Hangs up, or gives the attempt up.
    package func disconnect() { call?.hangUp() }

    /// Holds a call with itself through the whole pipeline: devices, codecs, encryption, loopback network.
    package func testCall() {
        guard !state.isBusy, let conference else { return }
        prepareForCall()
        isTestCall = true
        let call = Call(stream: self, conference: conference, isCaller: true)
        self.call = call
        call.startTestCall()
    }

    /// Pauses media at once, without renegotiation.
    package func stop(_ media: MediaSet, _ direction: StreamDirection) {
        switch direction {
        case .sent: stopped.sent.formUnion(media)
        case .received: stopped.received.formUnion(media)
        }
        call?.pausesChanged()
    }

    /// Resumes what `stop` paused.
    package func play(_ media: MediaSet, _ direction: StreamDirection) {
        switch direction {
        case .sent: stopped.sent.subtract(media)
        case .received: stopped.received.subtract(media)
        }
        call?.pausesChanged()
    }

    /// Pauses everything both ways, and tells the far side why; what `stop` has paused stays so when the call is resumed.
    /// Nothing happens without a connected call.
    package func hold() {
        guard [.connected, .reconnecting].contains(state) else { return }
        setOnHold(true)
    }

    /// Goes on with a call that was put on hold.
    package func resume() { setOnHold(false) }

    private func setOnHold(_ isOn: Bool) {
        guard isOnHold != isOn else { return }
        isOnHold = isOn
        call?.pausesChanged()
    }

    /// Makes the stream's network worse for so long; then it is as before. Setting `emulation` ends it earlier.
    package func emulate(_ network: NetworkEmulation, for time: Duration) {
        let before = emulation
        emulation = network
        emulationEnd = Task { [weak self] in
            try? await Task.sleep(for: time)
            if !Task.isCancelled { self?.emulation = before }
        }
    }

    /// The figures of the running call, or of the last one.
    package func statistics() async -> StreamStatistics {
        if let media = call?.media {
            let report = await media.statistics()
            // A call that has ended meanwhile left its last figures itself.
            if !report.isEmpty { lastReport = report }
        }
        var reason: EndReason?
        if case .ended(let ended) = state { reason = ended }
        let delays = samples.last.map { sample in
            [sample.mouthToEar.record(kind: "audio"), sample.cameraToScreen.record(kind: "video")].compactMap { $0 }
        }
        return StreamStatistics(
            state: state, setupTime: setupTime, endReason: reason,
            report: lastReport.isEmpty ? [] : lastReport + (delays ?? []))
    }

    /// Forgets the call before.
    func prepareForCall() {
        setupTime = nil
        remoteIdentifier = nil
        remoteAddress = nil
        remoteStopped = []
        suspended = []
        remoteSuspended = []
        isHeldByRemote = false
        isOnHold = false
        remoteOutgoing = .all
        remoteIdentity = nil
        refusedIdentity = nil
        contactID = nil
        verification = nil
        problems = [:]
        lastReport = []
        samples = []
        quality = nil
        isTestCall = false
        receivedVideo.show(nil)
        sentVideo.show(nil)
    }
}
