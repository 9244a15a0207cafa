/* The dictionaries of an archive, and which columns refer to them: for whoever moves or removes rows. */
#ifndef PCAPDEX_STORE_DICTIONARY_H
#define PCAPDEX_STORE_DICTIONARY_H

#include <stddef.h>

#include "schema/kind.h"

enum dictionary { DICTIONARY_ADDRESS, DICTIONARY_TEXT, DICTIONARY_STACK, DICTIONARIES, DICTIONARY_NONE = -1 };

extern const char *const dictionary_tables[DICTIONARIES];

/* Which one fields of this kind refer to by id; DICTIONARY_NONE: they have their values. */
enum dictionary dictionary_of(enum kind kind);

/* The same for the columns of core.sql's tables. */
struct core_reference {
	const char *table, *column;
	enum dictionary dictionary;
};
extern const struct core_reference core_references[];
extern const size_t core_nreferences;

#endif
