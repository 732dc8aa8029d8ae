#pragma once

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <usrsctp.h>

/* usrsctp's calls take casts and packed structures that Swift cannot write well; one line of C each. */

/* Peers are known to usrsctp by a small number, never by a pointer: the number travels in INIT cookies. */
static inline void *CUsrsctp_handle(uint32_t number)
{
    return (void *)(uintptr_t)number;
}

static inline uint32_t CUsrsctp_number(void *handle)
{
    return (uint32_t)(uintptr_t)handle;
}

static inline struct sockaddr_conn CUsrsctp_address(uint32_t number, uint16_t port)
{
    struct sockaddr_conn address;
    memset(&address, 0, sizeof(address));
    address.sconn_family = AF_CONN;
    address.sconn_port = htons(port);
    address.sconn_addr = CUsrsctp_handle(number);
    return address;
}

static inline int CUsrsctp_bind(struct socket *socket, uint32_t number, uint16_t port)
{
    struct sockaddr_conn address = CUsrsctp_address(number, port);
    return usrsctp_bind(socket, (struct sockaddr *)&address, sizeof(address));
}

static inline int CUsrsctp_connect(struct socket *socket, uint32_t number, uint16_t port)
{
    struct sockaddr_conn address = CUsrsctp_address(number, port);
    return usrsctp_connect(socket, (struct sockaddr *)&address, sizeof(address));
}

static inline int CUsrsctp_set_int(struct socket *socket, int level, int option, int value)
{
    return usrsctp_setsockopt(socket, level, option, &value, sizeof(value));
}

static inline void CUsrsctp_configure(struct socket *socket, uint16_t streams, uint32_t path_mtu)
{
    struct linger linger = { 1, 0 };
    usrsctp_setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    CUsrsctp_set_int(socket, IPPROTO_SCTP, SCTP_NODELAY, 1);
    CUsrsctp_set_int(socket, IPPROTO_SCTP, SCTP_RECVRCVINFO, 1);
    CUsrsctp_set_int(socket, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, 0);
    struct sctp_assoc_value reset = { SCTP_ALL_ASSOC, SCTP_ENABLE_RESET_STREAM_REQ | SCTP_ENABLE_CHANGE_ASSOC_REQ };
    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, &reset, sizeof(reset));
    struct sctp_initmsg init;
    memset(&init, 0, sizeof(init));
    init.sinit_num_ostreams = streams;
    init.sinit_max_instreams = streams;
    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof(init));
    struct sctp_paddrparams path;
    memset(&path, 0, sizeof(path));
    path.spp_flags = SPP_PMTUD_DISABLE;
    path.spp_pathmtu = path_mtu;
    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof(path));
    uint16_t kinds[] = { SCTP_ASSOC_CHANGE, SCTP_STREAM_RESET_EVENT, SCTP_PARTIAL_DELIVERY_EVENT };
    for (size_t index = 0; index < sizeof(kinds) / sizeof(kinds[0]); index++) {
        struct sctp_event event;
        memset(&event, 0, sizeof(event));
        event.se_assoc_id = SCTP_ALL_ASSOC;
        event.se_on = 1;
        event.se_type = kinds[index];
        usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event));
    }
}

/* reliability: 0 full, 1 by retransmissions, 2 by milliseconds. 1 sent, 0 no room now, -1 never. */
static inline int CUsrsctp_send(struct socket *socket, const void *data, size_t count, uint16_t stream, uint32_t ppid,
    int unordered, int reliability, uint32_t value)
{
    struct sctp_sendv_spa info;
    memset(&info, 0, sizeof(info));
    info.sendv_flags = SCTP_SEND_SNDINFO_VALID;
    info.sendv_sndinfo.snd_sid = stream;
    info.sendv_sndinfo.snd_ppid = htonl(ppid);
    info.sendv_sndinfo.snd_flags = (uint16_t)(SCTP_EOR | (unordered ? SCTP_UNORDERED : 0));
    if (reliability != 0) {
        info.sendv_flags |= SCTP_SEND_PRINFO_VALID;
        info.sendv_prinfo.pr_policy = reliability == 1 ? SCTP_PR_SCTP_RTX : SCTP_PR_SCTP_TTL;
        info.sendv_prinfo.pr_value = value;
    }
    if (usrsctp_sendv(socket, data, count, NULL, 0, &info, sizeof(info), SCTP_SENDV_SPA, 0) >= 0)
        return 1;
    /* EWOULDBLOCK also while an earlier reset of the stream is on its way. */
    return errno == EWOULDBLOCK || errno == EAGAIN || errno == ENOBUFS || errno == EINTR ? 0 : -1;
}

struct CUsrsctp_received {
    ssize_t count;
    uint16_t stream;
    uint32_t ppid;
    int is_notification;
    int ends_message;
};

