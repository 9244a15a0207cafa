/* The field catalogue of an archive: what can be asked for by name, and where its values stand. */
#ifndef PCAPDEX_SCHEMA_CATALOGUE_H
#define PCAPDEX_SCHEMA_CATALOGUE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* One place of a field's values: an expression over a table whose rows have a frame_id. */
struct field_source {
	char *table; /* t_ip */
	char *expr;  /* over the table as alias t; {capture} stands for the capture's id */
	bool direct; /* the expression gives the value itself; else an address or text is a dictionary's id */
};

struct catalogue_field {
	int64_t id;
	char *name, *protocol, *label, *parent; /* parent NULL: none */
	uint8_t kind, base, octets;             /* schema/kind.h */
	bool generated, hidden;
	unsigned nsources;
	struct field_source *sources; /* in the order in which occurrences follow each other */
};

/* Look a field up by Wireshark's name. NULL when there is none (*error NULL) or on failure (*error: SQLite's
 * message, valid until the next call on db). The caller frees it. */
struct catalogue_field *catalogue_find(sqlite3 *db, const char *name, const char **error);
void catalogue_field_free(struct catalogue_field *f);

/* The name that is nearest to a mistyped one (edit distance), or NULL: malloc'ed. */
char *catalogue_nearest(sqlite3 *db, const char *name);

/* The expression that gives a source's value as it is shown: text for addresses and texts, else the raw
 * value; `capture` put in for {capture}. sqlite3_free() it. */
char *catalogue_value_sql(const struct catalogue_field *f, const struct field_source *s, const char *capture);

#endif
