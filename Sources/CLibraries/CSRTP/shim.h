#pragma once

#include <srtp2/srtp.h>
#include <string.h>

/* Fills a policy for one direction of all streams; `is_gcm` chooses between the two profiles that we speak. */
static inline void CSRTP_policy(srtp_policy_t *policy, int is_gcm, int is_inbound, unsigned char *key_and_salt)
{
    memset(policy, 0, sizeof(*policy));
    if (is_gcm) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
    } else {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtcp);
    }
    policy->ssrc.type = is_inbound ? ssrc_any_inbound : ssrc_any_outbound;
    policy->key = key_and_salt;
    policy->window_size = 1024;
    policy->allow_repeat_tx = 1;
    policy->next = NULL;
}
