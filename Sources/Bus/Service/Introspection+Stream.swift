extension Introspection {
    /// `data/dbus/org.causerie.Stream.xml`
    static let stream = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
          <!-- A stream: object /org/causerie/Causerie/streams/NAME. What an object path may not hold in NAME is written as _ and
               two hexadecimal digits a byte. Changed properties are told by org.freedesktop.DBus.Properties.PropertiesChanged.
               What is refused changes nothing and answers one of the errors that org.causerie.Causerie.xml lists. -->
          <interface name="org.causerie.Stream">
            <!-- Calls an address: host, host:port, [v6]:port. The way it goes is told by StateChanged. While a call is under way
                 it fails with org.causerie.Error.Busy, and the call goes on. -->
            <method name="Connect">
              <arg name="address" type="s" direction="in"/>
            </method>
            <!-- Notes an address without calling it; the empty text for none. -->
            <method name="NoteAddress">
              <arg name="address" type="s" direction="in"/>
            </method>
            <!-- Holds a call with itself through the whole pipeline: devices, codecs, encryption, loopback network. Fails with
                 org.causerie.Error.Busy while a call is under way. -->
            <method name="TestCall"/>
            <!-- Answers an incoming call; fails when there is none. -->
            <method name="Accept"/>
            <!-- Answers an incoming call in a pane, of whichever window: from now on the pane shows this stream. -->
            <method name="AcceptInPane">
              <arg name="pane" type="s" direction="in"/>
            </method>
            <!-- Declines an incoming call; fails when there is none. -->
            <method name="Reject"/>
            <!-- After a call has ended with "identity-changed": the key in RefusedFingerprint is right, and the next call to this
                 address expects it. Fails when no key was refused. -->
            <method name="Trust"/>
            <!-- Hangs up; nothing happens when there is no call. -->
            <method name="Disconnect"/>
            <!-- Pauses media without renegotiating. media: any of "audio", "video"; direction: "out", "in" or "both". -->
            <method name="Stop">
              <arg name="media" type="as" direction="in"/>
              <arg name="direction" type="s" direction="in"/>
            </method>
            <!-- Resumes what Stop paused. -->
            <method name="Play">
              <arg name="media" type="as" direction="in"/>
              <arg name="direction" type="s" direction="in"/>
            </method>
            <!-- Puts the connected call on hold: nothing is sent or heard, and the other side is told. What Stop paused stays so when
                 Resume goes on with the call. -->
            <method name="Hold"/>
            <method name="Resume"/>
            <!-- Makes the network of the stream's calls worse for so many seconds, 1...3600; then it is as before. conditions: as the
                 property NetworkEmulation. -->
            <method name="Emulate">
              <arg name="conditions" type="s" direction="in"/>
              <arg name="seconds" type="u" direction="in"/>
            </method>
            <!-- {"state", "setupTime" (ms or null), "endReason" (text or null), "report": [W3C webrtc-stats dictionaries]}. -->
            <method name="Statistics">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- Who is at the other end of the call, or of the last one, and how it goes there: {"remoteIdentifier",
                 "remoteAddress", "fingerprint", "standing", "localCandidate" and "remoteCandidate": {"type", "transport",
                 "address"}, "audioCodec" and "videoCodec" (what is in use): {"sent", "received"} ("video/VP8"), "dtlsVersion",
                 "dtlsCipher", "srtpCipher"}; null for what is not known. -->
            <method name="Info">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- Every property, as JSON; names begin with a small letter. -->
            <method name="Describe">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- state: as the property; reason: as EndReason; message: as EndMessage. -->
            <signal name="StateChanged">
              <arg name="state" type="s"/>
              <arg name="reason" type="s"/>
              <arg name="message" type="s"/>
            </signal>
            <!-- Somebody calls: who they say they are, and from where. -->
            <signal name="IncomingStream">
              <arg name="identifier" type="s"/>
              <arg name="address" type="s"/>
            </signal>

            <!-- 1 to 128 characters, of no other stream. With another name the object is at another path: the root object tells
                 StreamRemoved of the old one and StreamAdded of the new one. A running call does not notice. -->
            <property name="Name" type="s" access="readwrite"/>
            <!-- Shown to the person called; up to 128 characters. -->
            <property name="Identifier" type="s" access="readwrite"/>
            <!-- Assigning it connects as Connect does, unless it is empty. -->
            <property name="Address" type="s" access="readwrite"/>
            <!-- What is sent and received: any of "audio", "video". In mid-call too. -->
            <property name="Outgoing" type="as" access="readwrite"/>
            <property name="Incoming" type="as" access="readwrite"/>
            <!-- Whether it takes incoming calls. -->
            <property name="Detection" type="b" access="readwrite"/>
            <!-- The longest connection attempt: 1...300 s. -->
            <property name="Timeout" type="u" access="readwrite"/>
            <!-- idle, calling, incoming, connecting, connected, reconnecting, ended -->
            <property name="State" type="s" access="read"/>
            <!-- Why the last call ended, in one word and in one sentence; empty unless State is "ended". -->
            <property name="EndReason" type="s" access="read"/>
            <property name="EndMessage" type="s" access="read"/>
            <!-- How good the running call is: "good", "fair", "poor"; empty without one. And what is wrong with it, in one
                 sentence; empty when all is well. -->
            <property name="Quality" type="s" access="read"/>
            <property name="QualityCause" type="s" access="read"/>

            <!-- "default", a device's path or name, "test-pattern", "test-pattern:WIDTHxHEIGHT@RATE", "none" -->
            <property name="Camera" type="s" access="readwrite"/>
            <!-- "default", a sound source's name, "test-tone", "test-tone:HERTZ", "none" -->
            <property name="Microphone" type="s" access="readwrite"/>
            <!-- "default", a sound sink's name, "none" -->
            <property name="Speaker" type="s" access="readwrite"/>
            <!-- Of what is received: 0...2, 1 as it came. -->
            <property name="Volume" type="d" access="readwrite"/>
            <!-- What the network of the stream's calls suffers on purpose: "off", "cut", or any of "wifi", "wifi-lossy", "cellular",
                 "satellite", "congested", "loss=5%", "burst=3" (datagrams lost in a row), "delay=100ms" (one way), "jitter=20ms",
                 "reorder=1%", "duplicate=1%", "rate=500kbit/s", "direction=both" ("sent", "received"), apart by spaces. -->
            <property name="NetworkEmulation" type="s" access="readwrite"/>

            <!-- "vp8" or "vp9": the one wished for; in a call, of what both sides speak, from the next agreement on. Which is
                 in use tells Info. -->
            <property name="VideoCodec" type="s" access="readwrite"/>
            <!-- Pixels, even: 16...3840 by 16...2160. -->
            <property name="VideoWidth" type="u" access="readwrite"/>
            <property name="VideoHeight" type="u" access="readwrite"/>
            <!-- 1...60 -->
            <property name="VideoFramesPerSecond" type="u" access="readwrite"/>
            <!-- The ceiling: 30000...20000000 bit/s. Below VideoMinimumBitrate it takes that down with it. -->
            <property name="VideoBitrate" type="u" access="readwrite"/>
            <!-- The floor: 30000 bit/s...VideoBitrate. -->
            <property name="VideoMinimumBitrate" type="u" access="readwrite"/>
            <!-- What stays when the bitrate does not suffice: "motion" (every picture), "detail" (sharpness) or
                 "balanced" (a little of both). -->
            <property name="VideoContentHint" type="s" access="readwrite"/>

            <!-- 6000...510000 bit/s -->
            <property name="AudioBitrate" type="u" access="readwrite"/>
            <!-- 10, 20, 40 or 60 ms -->
            <property name="AudioFrameDuration" type="u" access="readwrite"/>
            <property name="AudioForwardErrorCorrection" type="b" access="readwrite"/>
            <property name="AudioDiscontinuousTransmission" type="b" access="readwrite"/>
            <property name="AudioEchoCancellation" type="b" access="readwrite"/>
            <property name="AudioNoiseSuppression" type="b" access="readwrite"/>
            <property name="AudioGainControl" type="b" access="readwrite"/>
            <!-- For music: no speech processing. -->
            <property name="AudioMusicMode" type="b" access="readwrite"/>

            <!-- Who is, or was, there; empty when nobody. -->
            <property name="RemoteIdentifier" type="s" access="read"/>
            <property name="RemoteAddress" type="s" access="read"/>
            <!-- The identity key that the far side proved to have: "sha-256 AA:BB:..."; and whether it is the one met before:
                 "firstContact", "known" or "changed". Empty when nobody. -->
            <property name="RemoteFingerprint" type="s" access="read"/>
            <property name="RemoteStanding" type="s" access="read"/>
            <!-- The key for which the last call was refused; see Trust. Empty when none was. -->
            <property name="RefusedFingerprint" type="s" access="read"/>
            <!-- What the other side sends at all. -->
            <property name="RemoteOutgoing" type="as" access="read"/>
            <!-- What Stop paused, and what the other side paused. -->
            <property name="StoppedOutgoing" type="as" access="read"/>
            <property name="StoppedIncoming" type="as" access="read"/>
            <property name="RemoteStopped" type="as" access="read"/>
            <!-- What does not go, or come, because the network does not carry it beside the sound; it comes back by itself. -->
            <property name="SuspendedOutgoing" type="as" access="read"/>
            <property name="RemoteSuspended" type="as" access="read"/>
            <!-- Whether the call is on hold by us, and by the other side. -->
            <property name="OnHold" type="b" access="read"/>
            <property name="HeldByRemote" type="b" access="read"/>
            <!-- Media that are missing although asked for, each with a sentence on why. -->
            <property name="Problems" type="a{sv}" access="read"/>
            <!-- 0...1, now. -->
            <property name="MicrophoneLevel" type="d" access="read">
              <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="false"/>
            </property>
            <property name="SpeakerLevel" type="d" access="read">
              <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="false"/>
            </property>
          </interface>
        </node>

        """
}
