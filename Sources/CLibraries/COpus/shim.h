#pragma once

#include <opus/opus.h>

/* opus_encoder_ctl is variadic. */

static inline int COpus_set_bitrate(OpusEncoder *encoder, opus_int32 value)
{
    return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(value));
}

static inline int COpus_set_complexity(OpusEncoder *encoder, opus_int32 value)
{
    return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(value));
}

static inline int COpus_set_signal_voice(OpusEncoder *encoder, int is_voice)
{
    return opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(is_voice ? OPUS_SIGNAL_VOICE : OPUS_SIGNAL_MUSIC));
}

static inline int COpus_set_inband_fec(OpusEncoder *encoder, int value)
{
    return opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(value));
}

static inline int COpus_set_packet_loss(OpusEncoder *encoder, int percent)
{
    return opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(percent));
}

static inline int COpus_set_dtx(OpusEncoder *encoder, int value)
{
    return opus_encoder_ctl(encoder, OPUS_SET_DTX(value));
}
