/* pcapdex fields: what can be asked for by name. */
#include <stdlib.h>
#include <string.h>

#include "query/render/render.h"
#include "query/session.h"
#include "schema/kind.h"

/* "uint16", "ipv4": the type of a field for people. */
static void type_text(char out[16], int kind, int octets)
{
	static const char *const names[] = { "none", "uint", "int", "bool", "frame", "time", "duration",
		"double", "ether", "ipv4", "ipv6", "text", "bytes", "list", "protocol", "stack", "address" };
	const char *name =
		kind >= 0 && kind < (int)(sizeof(names) / sizeof(*names)) ? names[kind] : "unknown";
	if ((kind == KIND_UINT || kind == KIND_INT) && octets)
		snprintf(out, 16, "%s%d", name, octets * 8);
	else
		snprintf(out, 16, "%s", name);
}

/* A pattern with * ? or [ is a glob over names; a word finds a protocol, a field, or letters in a name or
 * label. */
#define MATCH                                                                                                \
	"(?1 IS NULL OR CASE WHEN ?1 GLOB '*[*?[]*' THEN f.name GLOB ?1"                                     \
	" ELSE f.name=?1 OR f.protocol=?1 OR instr(lower(f.name), lower(?1)) OR instr(lower(f.label), "      \
	"lower(?1)) END)"

enum view { FIELDS, SOURCES, VALUES, PROTOCOLS };

static const char *const sql[] = {
	[FIELDS] = "SELECT f.name, f.kind, f.label, f.protocol, f.octets FROM field f WHERE " MATCH
		   " ORDER BY f.name",
	[SOURCES] = "SELECT f.name, s.tbl, s.expr, s.direct FROM field f JOIN field_source s ON "
		    "s.field_id=f.id WHERE " MATCH " ORDER BY f.name, s.n",
	[VALUES] = "SELECT f.name, v.value, v.name FROM field f JOIN field_value v ON v.field_id=f.id "
		   "WHERE " MATCH " ORDER BY f.name, v.value",
	[PROTOCOLS] = "SELECT f.name, f.title, f.spec, f.help FROM (SELECT name, name AS protocol, title AS "
		      "label, title, spec, help FROM protocol"
		      " WHERE name<>'') f WHERE " MATCH " ORDER BY f.name",
};

static const struct {
	unsigned n;
	struct render_column columns[4];
} shapes[] = {
	[FIELDS] = { 4,
		{ { "name", "Name", RENDER_FIXED }, { "type", "Type", RENDER_FIXED },
			{ "protocol", "Protocol", RENDER_FIXED }, { "label", "Label", RENDER_TEXT } } },
	[SOURCES] = { 3, { { "name", "Name", RENDER_FIXED }, { "table", "Table", RENDER_FIXED },
				 { "expression", "Expression", RENDER_TEXT } } },
	[VALUES] = { 3, { { "name", "Name", RENDER_FIXED }, { "value", "Value", RENDER_NUMBER },
				{ "value_name", "Value name", RENDER_TEXT } } },
	[PROTOCOLS] = { 4, { { "name", "Name", RENDER_FIXED }, { "title", "Title", RENDER_TEXT },
				   { "spec", "Specification", RENDER_TEXT },
				   { "help", "What it is for", RENDER_TEXT } } },
};

static struct value text(sqlite3_stmt *st, int i)
{
	return value_text((const char *)sqlite3_column_text(st, i));
}

static void print_row(struct render *r, enum view view, sqlite3_stmt *st)
{
	char type[16];
	switch (view) {
	case FIELDS:
		type_text(type, sqlite3_column_int(st, 1), sqlite3_column_int(st, 4));
		render_row(r, (struct value[]) { text(st, 0), value_text(type), text(st, 3), text(st, 2) });
		break;
	case VALUES:
		render_row(r, (struct value[]) {
				      text(st, 0), value_int(sqlite3_column_int64(st, 1)), text(st, 2) });
		break;
	default:
		render_row(r, (struct value[]) { text(st, 0), text(st, 1), text(st, 2), text(st, 3) });
	}
}

/* All that one pattern finds; it must find something. */
static int print_matches(
	struct session *s, sqlite3_stmt *st, enum view view, const char *pattern, struct render *r)
{
	uint64_t n = 0;
	int rc;
	sqlite3_reset(st);
	sqlite3_bind_text(st, 1, pattern, -1, SQLITE_STATIC);
	for (; (rc = sqlite3_step(st)) == SQLITE_ROW; n++)
		print_row(r, view, st);
	if (rc != SQLITE_DONE)
		return complain(EXIT_FAILED, "%s: %s", s->path, sqlite3_errmsg(s->db));
	if (n || !pattern)
		return EXIT_DONE;
	return complain(EXIT_FAILED,
		view == VALUES      ? "%s: has no value names"
		: view == PROTOCOLS ? "%s: no such protocol"
				    : "%s: no such field",
		pattern);
}

static int run(const struct args *args)
{
	const char *format = args_value(args, "format", "table");
	enum view view = args_has(args, "source")      ? SOURCES
			 : args_has(args, "values")    ? VALUES
			 : args_has(args, "protocols") ? PROTOCOLS
						       : FIELDS;
	struct session s;
	if (!render_has(format))
		return complain(EXIT_USAGE, "--format is table, csv, json or jsonl, not %s", format);
	int status = session_open_for(&s, args, ARCHIVE_READ);
	if (status != EXIT_DONE)
		return status;
	sqlite3_stmt *st = session_prepare(&s, sql[view]);
	struct render *r = st ? render_open(format, stdout, shapes[view].columns, shapes[view].n) : NULL;
	if (!r)
		status = EXIT_FAILED;
	for (unsigned i = 1; r && i < args->npositional + (args->npositional == 1); i++) {
		int one = print_matches(&s, st, view, i < args->npositional ? args->positional[i] : NULL, r);
		status = status == EXIT_DONE ? one : status;
	}
	if (r && render_close(r) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	sqlite3_finalize(st);
	session_close(&s);
	return status;
}

static const struct option_spec options[] = {
	{ "source", 's', NULL, false, "where the values stand: table, and expression over it (alias t)" },
	{ "values", 0, NULL, false, "the names of values: 443 is https" },
	{ "protocols", 0, NULL, false, "protocols, not their fields" },
	OPTION_FORMAT,
	{ 0 },
};

const struct command cmd_fields = {
	.name = "fields",
	.summary = "List the fields that an archive has",
	.usage = "ARCHIVE [PATTERN...]",
	.details = "PATTERN is a glob over names (tcp.analysis.*), or a word: a protocol, a field, or "
		   "letters in a name or label. The\n"
		   "names are Wireshark's; they are used in filters (-Y), with packets -e, and as columns of "
		   "the views (dots after the\n"
		   "protocol's name are underscores there: tcp.analysis.rto is column analysis_rto of view "
		   "tcp).",
	.examples = "  pcapdex fields week.db tcp\n"
		    "  pcapdex fields week.db 'dns.*' --format csv\n"
		    "  pcapdex fields week.db ip.proto --values",
	.min_args = 1,
	.options = options,
	.run = run,
};
