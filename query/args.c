/* What commands ask of their arguments, and how they complain. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "query/command.h"
#include "query/render/render.h"

__thread void (*complain_to)(const char *text);

int complain(int status, const char *format, ...)
{
	va_list list;
	char *text = NULL;
	va_start(list, format);
	int n = vasprintf(&text, format, list);
	va_end(list);
	if (complain_to) {
		complain_to(n >= 0 ? text : "out of memory");
		if (n >= 0)
			free(text);
		return status;
	}
	fputs("pcapdex: ", stderr);
	/* It may quote file names and captures. */
	if (n >= 0)
		render_visible(stderr, text, (size_t)n);
	fputc('\n', stderr);
	if (n >= 0)
		free(text);
	return status;
}

const char *args_value(const struct args *args, const char *name, const char *fallback)
{
	for (unsigned i = args->nvalues; i; i--)
		if (strcmp(args->values[i - 1].option->name, name) == 0)
			return args->values[i - 1].value;
	return fallback;
}

const char *args_nth(const struct args *args, const char *name, unsigned n)
{
	for (unsigned i = 0; i < args->nvalues; i++)
		if (strcmp(args->values[i].option->name, name) == 0 && n-- == 0)
			return args->values[i].value;
	return NULL;
}
