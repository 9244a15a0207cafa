/* The texts about commands that come from their option tables: help and man pages. */
#ifndef PCAPDEX_QUERY_HELP_H
#define PCAPDEX_QUERY_HELP_H

#include "query/command.h"

/* `pcapdex help COMMAND` and `pcapdex help`, on stdout or (nothing was asked for) stderr. */
int help_command(const struct command *c);
int help_overview(FILE *out);

/* The same as a page of the manual, in man(7)'s language, on stdout; NULL: pcapdex(1). */
int help_man(const struct command *c);

#endif
