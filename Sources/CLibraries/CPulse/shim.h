#pragma once

#include <pulse/pulseaudio.h>
#include <sys/time.h>

/* A timer of the loop, so many milliseconds from now; timeval stays on this side. */
static inline pa_time_event *CPulse_timer(pa_mainloop_api *api, unsigned milliseconds, pa_time_event_cb_t callback,
    void *context)
{
    struct timeval due;
    pa_timeval_add(pa_gettimeofday(&due), (pa_usec_t)milliseconds * 1000);
    return api->time_new(api, &due, callback, context);
}
