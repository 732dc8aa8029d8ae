import CauserieApp
import Conference
import Media
import Testing

@Suite("The words on a pane")
struct PresentationTests {
    private func situation(_ state: StreamState, _ change: (inout CallSituation) -> Void = { _ in }) -> CallSituation {
        var call = CallSituation()
        call.state = state
        call.name = "Ann"
        call.address = "desk"
        change(&call)
        return call
    }

    private func shown(_ situation: CallSituation) -> PanePresentation {
        PanePresentation(situation, reachability: "here")
    }

    @Test("Without a call, the ways to begin and where others reach this computer")
    func idle() {
        let pane = shown(situation(.idle))
        #expect(pane.page == .empty)
        #expect(pane.reachability == "here")
        #expect(!ControlsPresentation(situation(.idle)).isVisible)
    }

    @Test(
        "Each state of a call is a word, with a spinner while something is under way",
        arguments: [
            (StreamState.calling, "Calling…", true), (.incoming, "is calling you", false),
            (.connecting, "Connecting…", true), (.connected, "Connected, no picture yet", false),
            (.reconnecting, "Reconnecting…", true),
        ])
    func words(_ state: StreamState, _ word: String, _ isWorking: Bool) {
        let pane = shown(situation(state))
        #expect(pane.page == .person)
        #expect(pane.name == "Ann")
        #expect(pane.state == word)
        #expect(pane.isWorking == isWorking)
    }

    @Test("The controls are there as long as there is a call to control")
    func controls() {
        for state in [StreamState.calling, .connecting, .connected, .reconnecting] {
            #expect(ControlsPresentation(situation(state)).isVisible)
        }
        for state in [StreamState.idle, .incoming, .ended(.declined)] {
            #expect(!ControlsPresentation(situation(state)).isVisible)
        }
    }

    @Test("An ended call says why, and offers to call again where there is an address")
    func ended() {
        let pane = shown(situation(.ended(.declined)))
        #expect(pane.page == .ended)
        #expect(!pane.state.isEmpty)
        #expect(pane.canCallAgain)
        #expect(!shown(situation(.ended(.declined)) { $0.address = "" }).canCallAgain)
        let test = situation(.ended(.localHangUp)) {
            $0.address = ""
            $0.isTestCall = true
        }
        #expect(shown(test).canCallAgain)
    }

    @Test("A call on hold says so on both sides, with whose hold it is, and nothing about muting besides")
    func hold() {
        let ours = shown(
            situation(.connected) {
                $0.isOnHold = true
                $0.stoppedSent = .audio
            })
        #expect(ours.page == .person && ours.state == "On hold")
        #expect(ours.notices.map(\.text) == ["You have put the call on hold"])
        let theirs = shown(
            situation(.connected) {
                $0.isHeldByRemote = true
                $0.remoteStopped = .all
                $0.hasReceivedPicture = true
            })
        #expect(theirs.page == .person && theirs.state == "On hold")
        #expect(theirs.notices.map(\.text) == ["Ann has put the call on hold"])
    }

    @Test("A changed identity key is not called again before it is trusted")
    func identity() {
        let pane = shown(situation(.ended(.identityChanged)) { $0.isIdentityRefused = true })
        #expect(pane.canTrust)
        #expect(!pane.canCallAgain)
        #expect(!shown(situation(.ended(.declined))).canTrust)
    }

    @Test("A caller under the name of somebody else is warned of before and after the answer")
    func impostor() {
        for state in [StreamState.incoming, .connected] {
            let notices = shown(situation(state) { $0.isImpostorPossible = true }).notices
            #expect(notices.first == .init("Another computer used the name Ann before", isWarning: true))
        }
        #expect(shown(situation(.idle) { $0.isImpostorPossible = true }).notices.isEmpty)
    }

    @Test("What is wrong with microphone and speakers alike is said once")
    func soundServer() {
        let problems: [MediaDevice.Kind: MediaProblem] = [.microphone: .noSoundServer, .speaker: .noSoundServer]
        #expect(shown(situation(.connected) { $0.problems = problems }).notices.count == 1)
    }

    @Test("The picture fills the pane from its first frame, the own one stands in its corner")
    func picture() {
        let pane = shown(
            situation(.connected) {
                $0.hasReceivedPicture = true
                $0.hasSentPicture = true
            })
        #expect(pane.page == .picture)
        #expect(pane.state == "Connected")
        #expect(pane.showsInset)
    }

    @Test("A last picture does not stand for a camera that was stopped over there")
    func cameraOff() {
        let pane = shown(
            situation(.connected) {
                $0.hasReceivedPicture = true
                $0.remoteStopped = .video
            })
        #expect(pane.page == .person)
        #expect(pane.state == "Camera off")
    }

    @Test("A picture that the network does not carry is missed by both sides, and both are told why")
    func suspended() {
        let there = shown(
            situation(.connected) {
                $0.hasReceivedPicture = true
                $0.remoteSuspended = .video
            })
        #expect(there.page == .person)
        #expect(there.state == "Their picture is paused: the network is too slow")
        let here = situation(.connected) {
            $0.hasReceivedPicture = true
            $0.suspended = .video
        }
        let sentence = "Your picture is paused: the network is too slow"
        #expect(shown(here).page == .picture)
        #expect(shown(here).notices.map(\.text).contains(sentence))
        var stopped = here
        stopped.stoppedSent = .video
        #expect(!shown(stopped).notices.map(\.text).contains(sentence), "nobody misses what they stopped themselves")
    }

    @Test("Sound alone is called so")
    func soundOnly() {
        #expect(shown(situation(.connected) { $0.incoming = .audio }).state == "Connected, sound only")
        #expect(shown(situation(.connected) { $0.stoppedReceived = .video }).state == "Connected, sound only")
        #expect(shown(situation(.connected) { $0.remoteOutgoing = .audio }).state == "Connected, sound only")
    }

