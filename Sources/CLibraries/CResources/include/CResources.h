#pragma once

#include <gio/gio.h>

/// Makes what is in `resources/` readable under /org/causerie/Causerie. Idempotent.
void CResources_register(void);
