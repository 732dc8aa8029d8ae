extension Introspection {
    /// `data/dbus/org.causerie.People.xml`
    static let people = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
          <!-- Who is known, how they are reached, and which calls there were: object /org/causerie/Causerie/people of an
               instance. A contact is meant by its name, whatever the case, or by its id. Paths are absolute. Errors are those of
               org.causerie.Causerie. -->
          <interface name="org.causerie.People">
            <!-- The contacts in whose name, address or note each word of the text is found; all for an empty one. As JSON:
                 [{"id", "name", "address", "note", "hasPhoto", "fingerprint" (or null), "verified", "presence",
                 "presenceMessage", "created", "changed"}]. presence: "unknown", "available", "away", "busy", "do-not-disturb",
                 "reachable" (it tells only its contacts more), "offline", "unreachable" (presenceMessage says why),
                 "not-signed-in" and "server-not-connected" (for those called by their name at a server). -->
            <method name="ListContacts">
              <arg name="search" type="s" direction="in"/>
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- Those at our own server who are no contacts, in the order in which they came. As JSON: [{"name", "address"}]. -->
            <method name="ListServerUsers">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- The same of one contact, and "trust": [{"what", "date", "fingerprint"}], what became of its keys, the oldest first;
                 what: "first-seen", "changed" (and refused), "accepted", "verified", "unverified". -->
            <method name="DescribeContact">
              <arg name="contact" type="s" direction="in"/>
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- photo: the path of a PNG or JPEG file, or empty. -->
            <method name="AddContact">
              <arg name="name" type="s" direction="in"/>
              <arg name="address" type="s" direction="in"/>
              <arg name="note" type="s" direction="in"/>
              <arg name="photo" type="s" direction="in"/>
              <arg name="contact" type="s" direction="out"/>
            </method>
            <!-- Whoever is at the other end of a stream, or was in its last call, with the key that was shown. -->
            <method name="AddContactOfStream">
              <arg name="stream" type="s" direction="in"/>
              <arg name="contact" type="s" direction="out"/>
            </method>
            <!-- Whoever a call of before was with. -->
            <method name="AddContactOfCall">
              <arg name="call" type="x" direction="in"/>
              <arg name="contact" type="s" direction="out"/>
            </method>
            <!-- Who is on this network now, found by DNS-SD, oneself left out. As JSON: [{"id" (of the key, as it is announced: no
                 proof before a call), "name", "address", "contact" (the name of the contact that it is, or null)}]. Looks again,
                 too: PeopleOnNetworkChanged tells what comes of it. -->
            <method name="ListPeopleOnNetwork">
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- person: an id of ListPeopleOnNetwork, or a name that one alone has. Its key is pinned by the first call. -->
            <method name="AddContactOnNetwork">
              <arg name="person" type="s" direction="in"/>
              <arg name="contact" type="s" direction="out"/>
            </method>
            <!-- changes: texts by name, of Name, Address, Note, Photo (a path; empty for none any more). -->
            <method name="EditContact">
              <arg name="contact" type="s" direction="in"/>
              <arg name="changes" type="a{sv}" direction="in"/>
            </method>
            <method name="RemoveContact">
              <arg name="contact" type="s" direction="in"/>
            </method>
            <!-- The user has compared the digits of a call (Info of the stream) with this person, or takes that back. -->
            <method name="VerifyContact">
              <arg name="contact" type="s" direction="in"/>
              <arg name="verified" type="b" direction="in"/>
            </method>
            <!-- Adds the people of a vCard file, 3.0 or 4.0; all that can be added, or none. As JSON: {"added", "known",
                 "withoutAddress", "withoutPhoto"}. -->
            <method name="ImportContacts">
              <arg name="path" type="s" direction="in"/>
              <arg name="json" type="s" direction="out"/>
            </method>
            <!-- version: "4.0", which is meant by the empty text, or "3.0". -->
            <method name="ExportContacts">
              <arg name="path" type="s" direction="in"/>
              <arg name="version" type="s" direction="in"/>
            </method>

            <!-- The calls that were, the newest first: at most so many, with one contact only where it is not empty, and only the
                 missed ones. As JSON: [{"id", "contact" (its name, or null), "name", "address", "fingerprint", "direction"
                 ("outgoing", "incoming"), "date", "duration" (s, or null), "reason", "message", "missed", "seen", "localPath",
                 "remotePath" ("host", "srflx", "prflx", "relay", or null), "audioCodec", "videoCodec", "loss" (mean, 0 to 1),
                 "roundTripTime" (mean, ms)}]. -->
            <method name="ListCalls">
              <arg name="count" type="u" direction="in"/>
              <arg name="contact" type="s" direction="in"/>
              <arg name="missedOnly" type="b" direction="in"/>
              <arg name="json" type="s" direction="out"/>
            </method>
            <method name="RemoveCall">
              <arg name="call" type="x" direction="in"/>
            </method>
            <method name="ClearCalls"/>
            <!-- The user has seen which calls were missed. -->
            <method name="MarkCallsSeen"/>

            <!-- A contact was added, changed or removed, or is reached in another way than before; or others are at our server. -->
            <signal name="ContactsChanged"/>
            <signal name="CallsChanged"/>
            <!-- Somebody has come to this network, or has gone, or has another name or address. -->
            <signal name="PeopleOnNetworkChanged"/>

            <!-- What contacts see of the user: "available", "away", "do-not-disturb" (every call is turned away), "invisible"
                 (nobody is told anything, and nothing is announced on the network; calls arrive as ever). -->
            <property name="Status" type="s" access="readwrite"/>
            <!-- Missed calls that the user has not seen. -->
            <property name="MissedCalls" type="u" access="read"/>
          </interface>
        </node>

        """
}
