/* Lists that grow. */
#ifndef PCAPDEX_SCHEMA_LIST_H
#define PCAPDEX_SCHEMA_LIST_H

#include <stddef.h>
#include <stdlib.h>

/* The list (malloc'ed, of *size elements; NULL and 0 at first) with room for element n, perhaps at another
 * place; NULL when out of memory: the old one is as it was then. */
static inline void *list_room(void *list, size_t *size, size_t n, size_t element)
{
	if (n < *size)
		return list;
	size_t wanted = *size ? *size * 2 : 64;
	void *grown = realloc(list, (wanted > n ? wanted : n + 1) * element);
	if (grown)
		*size = wanted > n ? wanted : n + 1;
	return grown;
}

#endif
