/* pcapdex sql: the archive's own language. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "query/render/render.h"
#include "query/session.h"
#include "query/sql_functions.h"
#include "schema/hex.h"

/* A --param NAME=VALUE. */
struct param {
	const char *text; /* as given */
	int name_len;
	const char *value;
	bool used;
};

struct run {
	struct session session;
	const char *format;
	struct param *params;
	unsigned nparams;
	char **texts; /* of one row: blobs as hexadecimal, numbers of a table */
	unsigned ntexts;
	struct kept *rows; /* where the rows go; NULL: to standard output */
};

static char *read_all(FILE *in)
{
	size_t used = 0, size = 4096;
	char *text = malloc(size);
	for (size_t n; text && (n = fread(text + used, 1, size - used - 1, in)) > 0;) {
		used += n;
		if (size - used < 2) {
			char *more = realloc(text, size *= 2);
			if (!more)
				free(text);
			text = more;
		}
	}
	if (text)
		text[used] = '\0';
	return text;
}

/* ---- parameters ---- */

static int read_params(struct run *r, const struct args *args)
{
	while (args_nth(args, "param", r->nparams))
		r->nparams++;
	r->params = calloc(r->nparams + 1, sizeof(*r->params));
	if (!r->params)
		return complain(EXIT_FAILED, "out of memory");
	for (unsigned i = 0; i < r->nparams; i++) {
		const char *text = args_nth(args, "param", i), *equals = strchr(text, '=');
		if (!equals || equals == text)
			return complain(EXIT_USAGE, "sql: --param needs NAME=VALUE, not %s", text);
		r->params[i] = (struct param) { text, (int)(equals - text), equals + 1, false };
	}
	return EXIT_DONE;
}

/* What is written like a number is one; 007 and 1e999 are text. */
static void bind_value(sqlite3_stmt *st, int i, const char *value)
{
	char again[32], *end;
	errno = 0;
	long long n = strtoll(value, &end, 10);
	snprintf(again, sizeof(again), "%lld", n);
	if (errno == 0 && strcmp(again, value) == 0) {
		sqlite3_bind_int64(st, i, n);
		return;
	}
	const char *digits = value + (*value == '-');
	double real = strtod(value, &end);
	if (*end == '\0' && errno == 0 && strspn(value, "0123456789.eE+-") == strlen(value) &&
		*digits >= '0' && *digits <= '9' && (digits[0] != '0' || digits[1] == '.'))
		sqlite3_bind_double(st, i, real);
	else
		sqlite3_bind_text(st, i, value, -1, SQLITE_STATIC);
}

static int bind_params(struct run *r, sqlite3_stmt *st)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(st); i++) {
		const char *name = sqlite3_bind_parameter_name(st, i);
		struct param *found = NULL;
		for (unsigned k = 0; name && k < r->nparams; k++)
			if ((int)strlen(name + 1) == r->params[k].name_len &&
				strncmp(name + 1, r->params[k].text, (size_t)r->params[k].name_len) == 0)
				found = &r->params[k];
		if (!found)
			return complain(EXIT_USAGE, "sql: no value for the parameter %s: --param %s=...",
				name ? name : "?", name ? name + 1 : "NAME");
		found->used = true;
		bind_value(st, i, found->value);
	}
	return EXIT_DONE;
}

/* ---- results ---- */

static struct value kept(struct run *r, char *text)
{
	r->texts[r->ntexts++] = text;
	return value_text(text);
}

static struct value cell(struct run *r, sqlite3_stmt *st, int i)
{
	char number[40];
	switch (sqlite3_column_type(st, i)) {
	case SQLITE_INTEGER:
		return value_int(sqlite3_column_int64(st, i));
	case SQLITE_FLOAT:
		if (strcmp(r->format, "table") != 0)
			return value_real(sqlite3_column_double(st, i), 6);
		snprintf(number, sizeof(number), "%.15g", sqlite3_column_double(st, i));
		return kept(r, strdup(number));
	case SQLITE_TEXT:
		return value_text_n(
			(const char *)sqlite3_column_text(st, i), (size_t)sqlite3_column_bytes(st, i));
	case SQLITE_BLOB: {
		const uint8_t *p = sqlite3_column_blob(st, i);
		size_t n = (size_t)sqlite3_column_bytes(st, i);
		char *text = malloc(2 * n + 1);
		if (text)
			text[hex_put(text, p, n, '\0')] = '\0';
		return kept(r, text);
	}
	default:
		return value_null();
	}
}

