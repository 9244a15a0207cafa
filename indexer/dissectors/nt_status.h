/* Names of Windows' results. */
#ifndef PCAPDEX_DISSECTORS_NT_STATUS_H
#define PCAPDEX_DISSECTORS_NT_STATUS_H

#include <stdint.h>

/* "STATUS_ACCESS_DENIED"; NULL unknown. */
const char *nt_status_name(uint32_t status);

#endif
