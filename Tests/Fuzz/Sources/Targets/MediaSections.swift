import RTC

/// What a call with sound and picture has agreed on.
enum MediaSections {
    static let all = [audio, video]

    private static let audio: NegotiatedMedia = {
        var extensions = HeaderExtensionIDs()
        extensions.audioLevel = 1
        extensions.transportWideCC = 3
        extensions.mid = 4
        let opus = NegotiatedCodec(
            name: "opus", payloadType: 111, clockRate: 48_000, channels: 2, transportWideCC: true)
        return NegotiatedMedia(
            mid: "a", kind: .audio, direction: .sendrecv, codecs: [opus], extensions: extensions, localSSRC: 10)
    }()

    private static let video: NegotiatedMedia = {
        var extensions = HeaderExtensionIDs()
        extensions.videoOrientation = 2
        extensions.transportWideCC = 3
        extensions.mid = 4
        let vp8 = NegotiatedCodec(
            name: "vp8", payloadType: 96, rtxPayloadType: 97, clockRate: 90_000, nack: true,
            pictureLossIndication: true, fullIntraRequest: true, transportWideCC: true)
        let vp9 = NegotiatedCodec(
            name: "vp9", payloadType: 98, rtxPayloadType: 99, clockRate: 90_000, nack: true,
            pictureLossIndication: true, fullIntraRequest: true, transportWideCC: true)
        var media = NegotiatedMedia(
            mid: "v", kind: .video, direction: .sendrecv, codecs: [vp8, vp9], extensions: extensions, localSSRC: 11,
            localRTXSSRC: 12, remoteSSRC: 21, remoteRTXSSRC: 22)
        media.protection = NegotiatedProtection(redPayloadType: 118, redRTXPayloadType: 119, ulpfecPayloadType: 120)
        return media
    }()
}
