/* The SQL of a field: which column holds it, which bits of one, or what follows from others. */
#ifndef PCAPDEX_STORE_EXPR_H
#define PCAPDEX_STORE_EXPR_H

#include <sqlite3.h>

#include "indexer/store/names.h"

/* The capture of a frame, for views: a field_source keeps {capture}, since whoever asks knows it. */
#define CAPTURE_OF_FRAME                                                                                     \
	"(SELECT c.id FROM capture c WHERE c.first_frame <= t.frame_id ORDER BY c.first_frame DESC, c.id "   \
	"DESC LIMIT 1)"

/* Where an expression stands: in a query of the table of this role (and part), whose alias is t. */
struct expr_place {
	const char *protocol;
	const struct record *rec;
	enum table_role role;
	unsigned part;
	bool view; /* of a view: {capture} is put in */
};

/* The table, other than the place's own, in which the field stands: true, and its name. */
bool expr_elsewhere(const struct expr_place *at, const struct field *f, char table[NAME_MAX_LEN]);

/* Append the field's raw value: a column, bits of another one, or its own SQL with {columns} put in. A column
 * of another table is fetched by a subquery: it costs nothing to those who do not ask for it. */
void expr_append(sqlite3_str *s, const struct expr_place *at, const struct field *f);

/* Append a name: bare where SQLite and PostgreSQL take it so, otherwise in quotes. Views are read whenever an
 * archive is opened: shorter ones are opened faster. */
void expr_append_name(sqlite3_str *s, const char *name);

#endif
