#include "query/ask.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/store/raw.h"
#include "query/filter/filter.h"
#include "query/frame_info.h"
#include "query/layers.h"

#define AHEAD_MAX 1024

struct ask {
	struct session session;
	char *path;
	struct raw *raw;
	sqlite3_stmt *version, *find, *places, *info;
	int64_t seen;                    /* version of the archive that the following is of */
	struct selected_capture capture; /* of the frame asked for last */
	/* Where that frame and those behind it stand: who goes on asks for one of them, and each question to
	 * a server takes its time. More are read at a time for as long as somebody goes on. */
	struct place {
		int64_t frame_id;
		uint64_t offset;
		uint32_t length;
	} ahead[AHEAD_MAX];
	unsigned nahead, at, window;
};

/* What was complained about last, in this thread. */
static __thread char complaint[ASK_MESSAGE];

static void remember(const char *text)
{
	snprintf(complaint, sizeof(complaint), "%s", text);
}

/* From begin() to end() complaints are remembered. */
typedef void (*complain_fn)(const char *text);
static complain_fn begin(void)
{
	complain_fn before = complain_to;
	complain_to = remember;
	*complaint = '\0';
	return before;
}

static int end(complain_fn before, int rc)
{
	complain_to = before;
	return rc;
}

static int failed(const struct ask *r, char message[ASK_MESSAGE])
{
	if (*complaint)
		snprintf(message, ASK_MESSAGE, "%s", complaint);
	else
		snprintf(message, ASK_MESSAGE, "%s: %s", r->path,
			r->session.db ? archive_error(r->session.db) : "out of memory");
	return -1;
}

struct ask *ask_open(const char *path, char message[ASK_MESSAGE])
{
	struct ask *r = calloc(1, sizeof(*r));
	if (!r || !(r->path = strdup(path))) {
		snprintf(message, ASK_MESSAGE, "out of memory");
		free(r);
		return NULL;
	}
	struct args args = { .positional = &r->path, .npositional = 1 };
	complain_fn before = begin();
	bool good = session_open_for(&r->session, &args, ARCHIVE_READ) == EXIT_DONE &&
		    layers_register(r->session.db, r->path) == SQLITE_OK;
	if (end(before, good))
		return r;
	failed(r, message);
	ask_close(r);
	return NULL;
}

void ask_close(struct ask *r)
{
	if (!r)
		return;
	raw_close(r->raw);
	sqlite3_finalize(r->version);
	sqlite3_finalize(r->find);
	sqlite3_finalize(r->places);
	sqlite3_finalize(r->info);
	free(r->capture.name);
	session_close(&r->session);
	free(r->path);
	free(r);
}

sqlite3 *ask_db(struct ask *r)
{
	return r->session.db;
}

/* Another process may have changed the archive since the last call: what was remembered is of before. */
static void forget_if_changed(struct ask *r)
{
	if (!r->version && !(r->version = session_prepare(&r->session, "PRAGMA data_version")))
		return;
	int64_t now = sqlite3_step(r->version) == SQLITE_ROW ? sqlite3_column_int64(r->version, 0) : -1;
	sqlite3_reset(r->version);
	if (now == r->seen)
		return;
	r->seen = now;
	r->capture.id = 0;
	r->nahead = r->at = 0;
	raw_close(r->raw);
	r->raw = NULL;
}

