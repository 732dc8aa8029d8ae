/// The interfaces as D-Bus introspection documents: what GDBus checks calls against. `data/dbus` has the same text, for
/// people and for other programs; a test compares them.
enum Introspection {
    /// `data/dbus/org.causerie.Causerie.xml`
    static let root = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
          <!-- An instance: bus name org.causerie.Causerie, or org.causerie.Causerie.PROFILE; object /org/causerie/Causerie.
               Streams are meant by name, windows and panes by id. What is refused changes nothing and answers, with one sentence:
                 org.causerie.Error.InvalidValue  an argument is not allowed; the sentence says what is
                 org.causerie.Error.NotFound      there is no such stream, window or pane
                 org.causerie.Error.Busy          a call is under way
                 org.causerie.Error.Full          there is no room for one more
                 org.causerie.Error.LastOne       the last stream or pane of a window, and the last window, stay
                 org.causerie.Error.File          a file cannot be read or written, or does not describe a window
                 org.causerie.Error.Failed        it cannot be done now
               A change of a window can be taken back: by Undo, and in the window itself. -->
          <interface name="org.causerie.Causerie">
            <!-- The objects of the streams, in the order of the instance; each has org.causerie.Stream. -->
            <method name="ListStreams">
              <arg name="streams" type="ao" direction="out"/>
            </method>
            <!-- Cameras, microphones and speakers that are there now, as JSON: [{"kind", "id", "name", "default"}]. -->
            <method name="ListDevices">
              <arg name="devices" type="s" direction="out"/>
            </method>
            <!-- What the next call may use to get across the Internet, kept from then on. servers: stun:HOST:PORT,
                 turn:HOST:PORT?transport=udp or tcp, turns:HOST:PORT; user and password: of the TURN servers; relayOnly: whether
                 calls go through TURN servers only. -->
            <method name="Configure">
              <arg name="servers" type="as" direction="in"/>
              <arg name="user" type="s" direction="in"/>
              <arg name="password" type="s" direction="in"/>
              <arg name="relayOnly" type="b" direction="in"/>
            </method>
            <!-- Adds one server, or gives one that is there another user and password. -->
            <method name="AddServer">
              <arg name="server" type="s" direction="in"/>
              <arg name="user" type="s" direction="in"/>
              <arg name="password" type="s" direction="in"/>
            </method>
            <method name="RemoveServer">
              <arg name="server" type="s" direction="in"/>
            </method>
            <!-- Names of the only network interfaces that sound and picture may use; none for all. -->
            <method name="SetInterfaces">
              <arg name="names" type="as" direction="in"/>
            </method>
            <!-- Whether nothing leaves the networks that this computer is on: no server is asked, no name looked up there, no router
                 passed; what is under way elsewhere ends. -->
            <method name="SetLANOnly">
              <arg name="on" type="b" direction="in"/>
            </method>
            <!-- The UDP ports that sound and picture may use, from 1024; 0 and 0 for any. -->
            <method name="SetMediaPorts">
              <arg name="first" type="u" direction="in"/>
              <arg name="last" type="u" direction="in"/>
            </method>
            <!-- Takes servers, interfaces and ports from a file of ExportWindow, in place of those set. Passwords are in no such
                 file: those known of the same users stay. -->
            <method name="ImportNetwork">
              <arg name="path" type="s" direction="in"/>
            </method>
            <!-- By which name others call us at which server, kept from then on: server: wss://HOST[:PORT][/PATH]; ws:// on this
                 computer only; an empty one for none. -->
            <method name="Register">
              <arg name="server" type="s" direction="in"/>
              <arg name="name" type="s" direction="in"/>
            </method>
            <!-- As JSON: {"servers": [{"uri", "user", "hasPassword"}], "relayOnly", "lanOnly", "interfaces", "mediaPorts"
                 ("50000-50100" or null), "passwordProblem" (why the keyring does not keep the passwords, or null), "server",
                 "name", "sent": [{"interface" ("lo": this computer; "multicast": names), "packets"}], "refused"}. The last two
                 count what was sent since the start while nothing may leave the local networks, and what was not. -->
            <method name="DescribeNetwork">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- Looks at interfaces, port, firewall, STUN and TURN servers; answers within half a minute, as JSON: [{"id", "state"
                 ("ok", "warning" or "failed"), "subject", "sentence"}]. -->
            <method name="CheckNetwork">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- What the program keeps alive now, as JSON: {"objects", "signals", "sources", "bus"}, numbers of references to
                 GObjects, of handlers of signals, of timers and of handlers of the bus. They come back to the same after a
                 call; where they do not, that belongs into a report of a bug. -->
            <method name="CountObjects">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- Hangs up everything and ends the instance. -->
            <method name="Quit"/>

