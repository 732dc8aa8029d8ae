#pragma once

#include <libyuv.h>

#include <stddef.h>
#include <stdint.h>

/* JPEG's samples go from 0 to 255; those of video from 16 to 235 and, of colour, to 240. libyuv of Debian 12 has no such
 * conversion. */
static inline void CYUV_limit_luma(uint8_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) samples[i] = (uint8_t)((samples[i] * 220 + 128) / 256 + 16);
}

static inline void CYUV_limit_chroma(uint8_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) samples[i] = (uint8_t)((samples[i] * 225 + 4096) / 256);
}