    @Test("What a pane displays is its own choice")
    func display() {
        let both = { (call: inout CallSituation) in
            call.hasReceivedPicture = true
            call.hasSentPicture = true
        }
        let received = situation(.connected) {
            both(&$0); $0.display = .received
        }
        #expect(!shown(received).showsInset && shown(received).page == .picture)
        let sent = situation(.connected) {
            both(&$0); $0.display = .sent
        }
        #expect(!shown(sent).showsInset && shown(sent).page == .picture)
        let none = situation(.connected) {
            both(&$0); $0.display = .none
        }
        #expect(!shown(none).showsInset && shown(none).page == .person)
    }

    @Test(
        "A missing device says why, once, as something to act on",
        arguments: [
            MediaProblem.noDevice, .deviceNotFound("X"), .deviceBusy("X"), .noSoundServer, .heldBack("X"),
            .failed("It is broken."),
        ])
    func problems(_ problem: MediaProblem) {
        for kind in [MediaDevice.Kind.camera, .microphone, .speaker] {
            let notices = shown(situation(.connected) { $0.problems = [kind: problem] }).notices
            #expect(notices.count == 1)
            #expect(notices.first?.isWarning == true)
        }
    }

    @Test("A device that is not used is no problem")
    func unused() {
        #expect(
            shown(
                situation(.connected) {
                    $0.problems = [.camera: .noDevice]; $0.outgoing = .audio
                }
            ).notices.isEmpty)
        let stopped = situation(.connected) {
            $0.problems = [.camera: .noDevice]; $0.stoppedSent = .all
        }
        #expect(shown(stopped).notices == [PanePresentation.Notice("Your microphone is muted")])
    }

    @Test("Muted here, muted there, silent here: each is said, and silence not of a muted microphone")
    func muted() {
        #expect(
            shown(situation(.connected) { $0.remoteStopped = .audio }).notices.map(\.text) == [
                "Ann has muted the microphone"
            ])
        let silent = situation(.connected) { $0.isMicrophoneSilent = true }
        #expect(shown(silent).notices == [PanePresentation.Notice("Your microphone is silent", isWarning: true)])
        let both = situation(.connected) {
            $0.isMicrophoneSilent = true; $0.stoppedSent = .audio
        }
        #expect(shown(both).notices.map(\.text) == ["Your microphone is muted"])
    }

    @Test("The switches say what is on, and why a device cannot be")
    func switches() {
        #expect(ControlsPresentation(situation(.connected)).isMicrophoneOn)
        #expect(!ControlsPresentation(situation(.connected) { $0.stoppedSent = .audio }).isMicrophoneOn)
        #expect(!ControlsPresentation(situation(.connected) { $0.outgoing = .audio }).isCameraOn)
        #expect(ControlsPresentation(situation(.connected) { $0.hasCamera = false }).cameraProblem != nil)
        #expect(ControlsPresentation(situation(.connected) { $0.problems = [.camera: .noDevice] }).cameraProblem != nil)
        #expect(ControlsPresentation(situation(.connected)).microphoneProblem == nil)
    }
}

@Suite("Small rules of the application")
struct RuleTests {
    @Test("Five seconds without a sound are silence; a sound, or a pause, ends it")
    func silence() {
        var watch = SilenceWatch()
        for _ in 1..<SilenceWatch.patience { watch.look(at: 0) }
        #expect(!watch.isSilent)
        watch.look(at: 0.00001)
        #expect(watch.isSilent)
        watch.look(at: 0.02)
        #expect(!watch.isSilent)
        for _ in 1...SilenceWatch.patience { watch.look(at: 0) }
        watch.look(at: nil)
        #expect(!watch.isSilent)
    }

    @Test("Sizes of pictures are read and written alike, others refused")
    func sizes() {
        #expect(PictureSize("1280x720") == PictureSize(width: 1280, height: 720))
        #expect(PictureSize(width: 1280, height: 720).description == "1280x720")
        for text in ["", "x", "1280", "1281x720", "1280x720x2", "8x8", "99999x2", "-640x480", "1280 x 720"] {
            #expect(PictureSize(text) == nil, "\(text)")
        }
    }

    @Test("The meter goes by decibels: speech fills half of it, nothing leaves it empty")
    func meter() {
        #expect(MeterScale.fraction(of: 1) == 1)
        #expect(abs(MeterScale.fraction(of: 0.05) - 0.57) < 0.01)
        for amplitude in [0, 0.001, -1, .nan, -.infinity] { #expect(MeterScale.fraction(of: amplitude) == 0) }
        #expect(MeterScale.fraction(of: 7) == 1)
    }

    @Test(
        "The usual port is not said, another one is",
        arguments: [
            ("desk:29172", "desk"), ("192.0.2.1:29172", "192.0.2.1"), ("[2001:db8::1]:29172", "2001:db8::1"),
            ("desk:4000", "desk:4000"), ("[::1]:4000", "[::1]:4000"), ("", ""), ("192.0.2.1", "192.0.2.1"),
        ])
    func ports(_ address: String, _ short: String) {
        #expect(CallSituation.shortened(address) == short)
    }

    @Test("A device that is set and not there stays in its list")
    func choices() {
        let cameras = DeviceChoices.cameras([], selected: .device("/dev/video7"))
        #expect(cameras.map(\.value).contains(.device("/dev/video7")))
        #expect(cameras.filter { $0.value == .none }.count == 1)
        let speakers = DeviceChoices.speakers(
            [MediaDevice(kind: .speaker, id: "s", name: "Loud")], selected: .device("s"))
        #expect(speakers.map(\.name) == ["Automatic", "Loud", "None"])
    }
}
