#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* webrtc-audio-processing 0.3 is C++ only: this is all of it that is used, as C. 48 kHz, mono, 480 samples a call. */

typedef struct CAudioProcessor CAudioProcessor;

/* NULL when the library refuses. */
CAudioProcessor *CAudioProcessor_create(void);
void CAudioProcessor_destroy(CAudioProcessor *processor);
void CAudioProcessor_configure(CAudioProcessor *processor, int echo_cancellation, int noise_suppression, int gain_control);
/* What is about to be played. Before the microphone's samples of the same moment. */
void CAudioProcessor_reverse(CAudioProcessor *processor, const int16_t *samples);
/* The microphone's samples, changed in place. delay_ms: from "about to be played" to "heard by the microphone". */
void CAudioProcessor_process(CAudioProcessor *processor, int16_t *samples, int delay_ms);
/* Forgets the room: the sound goes, or comes, another way now. */
void CAudioProcessor_realign(CAudioProcessor *processor);
/* What the canceller has measured, dB: how much weaker the room's echo is than what was played, and how much of the echo is
   taken away. 0 while it does not know. */
int CAudioProcessor_echo(CAudioProcessor *processor, int *return_loss, int *enhancement);

#ifdef __cplusplus
}
#endif