static inline struct CUsrsctp_received CUsrsctp_receive(struct socket *socket, void *buffer, size_t size)
{
    struct CUsrsctp_received received;
    struct sctp_rcvinfo info;
    struct sockaddr_conn from;
    socklen_t from_length = sizeof(from), info_length = sizeof(info);
    unsigned int kind = 0;
    int flags = 0;
    memset(&info, 0, sizeof(info));
    received.count = usrsctp_recvv(socket, buffer, size, (struct sockaddr *)&from, &from_length, &info, &info_length, &kind,
        &flags);
    received.stream = info.rcv_sid;
    received.ppid = ntohl(info.rcv_ppid);
    received.is_notification = (flags & MSG_NOTIFICATION) != 0;
    received.ends_message = (flags & MSG_EOR) != 0;
    return received;
}

/* Asks for the reset of one outgoing stream: how a data channel closes (RFC 8831 6.7). */
static inline int CUsrsctp_reset(struct socket *socket, uint16_t stream)
{
    char memory[sizeof(struct sctp_reset_streams) + sizeof(uint16_t)];
    struct sctp_reset_streams *reset = (struct sctp_reset_streams *)memory;
    memset(memory, 0, sizeof(memory));
    reset->srs_flags = SCTP_STREAM_RESET_OUTGOING;
    reset->srs_number_streams = 1;
    reset->srs_stream_list[0] = stream;
    return usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_RESET_STREAMS, reset, (socklen_t)sizeof(memory));
}

static inline void CUsrsctp_start(int (*output)(void *, void *, size_t, uint8_t, uint8_t))
{
    usrsctp_init_nothreads(0, output, NULL);
    usrsctp_sysctl_set_sctp_sendspace(1 << 20);
    usrsctp_sysctl_set_sctp_recvspace(1 << 20);
    usrsctp_sysctl_set_sctp_max_chunks_on_queue(10 * 1024);
    usrsctp_sysctl_set_sctp_initial_cwnd(10);
    usrsctp_sysctl_set_sctp_max_burst_default(10);
    usrsctp_sysctl_set_sctp_delayed_sack_time_default(20);
    usrsctp_sysctl_set_sctp_rto_min_default(200);
    usrsctp_sysctl_set_sctp_rto_initial_default(1000);
    usrsctp_sysctl_set_sctp_rto_max_default(10000);
    usrsctp_sysctl_set_sctp_assoc_rtx_max_default(5);
    usrsctp_sysctl_set_sctp_heartbeat_interval_default(10000);
    usrsctp_sysctl_set_sctp_pr_enable(1);
    usrsctp_sysctl_set_sctp_ecn_enable(0);
    /* WebRTC has no use for these, and each is code that a hostile peer could reach. */
    usrsctp_sysctl_set_sctp_asconf_enable(0);
    usrsctp_sysctl_set_sctp_auth_enable(0);
    usrsctp_sysctl_set_sctp_nrsack_enable(0);
    usrsctp_sysctl_set_sctp_pktdrop_enable(0);
    usrsctp_sysctl_set_sctp_blackhole(2);
}

/* The processor's own instruction, which Swift cannot name: ten times as fast as usrsctp's tables, which cost a fifth of all
   that a packet costs. Where there is none, usrsctp makes the checksums itself. */
#if defined(__x86_64__)
static inline int CUsrsctp_has_crc32c(void)
{
    return __builtin_cpu_supports("sse4.2") != 0;
}

/* Of a packet of 12 bytes at least, as if its own checksum, at byte 8, were zero (RFC 9260 appendix A). */
__attribute__((target("sse4.2"))) static inline uint32_t CUsrsctp_crc32c(const uint8_t *packet, size_t count)
{
    uint64_t word, sum = 0xffffffff;
    memcpy(&word, packet, sizeof(word));
    sum = __builtin_ia32_crc32di(sum, word);
    sum = __builtin_ia32_crc32si((uint32_t)sum, 0);
    for (packet += 12, count -= 12; count >= 8; packet += 8, count -= 8) {
        memcpy(&word, packet, sizeof(word));
        sum = __builtin_ia32_crc32di(sum, word);
    }
    for (; count > 0; packet++, count--)
        sum = __builtin_ia32_crc32qi((uint32_t)sum, *packet);
    return (uint32_t)sum ^ 0xffffffff;
}
#else
static inline int CUsrsctp_has_crc32c(void)
{
    return 0;
}

static inline uint32_t CUsrsctp_crc32c(const uint8_t *packet, size_t count)
{
    (void)packet;
    (void)count;
    return 0;
}
#endif

static const int CUsrsctp_protocol = IPPROTO_SCTP;
static const int CUsrsctp_family = AF_CONN;
static const int CUsrsctp_stream = SOCK_STREAM;
