#pragma once

#include <poll.h>
#include <stdint.h>

/* Network namespaces and TUN devices: what the C library declares for GNU sources only, or as variadic functions.
   Each gives -1 and errno when it fails. */

/* Puts the calling thread alone into a new, empty network. */
int CNetworks_leave(void);

/* Puts the calling thread alone into the network that a descriptor of the kind /proc/PID/ns/net stands for. */
int CNetworks_enter(int network);

/* A TUN device of the thread's network: whole IP packets, without waiting. */
int CNetworks_open_tunnel(const char *name);

/* Lets this process go before all others whenever it has something to do. */
int CNetworks_hurry(void);

/* poll(2), at most so many microseconds. */
int CNetworks_wait(struct pollfd *waiting, int count, int64_t microseconds);
