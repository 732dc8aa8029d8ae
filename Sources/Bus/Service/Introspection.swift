/// The interfaces as D-Bus introspection documents: what GDBus checks calls against. `data/dbus` has the same text, for
/// people and for other programs; a test compares them.
enum Introspection {
    /// `data/dbus/org.causerie.Causerie.xml`
    static let root = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
          <!-- An instance: bus name org.causerie.Causerie, or org.causerie.Causerie.PROFILE; object /org/causerie/Causerie. -->
          <interface name="org.causerie.Causerie">
            <!-- The objects of the streams, in the order of the instance; each has org.causerie.Stream. -->
            <method name="ListStreams">
              <arg name="streams" type="ao" direction="out"/>
            </method>
            <!-- Cameras, microphones and speakers that are there now, as JSON: [{"kind", "id", "name", "default"}]. -->
            <method name="ListDevices">
              <arg name="devices" type="s" direction="out"/>
            </method>
            <!-- Hangs up everything and ends the instance. -->
            <method name="Quit"/>
            <signal name="StreamAdded">
              <arg name="stream" type="o"/>
            </signal>
            <signal name="StreamRemoved">
              <arg name="stream" type="o"/>
            </signal>
            <property name="Profile" type="s" access="read">
              <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
            </property>
            <!-- Where direct calls come in; 0 while nothing listens. -->
            <property name="ListeningPort" type="u" access="read"/>
            <!-- Why nothing listens, in one sentence; empty when all is well. -->
            <property name="ListeningProblem" type="s" access="read"/>
          </interface>
        </node>

        """

    /// `data/dbus/org.causerie.Stream.xml`
    static let stream = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
          <!-- A stream: object /org/causerie/Causerie/streams/NAME. What an object path may not hold in NAME is written as _ and
               two hexadecimal digits a byte. Changed properties are told by org.freedesktop.DBus.Properties.PropertiesChanged. A
               value that is refused answers org.causerie.Error.InvalidValue, with what is allowed. -->
          <interface name="org.causerie.Stream">
            <!-- Calls an address: host, host:port, [v6]:port. The way it goes is told by StateChanged. -->
            <method name="Connect">
              <arg name="address" type="s" direction="in"/>
            </method>
            <!-- Answers an incoming call; fails when there is none. -->
            <method name="Accept"/>
            <!-- Declines an incoming call; fails when there is none. -->
            <method name="Reject"/>
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
            <!-- {"state", "setupTime" (ms or null), "endReason" (text or null), "report": [W3C webrtc-stats dictionaries]}. -->
            <method name="Statistics">
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

            <property name="Name" type="s" access="read">
              <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
            </property>
            <!-- Shown to the person called; up to 128 characters. -->
            <property name="Identifier" type="s" access="readwrite"/>
            <!-- Assigning it connects, unless it is empty. -->
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

            <!-- "default", a device's path or name, "test-pattern", "test-pattern:WIDTHxHEIGHT@RATE", "none" -->
            <property name="Camera" type="s" access="readwrite"/>
            <!-- "default", a sound source's name, "test-tone", "test-tone:HERTZ", "none" -->
            <property name="Microphone" type="s" access="readwrite"/>
            <!-- "default", a sound sink's name, "none" -->
            <property name="Speaker" type="s" access="readwrite"/>
            <!-- Of what is received: 0...2, 1 as it came. -->
            <property name="Volume" type="d" access="readwrite"/>

            <!-- "vp8" -->
            <property name="VideoCodec" type="s" access="readwrite"/>
            <!-- Pixels, even: 16...3840 by 16...2160. -->
            <property name="VideoWidth" type="u" access="readwrite"/>
            <property name="VideoHeight" type="u" access="readwrite"/>
            <!-- 1...60 -->
            <property name="VideoFramesPerSecond" type="u" access="readwrite"/>
            <!-- 30000...20000000 bit/s -->
            <property name="VideoBitrate" type="u" access="readwrite"/>

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
            <!-- What Stop paused, and what the other side paused. -->
            <property name="StoppedOutgoing" type="as" access="read"/>
            <property name="StoppedIncoming" type="as" access="read"/>
            <property name="RemoteStopped" type="as" access="read"/>
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