            <!-- Sends a text message, now or when the person is there, and answers with its id. who: a stream (the person in its
                 call, or at the address that it called last), a fingerprint, a name that one person alone has, or an address. Fails
                 when nobody was ever met there and nobody answers now. A text has 16 KiB at most. -->
            <method name="SendMessage">
              <arg name="who" type="s" direction="in"/>
              <arg name="text" type="s" direction="in"/>
              <arg name="id" type="s" direction="out"/>
            </method>
            <!-- Changes, or takes back, the last message to somebody. -->
            <method name="EditLastMessage">
              <arg name="who" type="s" direction="in"/>
              <arg name="text" type="s" direction="in"/>
            </method>
            <method name="DeleteLastMessage">
              <arg name="who" type="s" direction="in"/>
            </method>
            <!-- [{"fingerprint", "name", "address", "standing": "open", "requested" (a stranger waits for AnswerRequest) or
                 "blocked", "unread", "way": "call", "direct", "server" or null, "problem" (why what waits does not go, or null), "last" (text)}], the latest
                 first. -->
            <method name="ListConversations">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- The last messages with somebody, the oldest first; with words, those that have all of them, and with an empty who
                 of everybody: [{"id", "with", "isOwn", "text", "date" (ms since 1970), "delivery": "pending", "delivered", "read",
                 "failed" or "received", "isEdited", "isDeleted"}]. -->
            <method name="ListMessages">
              <arg name="who" type="s" direction="in"/>
              <arg name="count" type="u" direction="in"/>
              <arg name="words" type="s" direction="in"/>
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- answer: "accept", "decline" (they are told), "block" (they are not), "unblock". -->
            <method name="AnswerRequest">
              <arg name="who" type="s" direction="in"/>
              <arg name="answer" type="s" direction="in"/>
            </method>
            <!-- Everything from somebody has been read; they are told. -->
            <method name="MarkRead">
              <arg name="who" type="s" direction="in"/>
            </method>

            <!-- Adds a stream to a window, in no pane yet. A name that is taken gets a number; the empty one is "stream". -->
            <method name="AddStream">
              <arg name="window" type="s" direction="in"/>
              <arg name="name" type="s" direction="in"/>
              <arg name="stream" type="o" direction="out"/>
            </method>
            <!-- Adds a stream to the same window with everything that is set for another; it takes no calls yet. -->
            <method name="DuplicateStream">
              <arg name="stream" type="s" direction="in"/>
              <arg name="copy" type="o" direction="out"/>
            </method>
            <!-- Hangs up and takes the stream away, with the panes that show it. -->
            <method name="RemoveStream">
              <arg name="stream" type="s" direction="in"/>
            </method>

            <!-- The windows' ids, in their order. An instance without a display describes windows too. -->
            <method name="ListWindows">
              <arg name="windows" type="as" direction="out"/>
            </method>
            <!-- {"id", "layout", "size": {"width", "height", "isMaximized"}, "origin" (the id of the window that its panes were
                 taken out of, or null), "streams": [names], "panes": [{"id", "stream", "display"}], "undo" and "redo" (what would
                 be taken back or made again, in words, or null)}. -->
            <method name="DescribeWindow">
              <arg name="window" type="s" direction="in"/>
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- Opens a window with a stream and a pane of its own. -->
            <method name="AddWindow">
              <arg name="window" type="s" direction="out"/>
            </method>
            <!-- Closes a window; its calls end. Panes that were taken out of another window go back there. -->
            <method name="CloseWindow">
              <arg name="window" type="s" direction="in"/>
            </method>
            <!-- Opens the window again that was closed last; fails when none was. -->
            <method name="ReopenWindow">
              <arg name="window" type="s" direction="out"/>
            </method>
            <!-- layout: "grid" (all of one size), "speaker" (the first pane large), "insets" (the others over the first). -->
            <method name="SetLayout">
              <arg name="window" type="s" direction="in"/>
              <arg name="layout" type="s" direction="in"/>
            </method>
            <!-- Writes a window with its streams and panes to a file, in place of one that is there. path: absolute. -->
            <method name="ExportWindow">
              <arg name="window" type="s" direction="in"/>
              <arg name="path" type="s" direction="in"/>
            </method>
            <!-- Opens the windows that a file describes, beside those that are there; their streams take no calls yet. -->
            <method name="ImportWindows">
              <arg name="path" type="s" direction="in"/>
              <arg name="windows" type="as" direction="out"/>
            </method>
            <!-- Takes a window's last change back, or makes it again. Calls go on. Fails when there is none. -->
            <method name="Undo">
              <arg name="window" type="s" direction="in"/>
            </method>
            <method name="Redo">
              <arg name="window" type="s" direction="in"/>
            </method>

