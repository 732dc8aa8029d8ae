#pragma once

// The parts of the GLib boundary that need C code with state: a GSource, a GClosure. Nothing here decides anything.

#include <gio/gio.h>
#include <glib.h>

G_BEGIN_DECLS

/// Attaches to `context` (NULL: the default one) a source that runs what is queued on libdispatch's main queue, and with
/// it Swift's main actor. Call once, on the process's main thread, before the loop runs. Returns the source's id, or 0
/// when libdispatch has no descriptor to watch.
guint CGLibShim_attach_main_queue(GMainContext *context);

/// How often that source has run: a figure for tests, which bound it.
guint64 CGLibShim_main_queue_wakeups(void);

/// Connects `marshal` to a signal, detail included ("notify::title"). `destroy` gets `data` exactly once, when the
/// connection ends, whoever ends it. Returns 0 and calls nothing when the object has no such signal.
gulong CGLibShim_signal_connect(
    gpointer instance, const char *signal, GClosureMarshal marshal, gpointer data, GClosureNotify destroy,
    gboolean after);

G_END_DECLS