/* The rows of a statement that gives some; `rc` is what its first step said. Gives what the last one says. */
static int print_rows(struct run *r, sqlite3_stmt *st, int rc)
{
	unsigned n = (unsigned)sqlite3_column_count(st);
	struct render_column *columns = calloc(n, sizeof(*columns));
	struct value *cells = calloc(n, sizeof(*cells));
	r->texts = calloc(n, sizeof(*r->texts));
	bool good = columns && cells && r->texts;
	for (unsigned i = 0; good && i < n; i++) {
		int type = rc == SQLITE_ROW ? sqlite3_column_type(st, (int)i) : SQLITE_NULL;
		const char *name = sqlite3_column_name(st, (int)i);
		columns[i] = (struct render_column) { name ? name : "?", NULL,
			type == SQLITE_INTEGER || type == SQLITE_FLOAT ? RENDER_NUMBER : RENDER_TEXT };
	}
	struct render *out = !good     ? NULL
			     : r->rows ? render_keep(r->rows, columns, n)
				       : render_open(r->format, stdout, columns, n);
	for (; out && rc == SQLITE_ROW; rc = sqlite3_step(st)) {
		for (unsigned i = 0; i < n; i++)
			cells[i] = cell(r, st, (int)i);
		render_row(out, cells);
		while (r->ntexts)
			free(r->texts[--r->ntexts]);
	}
	if (render_close(out) < 0)
		rc = SQLITE_NOMEM;
	free(columns);
	free(cells);
	free(r->texts);
	return rc;
}

static int only_reading(const struct run *r)
{
	return complain(EXIT_FAILED, "%s: is open for reading only; --write allows changes", r->session.path);
}

static int run_statement(struct run *r, sqlite3_stmt *st)
{
	int status = bind_params(r, st);
	if (status != EXIT_DONE)
		return status;
	int rc = sqlite3_step(st);
	if ((rc == SQLITE_ROW || rc == SQLITE_DONE) && sqlite3_column_count(st))
		rc = print_rows(r, st, rc);
	if (rc == SQLITE_DONE)
		return EXIT_DONE;
	if ((rc & 0xff) == SQLITE_READONLY || rc == SQLITE_AUTH)
		return only_reading(r);
	return complain(EXIT_FAILED, "%s: %s", r->session.path,
		rc == SQLITE_NOMEM ? "out of memory" : archive_error(r->session.db));
}

static int run_all(struct run *r, const char *sql)
{
	int status = EXIT_DONE;
	while (status == EXIT_DONE && *sql) {
		sqlite3_stmt *st = NULL;
		if (sql[strspn(sql, " \t\r\n;")] == '.')
			return complain(EXIT_FAILED,
				"sql: words with a dot in front belong to the sqlite3 shell, not to SQL");
		int rc = sqlite3_prepare_v2(r->session.db, sql, -1, &st, &sql);
		if (rc == SQLITE_AUTH)
			return only_reading(r);
		if (rc != SQLITE_OK)
			return complain(
				EXIT_FAILED, "%s: %s", r->session.path, sqlite3_errmsg(r->session.db));
		if (st)
			status = run_statement(r, st);
		sqlite3_finalize(st);
	}
	for (unsigned i = 0; status == EXIT_DONE && i < r->nparams; i++)
		if (!r->params[i].used)
			status = complain(EXIT_USAGE, "sql: no statement has the parameter :%.*s",
				r->params[i].name_len, r->params[i].text);
	return status;
}

