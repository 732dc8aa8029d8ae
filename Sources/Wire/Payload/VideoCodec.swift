/// The video codecs that we speak; the raw value is the RTP encoding name in lower case.
package enum VideoCodec: String, Hashable, Sendable, CaseIterable {
    case vp8, vp9
}
