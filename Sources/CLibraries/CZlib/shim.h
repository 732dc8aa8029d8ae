#pragma once

#include <zlib.h>

/* deflateInit2 and inflateInit2 are macros that pass the size of the stream's structure along. A negative window means
 * deflate without a header around it (RFC 1951). */

static inline int CZlib_deflate_start(z_stream *stream, int level, int window_bits, int memory_level)
{
    return deflateInit2(stream, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

static inline int CZlib_inflate_start(z_stream *stream, int window_bits)
{
    return inflateInit2(stream, -window_bits);
}
