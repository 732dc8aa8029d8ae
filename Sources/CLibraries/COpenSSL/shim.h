#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/time.h>

/* Macros of OpenSSL as functions. */

static inline EVP_PKEY *COpenSSL_generate_p256(void)
{
    return EVP_EC_gen("P-256");
}

static inline long COpenSSL_set_mtu(SSL *ssl, long mtu)
{
    return SSL_set_mtu(ssl, mtu);
}

static inline long COpenSSL_set_link_mtu(SSL *ssl, long mtu)
{
    return DTLS_set_link_mtu(ssl, mtu);
}

static inline void COpenSSL_configure(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET
        | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_SINGLE_ECDH_USE);
    SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(context, 1);
}

static inline int COpenSSL_set_groups(SSL_CTX *context, const char *groups)
{
    return (int)SSL_CTX_set1_groups_list(context, groups);
}

static inline void COpenSSL_mem_eof_retries(BIO *bio)
{
    BIO_set_mem_eof_return(bio, -1);
}

static inline long COpenSSL_handle_timeout(SSL *ssl)
{
    return DTLSv1_handle_timeout(ssl);
}

/* Makes a timer of OpenSSL's own look expired. */
static inline void COpenSSL_expire(struct timeval *next_timeout)
{
    next_timeout->tv_sec = 1;
    next_timeout->tv_usec = 0;
}

static inline int COpenSSL_mem_bytes(BIO *bio, char **data)
{
    return (int)BIO_get_mem_data(bio, data);
}

static const int COpenSSL_ctrl_flush = BIO_CTRL_FLUSH;
static const int COpenSSL_ctrl_query_mtu = BIO_CTRL_DGRAM_QUERY_MTU;
static const int COpenSSL_ctrl_get_mtu = BIO_CTRL_DGRAM_GET_MTU;
static const int COpenSSL_ctrl_get_fallback_mtu = BIO_CTRL_DGRAM_GET_FALLBACK_MTU;
static const int COpenSSL_ctrl_get_mtu_overhead = BIO_CTRL_DGRAM_GET_MTU_OVERHEAD;
static const int COpenSSL_ctrl_set_next_timeout = BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT;
static const int COpenSSL_ctrl_pending = BIO_CTRL_PENDING;
static const int COpenSSL_verify_mutual = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
static const int COpenSSL_bio_retry_flags = BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY;
static const int COpenSSL_bio_read_retry = BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY;
