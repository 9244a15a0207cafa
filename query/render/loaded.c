#include "query/render/loaded.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

bool library_load(const char *soname, const char *const *names, size_t n, void **functions, char *message)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	bool all = library != NULL;
	for (size_t i = 0; all && i < n; i++)
		all = (functions[i] = dlsym(library, names[i])) != NULL;
	if (all)
		return true;
	if (message)
		snprintf(message, 512, "%s", dlerror());
	memset(functions, 0, n * sizeof(*functions));
	return false;
}
