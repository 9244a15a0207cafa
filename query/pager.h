/* Long answers page themselves on a terminal, as git's do: through $PCAPDEX_PAGER, $PAGER or less. */
#ifndef PCAPDEX_QUERY_PAGER_H
#define PCAPDEX_QUERY_PAGER_H

#include <stdbool.h>

/* From now on standard output goes through the pager, where it is a terminal and there is one; an empty
 * variable or "cat" means none. True when it does. */
bool pager_start(void);

/* Wait until the reader is done. Does nothing when there is no pager. */
void pager_wait(void);

#endif
