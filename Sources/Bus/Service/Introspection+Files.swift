extension Introspection {
    /// `data/dbus/org.causerie.Files.xml`
    static let files = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
          <!-- Files that are sent and received, with a call and without; object /org/causerie/Causerie/files. A file is meant by its id,
               or the beginning of it that no other one has. Errors as of org.causerie.Causerie, and for the disk:
                 org.causerie.Error.File  a file or folder is not there, cannot be read or written, or the disk is full -->
          <interface name="org.causerie.Files">
            <!-- Offers files and folders, each by itself. who: a stream, a contact, a fingerprint, a name or an address; paths: absolute.
                 ids: one for each path. -->
            <method name="SendFiles">
              <arg name="who" type="s" direction="in"/>
              <arg name="paths" type="as" direction="in"/>
              <arg name="ids" type="as" direction="out"/>
            </method>
            <!-- Takes a file that is offered. place: an absolute path, a folder that is there or a new name in one; empty for Folder. A
                 name that is taken gets a number: nothing is ever replaced. -->
            <method name="AcceptFile">
              <arg name="id" type="s" direction="in"/>
              <arg name="place" type="s" direction="in"/>
            </method>
            <method name="DeclineFile">
              <arg name="id" type="s" direction="in"/>
            </method>
            <method name="PauseFile">
              <arg name="id" type="s" direction="in"/>
            </method>
            <method name="ResumeFile">
              <arg name="id" type="s" direction="in"/>
            </method>
            <!-- Gives a file up; what has come of it is removed. -->
            <method name="CancelFile">
              <arg name="id" type="s" direction="in"/>
            </method>
            <!-- Once more after a failure, from where it was; at once where it waits for the correspondent. -->
            <method name="RetryFile">
              <arg name="id" type="s" direction="in"/>
            </method>
            <!-- Forgets a file that is over; it stays on the disk. -->
            <method name="RemoveFile">
              <arg name="id" type="s" direction="in"/>
            </method>
            <!-- The files with somebody, or with everybody for an empty who, the latest first, as JSON: [{"id", "with", "fingerprint",
                 "isOwn" (we send it), "name", "size" (bytes), "files", "isFolder", "path", "date" (ms since 1970), "state", "message" (a
                 sentence), "bytesDone", "bytesPerSecond", "secondsLeft" (or null)}]. state: "offered", "waiting", "running",
                 "paused-here", "paused-there", "paused" (by both), "interrupted" (it goes on by itself), "verifying", "done",
                 "declined", "cancelled", "cancelled-there", "failed". -->
            <method name="ListFiles">
              <arg name="who" type="s" direction="in"/>
              <arg name="json" type="s" direction="out"/>
            </method>

            <!-- Somebody wants to send a file: as in ListFiles. -->
            <signal name="FileOffered">
              <arg name="json" type="s"/>
            </signal>
            <!-- A file is further than it was, or its state is another one; at most four times a second of each. -->
            <signal name="FileProgress">
              <arg name="id" type="s"/>
              <arg name="state" type="s"/>
              <arg name="bytesDone" type="t"/>
              <arg name="size" type="t"/>
              <arg name="bytesPerSecond" type="d"/>
              <arg name="message" type="s"/>
            </signal>

            <!-- Where files go that are accepted without a place; the user's download folder until it is set, or set to nothing. -->
            <property name="Folder" type="s" access="readwrite"/>
            <!-- Files of contacts whose key is verified are taken without a question up to so many bytes; 0 for none. -->
            <property name="AutomaticLimit" type="t" access="readwrite"/>
            <!-- Bytes a second that are sent at most, of all files; 0 for as fast as it goes. -->
            <property name="SpeedLimit" type="t" access="readwrite"/>
            <!-- Whether files may go by connections of their own; otherwise they go through calls alone. -->
            <property name="UsesConnections" type="b" access="readwrite"/>
          </interface>
        </node>

        """
}
