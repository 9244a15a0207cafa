#include "query/ether_sql.h"

#include <stdlib.h>

#include "query/ether_names.h"

struct lazy {
	unsigned users; /* functions that hold it */
	struct ether_names *names;
};

static const struct ether_names *names_of(sqlite3_context *ctx)
{
	struct lazy *lazy = sqlite3_user_data(ctx);
	if (!lazy->names)
		lazy->names = ether_names_load();
	return lazy->names;
}

static void name_function(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	const struct ether_names *names;
	char name[ETHER_NAME_MAX];
	uint8_t octets[6];
	(void)n;
	if (text && ether_parse(text, octets) && (names = names_of(ctx)) && ether_name(names, octets, name))
		sqlite3_result_text(ctx, name, -1, SQLITE_TRANSIENT);
	else
		sqlite3_result_value(ctx, values[0]);
}

static void oui_function(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	char name[ETHER_OUI_MAX];
	const struct ether_names *names;
	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_INTEGER && (names = names_of(ctx)) &&
		ether_oui(names, (uint32_t)sqlite3_value_int64(values[0]), name))
		sqlite3_result_text(ctx, name, -1, SQLITE_TRANSIENT);
}

static void let_go(void *data)
{
	struct lazy *lazy = data;
	if (--lazy->users)
		return;
	ether_names_free(lazy->names);
	free(lazy);
}

int ether_sql_register(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	struct lazy *lazy = calloc(1, sizeof(*lazy));
	if (!lazy)
		return SQLITE_NOMEM;
	lazy->users = 2;
	/* SQLite lets go of it, also when this fails. */
	int rc = sqlite3_create_function_v2(
		db, "ether_name", 1, flags, lazy, name_function, NULL, NULL, let_go);
	if (rc != SQLITE_OK) {
		let_go(lazy);
		return rc;
	}
	return sqlite3_create_function_v2(db, "ether_oui", 1, flags, lazy, oui_function, NULL, NULL, let_go);
}