/* What reads only makes no files either: VACUUM INTO would, which SQLite takes for ATTACH of a new file. */
static int only_what_is_there(
	void *ctx, int action, const char *file, const char *b, const char *c, const char *d)
{
	struct stat sb;
	(void)ctx;
	(void)b;
	(void)d;
	switch (action) {
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
	case SQLITE_DELETE:
		/* "main" is what a server's tables are copied to: a change would be lost. */
		return c && strcmp(c, "main") == 0 && strncmp(file, "sqlite_", 7) != 0 ? SQLITE_DENY
										       : SQLITE_OK;
	case SQLITE_ATTACH:
		break;
	default:
		return SQLITE_OK;
	}
	return !file || !*file || (strncmp(file, "file:", 5) == 0 && strstr(file, "mode=ro")) ||
			       strcmp(file, ":memory:") == 0 || (stat(file, &sb) == 0 && sb.st_size > 0)
		       ? SQLITE_OK
		       : SQLITE_DENY;
}

static int run(const struct args *args)
{
	struct run r = { .format = args->rows ? "csv" : args_value(args, "format", "table"),
		.rows = args->rows };
	char *sql = NULL;
	if (!render_has(r.format))
		return complain(EXIT_USAGE, "--format is table, csv, json or jsonl, not %s", r.format);
	int status = read_params(&r, args);
	if (status == EXIT_DONE)
		status = session_open_for(
			&r.session, args, args_has(args, "write") ? ARCHIVE_WRITE : ARCHIVE_READ);
	if (status == EXIT_DONE && sql_functions_register(r.session.db, args->positional[0]) != SQLITE_OK)
		status = complain(EXIT_FAILED, "out of memory");
	if (status == EXIT_DONE && !args_has(args, "write"))
		sqlite3_set_authorizer(r.session.db, only_what_is_there, NULL);
	if (status == EXIT_DONE) {
		sql = args->npositional > 1 && strcmp(args->positional[1], "-") != 0
			      ? strdup(args->positional[1])
			      : read_all(stdin);
		status = sql ? run_all(&r, sql) : complain(EXIT_FAILED, "out of memory");
		if (!sqlite3_get_autocommit(r.session.db) && args_has(args, "write"))
			status = complain(EXIT_FAILED,
				"%s: the transaction was not committed, nothing of it was kept",
				r.session.path);
		session_close(&r.session);
	}
	free(sql);
	free(r.params);
	return status;
}

static const struct option_spec options[] = {
	{ "param", 'p', "NAME=VALUE", true,
		"a value for :NAME, @NAME or $NAME; written like a number it is one" },
	{ "write", 0, NULL, false, "allow changes (default: reading only)" },
	OPTION_FORMAT,
	{ 0 },
};

const struct command cmd_sql = {
	.name = "sql",
	.summary = "Run SQL on an archive",
	.usage = "ARCHIVE [SQL]",
	.details = "SQL may be several statements; without it, or with -, they are read from standard input. "
		   "Views named like protocols\n"
		   "(frame, eth, ip, tcp, ...) have a row a frame and columns named like Wireshark's fields; "
		   "`pcapdex fields` lists them.\n"
		   "frame_id is the frame over the whole archive; the view packets has the capture and the "
		   "number in it. Blobs are shown\n"
		   "in hexadecimal. Functions: frame_bytes(frame_id), frame_info(frame_id), "
		   "in_subnet(address, network),\nether_name(address), ether_oui(number), and the table "
		   "display_filter('FILTER') with a row (frame_id, capture_id,\nnumber) for each frame that "
		   "matches.\nWith --write each statement is a transaction of its own, unless it says "
		   "BEGIN and COMMIT.",
	.examples =
		"  pcapdex sql week.db \"SELECT name, frames FROM capture\"\n"
		"  pcapdex sql week.db -p port=443 'SELECT count(*) FROM tcp WHERE dstport = :port' -f csv\n"
		"  pcapdex sql week.db \"SELECT * FROM packets JOIN display_filter('tcp.analysis.flags') "
		"USING "
		"(frame_id)\"",
	.min_args = 1,
	.max_args = 2,
	.options = options,
	.run = run,
};
