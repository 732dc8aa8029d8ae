#pragma once

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

/* Variadic functions and versioned macros, which Swift cannot call. */

static inline vpx_codec_err_t CVPX_encoder_init(
    vpx_codec_ctx_t *codec, vpx_codec_iface_t *interface, const vpx_codec_enc_cfg_t *configuration)
{
    return vpx_codec_enc_init(codec, interface, configuration, 0);
}

static inline vpx_codec_err_t CVPX_decoder_init(
    vpx_codec_ctx_t *codec, vpx_codec_iface_t *interface, const vpx_codec_dec_cfg_t *configuration)
{
    return vpx_codec_dec_init(codec, interface, configuration, 0);
}

static inline vpx_codec_err_t CVPX_set_cpu_used(vpx_codec_ctx_t *codec, int value)
{
    return vpx_codec_control(codec, VP8E_SET_CPUUSED, value);
}

static inline vpx_codec_err_t CVPX_set_static_threshold(vpx_codec_ctx_t *codec, unsigned int value)
{
    return vpx_codec_control(codec, VP8E_SET_STATIC_THRESHOLD, value);
}

static inline vpx_codec_err_t CVPX_set_token_partitions(vpx_codec_ctx_t *codec, int value)
{
    return vpx_codec_control(codec, VP8E_SET_TOKEN_PARTITIONS, value);
}

static inline vpx_codec_err_t CVPX_set_noise_sensitivity(vpx_codec_ctx_t *codec, unsigned int value)
{
    return vpx_codec_control(codec, VP8E_SET_NOISE_SENSITIVITY, value);
}

static inline vpx_codec_err_t CVPX_set_max_intra_percent(vpx_codec_ctx_t *codec, unsigned int value)
{
    return vpx_codec_control(codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, value);
}

/* Of VP9 alone. */

static inline vpx_codec_err_t CVPX_set_adaptive_quantization(vpx_codec_ctx_t *codec, unsigned int value)
{
    return vpx_codec_control(codec, VP9E_SET_AQ_MODE, value);
}

static inline vpx_codec_err_t CVPX_set_row_multithreading(vpx_codec_ctx_t *codec, unsigned int value)
{
    return vpx_codec_control(codec, VP9E_SET_ROW_MT, value);
}

static inline vpx_codec_err_t CVPX_set_tile_columns(vpx_codec_ctx_t *codec, int value)
{
    return vpx_codec_control(codec, VP9E_SET_TILE_COLUMNS, value);
}

static inline vpx_codec_err_t CVPX_set_frame_parallel(vpx_codec_ctx_t *codec, unsigned int value)
{
    return vpx_codec_control(codec, VP9E_SET_FRAME_PARALLEL_DECODING, value);
}

static inline vpx_codec_err_t CVPX_set_content(vpx_codec_ctx_t *codec, int value)
{
    return vpx_codec_control(codec, VP9E_SET_TUNE_CONTENT, value);
}

/* 0...127, of the picture encoded last; negative when it is not known. */
static inline int CVPX_last_quantizer(vpx_codec_ctx_t *codec)
{
    int quantizer = -1;
    return vpx_codec_control(codec, VP8E_GET_LAST_QUANTIZER, &quantizer) == VPX_CODEC_OK ? quantizer : -1;
}

/* The compressed picture of a packet, NULL for packets of another kind. */
static inline const void *CVPX_frame_data(const vpx_codec_cx_pkt_t *packet, size_t *size, int *is_key_frame)
{
    if (packet->kind != VPX_CODEC_CX_FRAME_PKT)
        return NULL;
    *size = packet->data.frame.sz;
    *is_key_frame = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    return packet->data.frame.buf;
}
