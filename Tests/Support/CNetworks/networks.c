#define _GNU_SOURCE
#include "CNetworks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

int CNetworks_leave(void) { return unshare(CLONE_NEWNET); }

int CNetworks_enter(int network) { return setns(network, CLONE_NEWNET); }

int CNetworks_open_tunnel(const char *name)
{
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (device < 0) return -1;
    struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(device, TUNSETIFF, &request) == 0) return device;
    int code = errno;
    close(device);
    errno = code;
    return -1;
}

int CNetworks_hurry(void)
{
    struct sched_param priority = { .sched_priority = 1 };
    return sched_setscheduler(0, SCHED_RR, &priority);
}

int CNetworks_wait(struct pollfd *waiting, int count, int64_t microseconds)
{
    struct timespec limit = { .tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000 };
    return ppoll(waiting, (nfds_t)count, &limit, NULL);
}
