#pragma once

#include <sys/prctl.h>

/* prctl is variadic. At most 15 bytes of the name are kept. */
static inline int CLinux_set_thread_name(const char *name)
{
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}