            <!-- Adds a pane that shows a stream, of whichever window. -->
            <method name="AddPane">
              <arg name="window" type="s" direction="in"/>
              <arg name="stream" type="s" direction="in"/>
              <arg name="pane" type="s" direction="out"/>
            </method>
            <!-- Takes a pane away; its stream, and the call of it, stay. -->
            <method name="RemovePane">
              <arg name="pane" type="s" direction="in"/>
            </method>
            <!-- What a pane shows. display: "received", "sent", "receivedWithSentInset", "none". Empty texts leave it as it is. -->
            <method name="SetPane">
              <arg name="pane" type="s" direction="in"/>
              <arg name="stream" type="s" direction="in"/>
              <arg name="display" type="s" direction="in"/>
            </method>
            <!-- index: the pane's place among those of its window, from 0. -->
            <method name="MovePane">
              <arg name="pane" type="s" direction="in"/>
              <arg name="index" type="u" direction="in"/>
            </method>
            <!-- Gives a pane a window of its own, where it goes on showing its stream. -->
            <method name="DetachPane">
              <arg name="pane" type="s" direction="in"/>
              <arg name="window" type="s" direction="out"/>
            </method>

            <!-- Somebody has written. standing: as of ListConversations. -->
            <signal name="MessageReceived">
              <arg name="fingerprint" type="s"/>
              <arg name="name" type="s"/>
              <arg name="text" type="s"/>
              <arg name="id" type="s"/>
              <arg name="standing" type="s"/>
            </signal>
            <!-- A stream that gets another name is removed and added. -->
            <signal name="StreamAdded">
              <arg name="stream" type="o"/>
            </signal>
            <signal name="StreamRemoved">
              <arg name="stream" type="o"/>
            </signal>
            <signal name="WindowAdded">
              <arg name="window" type="s"/>
            </signal>
            <signal name="WindowRemoved">
              <arg name="window" type="s"/>
            </signal>
            <!-- What DescribeWindow says of it has changed. -->
            <signal name="WindowChanged">
              <arg name="window" type="s"/>
            </signal>

            <property name="Profile" type="s" access="read">
              <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
            </property>
            <!-- Where direct calls come in; 0 while nothing listens. -->
            <property name="ListeningPort" type="u" access="read"/>
            <!-- Why nothing listens, in one sentence; empty when all is well. -->
            <property name="ListeningProblem" type="s" access="read"/>
            <!-- Whether every call is turned away as if all streams were busy. -->
            <property name="DoNotDisturb" type="b" access="readwrite"/>
            <!-- Messages that nobody has read yet. -->
            <property name="UnreadMessages" type="u" access="read"/>
            <!-- The server that others reach us through; empty without one. -->
            <property name="Server" type="s" access="read"/>
            <!-- "off", "connecting", "connected" or "failed". -->
            <property name="ServerState" type="s" access="read"/>
            <!-- Why the server is not connected, in one sentence; empty when it is. -->
            <property name="ServerProblem" type="s" access="read"/>
            <!-- The name that the server gave us: the one asked for, with a number when it is taken. -->
            <property name="ServerName" type="s" access="read"/>
            <!-- Who else is there. -->
            <property name="ServerUsers" type="as" access="read"/>
            <!-- Why the windows of the last run did not come back, in one sentence; empty when they did. -->
            <property name="RestoringProblem" type="s" access="read"/>
          </interface>
        </node>

        """
}
