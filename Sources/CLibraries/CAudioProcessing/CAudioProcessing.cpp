#include "CAudioProcessing.h"

#include <cstring>
#include <memory>

#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>

static const int kRate = 48000;
static const size_t kSamples = 480;

struct CAudioProcessor {
    std::unique_ptr<webrtc::AudioProcessing> processing;
    webrtc::AudioFrame frame;
    bool cancels_echo = false;
};

static void fill(webrtc::AudioFrame &frame, const int16_t *samples)
{
    frame.samples_per_channel_ = kSamples;
    frame.sample_rate_hz_ = kRate;
    frame.num_channels_ = 1;
    std::memcpy(frame.data_, samples, kSamples * sizeof(int16_t));
}

CAudioProcessor *CAudioProcessor_create(void)
{
    webrtc::Config configuration;
    configuration.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
    configuration.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
    std::unique_ptr<CAudioProcessor> processor(new CAudioProcessor());
    processor->processing.reset(webrtc::AudioProcessing::Create(configuration));
    if (!processor->processing)
        return nullptr;
    webrtc::ProcessingConfig format = {{
        webrtc::StreamConfig(kRate, 1, false), webrtc::StreamConfig(kRate, 1, false),
        webrtc::StreamConfig(kRate, 1, false), webrtc::StreamConfig(kRate, 1, false)}};
    if (processor->processing->Initialize(format) != 0)
        return nullptr;
    processor->processing->echo_cancellation()->enable_metrics(true);
    return processor.release();
}

void CAudioProcessor_destroy(CAudioProcessor *processor)
{
    delete processor;
}

void CAudioProcessor_configure(CAudioProcessor *processor, int echo_cancellation, int noise_suppression, int gain_control)
{
    auto &processing = *processor->processing;
    processor->cancels_echo = echo_cancellation != 0;
    processing.high_pass_filter()->Enable(true);
    processing.echo_cancellation()->enable_drift_compensation(false);
    processing.echo_cancellation()->set_suppression_level(webrtc::EchoCancellation::kModerateSuppression);
    processing.echo_cancellation()->Enable(echo_cancellation != 0);
    processing.noise_suppression()->set_level(webrtc::NoiseSuppression::kModerate);
    processing.noise_suppression()->Enable(noise_suppression != 0);
    processing.gain_control()->set_mode(webrtc::GainControl::kAdaptiveDigital);
    processing.gain_control()->set_target_level_dbfs(3);
    processing.gain_control()->set_compression_gain_db(9);
    processing.gain_control()->enable_limiter(true);
    processing.gain_control()->Enable(gain_control != 0);
}

void CAudioProcessor_reverse(CAudioProcessor *processor, const int16_t *samples)
{
    if (!processor->cancels_echo)
        return;
    fill(processor->frame, samples);
    processor->processing->ProcessReverseStream(&processor->frame);
}

void CAudioProcessor_process(CAudioProcessor *processor, int16_t *samples, int delay_ms)
{
    fill(processor->frame, samples);
    if (processor->cancels_echo)
        processor->processing->set_stream_delay_ms(delay_ms < 0 ? 0 : delay_ms > 500 ? 500 : delay_ms);
    if (processor->processing->ProcessStream(&processor->frame) == 0)
        std::memcpy(samples, processor->frame.data_, kSamples * sizeof(int16_t));
}

void CAudioProcessor_realign(CAudioProcessor *processor)
{
    // Keeps the formats and the switches.
    processor->processing->Initialize();
}

int CAudioProcessor_echo(CAudioProcessor *processor, int *return_loss, int *enhancement)
{
    webrtc::EchoCancellation::Metrics metrics;
    // The library's word for "nothing measured yet" is -100.
    if (!processor->cancels_echo || processor->processing->echo_cancellation()->GetMetrics(&metrics) != 0 ||
        metrics.echo_return_loss.average <= -100 || metrics.echo_return_loss_enhancement.average <= -100)
        return 0;
    *return_loss = metrics.echo_return_loss.average;
    *enhancement = metrics.echo_return_loss_enhancement.average;
    return 1;
}
