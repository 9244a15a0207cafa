/* Asking: include/pcapdex/query.h over query/ask.h. */
#include "pcapdex/query.h"

#include <stdlib.h>
#include <string.h>

#include "query/ask.h"
#include "query/sql_functions.h"

struct pcapdex_reader {
	struct ask *reader;
};

struct pcapdex_rows {
	struct ask *reader; /* of the rows */
	bool own;           /* opened for them alone */
	struct ask_frames frames;
};

_Static_assert(PCAPDEX_MESSAGE == ASK_MESSAGE, "messages fit");
_Static_assert(PCAPDEX_INT == SQLITE_INTEGER && PCAPDEX_REAL == SQLITE_FLOAT && PCAPDEX_TEXT == SQLITE_TEXT &&
		       PCAPDEX_OCTETS == SQLITE_BLOB,
	"types are SQLite's numbers");

int pcapdex_reader_open(struct pcapdex_reader **out, const char *path, char message[PCAPDEX_MESSAGE])
{
	struct ask *r = ask_open(path, message);
	*out = NULL;
	if (r && sql_functions_register(ask_db(r), NULL) == SQLITE_OK && (*out = calloc(1, sizeof(**out)))) {
		(*out)->reader = r;
		return 0;
	}
	if (r)
		snprintf(message, PCAPDEX_MESSAGE, "out of memory");
	ask_close(r);
	return -1;
}

void pcapdex_reader_close(struct pcapdex_reader *archive)
{
	if (archive)
		ask_close(archive->reader);
	free(archive);
}

void pcapdex_reader_cancel(struct pcapdex_reader *archive)
{
	sqlite3_interrupt(ask_db(archive->reader));
}

static struct pcapdex_rows *answer_new(struct ask *r, char message[PCAPDEX_MESSAGE])
{
	struct pcapdex_rows *rows = calloc(1, sizeof(*rows));
	if (rows)
		rows->reader = r;
	else
		snprintf(message, PCAPDEX_MESSAGE, "out of memory");
	return rows;
}

struct pcapdex_rows *pcapdex_sql(
	struct pcapdex_reader *archive, const char *sql, char message[PCAPDEX_MESSAGE])
{
	sqlite3 *db = ask_db(archive->reader);
	const char *rest = NULL, *wrong = NULL;
	struct pcapdex_rows *rows = answer_new(archive->reader, message);
	if (!rows)
		return NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &rows->frames.st, &rest) != SQLITE_OK)
		wrong = sqlite3_errmsg(db);
	else if (!rows->frames.st)
		wrong = "there is no statement in it";
	else if (rest[strspn(rest, " \t\r\n;")])
		wrong = "one statement at a time";
	if (!wrong)
		return rows;
	snprintf(message, PCAPDEX_MESSAGE, "%s", wrong);
	pcapdex_rows_close(rows);
	return NULL;
}

static int parameter(struct pcapdex_rows *rows, const char *name)
{
	if (*name != '?')
		return sqlite3_bind_parameter_index(rows->frames.st, name);
	int n = atoi(name + 1);
	return n <= sqlite3_bind_parameter_count(rows->frames.st) ? n : 0;
}

int pcapdex_bind_int(struct pcapdex_rows *rows, const char *name, int64_t value)
{
	int i = parameter(rows, name);
	return i > 0 && sqlite3_bind_int64(rows->frames.st, i, value) == SQLITE_OK ? 0 : -1;
}

int pcapdex_bind_real(struct pcapdex_rows *rows, const char *name, double value)
{
	int i = parameter(rows, name);
	return i > 0 && sqlite3_bind_double(rows->frames.st, i, value) == SQLITE_OK ? 0 : -1;
}

int pcapdex_bind_text(struct pcapdex_rows *rows, const char *name, const char *utf8)
{
	int i = parameter(rows, name);
	return i > 0 && sqlite3_bind_text(rows->frames.st, i, utf8, -1, SQLITE_TRANSIENT) == SQLITE_OK ? 0
												       : -1;
}

