#pragma once

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <time.h>

/* prctl is variadic. At most 15 bytes of the name are kept. */
static inline int CLinux_set_thread_name(const char *name)
{
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

/* Clocks in microseconds. Here, because several C modules of this program have the header of struct timespec, and which
   of them Swift takes its members from depends on the order in which it meets them. */
static inline int64_t CLinux_clock(clockid_t clock)
{
    struct timespec time = { 0 };
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static inline void CLinux_sleep_until(int64_t microseconds)
{
    struct timespec time = { .tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000 };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) { }
}