/* 1: r->capture has the frame; 0: no capture has; -1: SQLite says why. */
static int find_capture(struct ask *r, int64_t id)
{
	struct selected_capture *c = &r->capture;
	if (c->id && id >= c->first_frame && id < c->first_frame + c->frames)
		return 1;
	if (!r->find && !(r->find = session_prepare(&r->session,
				  "SELECT id, first_frame, frames, name FROM capture WHERE ?1 >= first_frame"
				  " AND ?1 < first_frame + frames")))
		return -1;
	sqlite3_bind_int64(r->find, 1, id);
	int rc = sqlite3_step(r->find);
	if (rc == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(r->find, 3);
		free(c->name);
		*c = (struct selected_capture) { .id = sqlite3_column_int64(r->find, 0),
			.first_frame = sqlite3_column_int64(r->find, 1),
			.frames = sqlite3_column_int64(r->find, 2),
			.name = strdup(name ? name : "") };
	}
	sqlite3_reset(r->find);
	return rc == SQLITE_ROW && c->name ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

/* Read where this frame stands, and those behind it. 0 or -1. */
static int look_ahead(struct ask *r, int64_t frame_id)
{
	bool goes_on = r->nahead && frame_id > r->ahead[r->nahead - 1].frame_id &&
		       frame_id - r->ahead[r->nahead - 1].frame_id < AHEAD_MAX;
	int rc;
	r->window = !goes_on ? 1 : r->window < AHEAD_MAX ? 2 * r->window : AHEAD_MAX;
	r->nahead = r->at = 0;
	if (!r->places &&
		!(r->places = session_prepare(&r->session,
			  "SELECT frame_id, offset, coalesce(caplen, len) FROM t_frame WHERE frame_id "
			  "BETWEEN ?1 AND ?2 ORDER BY frame_id")))
		return -1;
	sqlite3_bind_int64(r->places, 1, frame_id);
	sqlite3_bind_int64(r->places, 2, frame_id + r->window - 1);
	while ((rc = sqlite3_step(r->places)) == SQLITE_ROW && r->nahead < AHEAD_MAX)
		r->ahead[r->nahead++] = (struct place) { sqlite3_column_int64(r->places, 0),
			(uint64_t)sqlite3_column_int64(r->places, 1),
			(uint32_t)sqlite3_column_int64(r->places, 2) };
	sqlite3_reset(r->places);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : -1;
}

static const struct place *place_of(struct ask *r, int64_t frame_id)
{
	for (int tries = 0; tries < 2; tries++) {
		if (r->at && r->ahead[r->at - 1].frame_id >= frame_id)
			r->at = 0;
		while (r->at < r->nahead && r->ahead[r->at].frame_id < frame_id)
			r->at++;
		if (r->at < r->nahead && r->ahead[r->at].frame_id == frame_id)
			return &r->ahead[r->at];
		if (tries == 0 && look_ahead(r, frame_id) < 0)
			break;
	}
	return NULL;
}

int ask_frame(struct ask *r, int64_t frame_id, const uint8_t **data, size_t *n, char message[ASK_MESSAGE])
{
	complain_fn before = begin();
	forget_if_changed(r);
	int found = find_capture(r, frame_id);
	if (found == 0)
		return end(before, 0);
	if (found < 0 || (!r->raw && !(r->raw = raw_open(r->session.db))))
		return end(before, failed(r, message));
	const struct place *place = place_of(r, frame_id);
	if (place && (*data = raw_read(r->raw, r->capture.id, place->offset, place->length))) {
		*n = place->length;
		return end(before, 1);
	}
	if (place)
		complain(-1, "%s: frame %lld of %s: %s", r->path,
			(long long)(frame_id - r->capture.first_frame + 1), r->capture.name,
			raw_error(r->raw));
	return end(before, failed(r, message));
}

int ask_info(struct ask *r, int64_t frame_id, const char **text, char message[ASK_MESSAGE])
{
	complain_fn before = begin();
	if (!r->info && !(r->info = session_prepare(&r->session, "SELECT frame_info(?1)")))
		return end(before, failed(r, message));
	sqlite3_reset(r->info);
	sqlite3_bind_int64(r->info, 1, frame_id);
	if (sqlite3_step(r->info) != SQLITE_ROW)
		return end(before, failed(r, message));
	*text = (const char *)sqlite3_column_text(r->info, 0);
	return end(before, *text ? 1 : *complaint ? failed(r, message) : 0);
}

int ask_frames(struct ask *r, const char *filter, const char *also, struct ask_frames *out, size_t *offset,
	char message[ASK_MESSAGE])
{
	struct filter_error error = { 0 };
	*out = (struct ask_frames) { 0 };
	complain_fn before = begin();
	if (strspn(filter, " \t\r\n") < strlen(filter) &&
		!(out->filter = dfilter_compile(r->session.db, filter, 0, INT64_MAX, &error))) {
		if (offset)
			*offset = error.offset;
		snprintf(message, ASK_MESSAGE, "%s", error.message);
		return end(before, -1);
	}
	char *sql = sqlite3_mprintf("SELECT c.id AS capture_id, f.frame_id - c.first_frame + 1 AS number,"
				    " f.frame_id FROM capture c CROSS JOIN t_frame f ON"
				    " f.frame_id >= c.first_frame AND f.frame_id < c.first_frame + c.frames"
				    " WHERE %s%s%s ORDER BY f.frame_id",
		also ? also : "1", out->filter ? " AND " : "", out->filter ? out->filter->sql : "");
	out->st = sql ? session_prepare(&r->session, sql) : NULL;
	sqlite3_free(sql);
	if (out->st && dfilter_bind(out->filter, out->st) == SQLITE_OK)
		return end(before, 0);
	failed(r, message);
	ask_frames_end(out);
	return end(before, -1);
}

int ask_step(struct ask *r, sqlite3_stmt *st, char message[ASK_MESSAGE])
{
	complain_fn before = begin();
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return end(before, rc == SQLITE_ROW);
	snprintf(message, ASK_MESSAGE, "%s: %s", r->path, archive_error(r->session.db));
	return end(before, -1);
}

void ask_frames_end(struct ask_frames *frames)
{
	sqlite3_finalize(frames->st);
	dfilter_free(frames->filter);
	*frames = (struct ask_frames) { 0 };
}