int pcapdex_bind_octets(struct pcapdex_rows *rows, const char *name, const void *octets, size_t n)
{
	int i = parameter(rows, name);
	return i > 0 && sqlite3_bind_blob64(rows->frames.st, i, octets, n, SQLITE_TRANSIENT) == SQLITE_OK
		       ? 0
		       : -1;
}

/* A connection has the functions of one filter at a time: each set of frames reads through its own. */
struct pcapdex_rows *pcapdex_frames(
	struct pcapdex_reader *archive, const char *filter, char message[PCAPDEX_MESSAGE])
{
	struct ask *r = ask_open(sqlite3_db_filename(ask_db(archive->reader), "main"), message);
	struct pcapdex_rows *rows = r ? answer_new(r, message) : NULL;
	if (!rows) {
		ask_close(r);
		return NULL;
	}
	rows->own = true;
	if (ask_frames(r, filter, NULL, &rows->frames, NULL, message) == 0)
		return rows;
	pcapdex_rows_close(rows);
	return NULL;
}

int pcapdex_next(struct pcapdex_rows *rows, char message[PCAPDEX_MESSAGE])
{
	return ask_step(rows->reader, rows->frames.st, message);
}

unsigned pcapdex_columns(const struct pcapdex_rows *rows)
{
	return (unsigned)sqlite3_column_count(rows->frames.st);
}

const char *pcapdex_column_name(const struct pcapdex_rows *rows, unsigned i)
{
	return sqlite3_column_name(rows->frames.st, (int)i);
}

enum pcapdex_type pcapdex_column_type(const struct pcapdex_rows *rows, unsigned i)
{
	int type = sqlite3_column_type(rows->frames.st, (int)i);
	return type == SQLITE_NULL ? PCAPDEX_NULL : (enum pcapdex_type)type;
}

int64_t pcapdex_int(const struct pcapdex_rows *rows, unsigned i)
{
	return sqlite3_column_int64(rows->frames.st, (int)i);
}

double pcapdex_real(const struct pcapdex_rows *rows, unsigned i)
{
	return sqlite3_column_double(rows->frames.st, (int)i);
}

const char *pcapdex_text(const struct pcapdex_rows *rows, unsigned i)
{
	return (const char *)sqlite3_column_text(rows->frames.st, (int)i);
}

const void *pcapdex_octets(const struct pcapdex_rows *rows, unsigned i, size_t *n)
{
	const void *octets = sqlite3_column_blob(rows->frames.st, (int)i);
	*n = (size_t)sqlite3_column_bytes(rows->frames.st, (int)i);
	return octets;
}

void pcapdex_rows_close(struct pcapdex_rows *rows)
{
	if (!rows)
		return;
	ask_frames_end(&rows->frames);
	if (rows->own)
		ask_close(rows->reader);
	free(rows);
}

char *pcapdex_filter_sql(
	struct pcapdex_reader *archive, const char *filter, size_t *offset, char message[PCAPDEX_MESSAGE])
{
	struct ask_frames frames;
	struct ask *r = ask_open(sqlite3_db_filename(ask_db(archive->reader), "main"), message);
	char *text = NULL;
	if (r && ask_frames(r, filter, NULL, &frames, offset, message) == 0) {
		if (!(text = sqlite3_expanded_sql(frames.st)))
			snprintf(message, PCAPDEX_MESSAGE, "out of memory");
		ask_frames_end(&frames);
	}
	ask_close(r);
	return text;
}

void pcapdex_free(char *text)
{
	sqlite3_free(text);
}

int pcapdex_frame_bytes(struct pcapdex_reader *archive, int64_t frame_id, const uint8_t **octets, size_t *n,
	char message[PCAPDEX_MESSAGE])
{
	return ask_frame(archive->reader, frame_id, octets, n, message);
}

int pcapdex_frame_info(
	struct pcapdex_reader *archive, int64_t frame_id, const char **text, char message[PCAPDEX_MESSAGE])
{
	return ask_info(archive->reader, frame_id, text, message);
}
