#include "CGLibShim.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

// libdispatch's interface for foreign run loops: exported, used by CoreFoundation, in no public header. Only this file
// knows it; the main-loop test covers it.
extern int _dispatch_get_main_queue_handle_4CF(void);
extern void _dispatch_main_queue_callback_4CF(void *message);

static guint64 main_queue_wakeups;

typedef struct {
    GSource source;
    int descriptor;
} MainQueueSource;

static gboolean main_queue_dispatch(GSource *source, GSourceFunc callback, gpointer data) {
    (void)callback;
    (void)data;
    main_queue_wakeups += 1;
    // The eventfd stays readable until it is read: without this the loop would spin. It is read before the queue is
    // drained so that work queued meanwhile raises it again.
    uint64_t count;
    while (read(((MainQueueSource *)source)->descriptor, &count, sizeof count) < 0 && errno == EINTR) {
    }
    _dispatch_main_queue_callback_4CF(NULL);
    return G_SOURCE_CONTINUE;
}

// Neither prepare nor check: the descriptor alone makes the source ready.
static GSourceFuncs main_queue_functions = {.dispatch = main_queue_dispatch};

guint CGLibShim_attach_main_queue(GMainContext *context) {
    int descriptor = _dispatch_get_main_queue_handle_4CF();
    if (descriptor < 0) {
        return 0;
    }
    GSource *source = g_source_new(&main_queue_functions, sizeof(MainQueueSource));
    ((MainQueueSource *)source)->descriptor = descriptor;
    g_source_set_static_name(source, "libdispatch main queue");
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_add_unix_fd(source, descriptor, G_IO_IN);
    guint identifier = g_source_attach(source, context);
    g_source_unref(source);
    return identifier;
}

guint64 CGLibShim_main_queue_wakeups(void) { return main_queue_wakeups; }

gulong CGLibShim_signal_connect(
    gpointer instance, const char *signal, GClosureMarshal marshal, gpointer data, GClosureNotify destroy,
    gboolean after) {
    guint identifier = 0;
    GQuark detail = 0;
    if (!g_signal_parse_name(signal, G_TYPE_FROM_INSTANCE(instance), &identifier, &detail, TRUE)) {
        return 0;
    }
    GClosure *closure = g_closure_new_simple(sizeof(GClosure), data);
    g_closure_set_marshal(closure, marshal);
    g_closure_add_finalize_notifier(closure, data, destroy);
    return g_signal_connect_closure_by_id(instance, identifier, detail, closure, after);
}
