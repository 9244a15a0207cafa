#include "query/libpq.h"

#if HAVE_PQ

#include <stdio.h>

#include "query/render/loaded.h"

struct libpq pq;

bool libpq_load(char *message)
{
	static const char *const names[] = {
#define X(name) "PQ" #name,
		LIBPQ_FUNCTIONS(X)
#undef X
	};
	_Static_assert(sizeof(pq) == sizeof(names), "a pointer for each name");
	char why[512];
	if (pq.connectdb ||
		library_load("libpq.so.5", names, sizeof(names) / sizeof(*names), (void **)&pq, why))
		return true;
	snprintf(message, 512, "PostgreSQL needs the library libpq (Debian: libpq5): %.400s", why);
	return false;
}

#else
typedef int nothing_to_compile;
#endif
