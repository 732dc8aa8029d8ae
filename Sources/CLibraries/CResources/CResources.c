#include "CResources.h"

// In the file that the GLibResources plugin generates.
GResource *causerie_get_resource(void);

void CResources_register(void) { g_resources_register(causerie_get_resource()); }
