#include "query/ask.h"

#include <stdlib.h>
#include <string.h>

#include "query/filter/filter.h"
#include "query/frame_info.h"
#include "query/layers.h"

struct ask {
	struct session session;
	char *path;
	struct frame_store *frames;
	sqlite3_stmt *find, *info;
	struct selected_capture capture; /* of the frame asked for last */
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
	frame_store_close(r->frames);
	sqlite3_finalize(r->find);
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

/* 1: r->capture has the frame; 0: no capture has; -1: SQLite says why. */
static int find_capture(struct ask *r, int64_t id)
{
	struct selected_capture *c = &r->capture;
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

int ask_frame(struct ask *r, int64_t frame_id, const uint8_t **data, size_t *n, char message[ASK_MESSAGE])
{
	struct stored_frame frame;
	complain_fn before = begin();
	int found = find_capture(r, frame_id);
	if (found == 0)
		return end(before, 0);
	if (found < 0 || (!r->frames && !(r->frames = frame_store_open(&r->session))) ||
		frame_store_read(
			r->frames, &frame, &r->capture, frame_id - r->capture.first_frame + 1, false) < 0)
		return end(before, failed(r, message));
	*data = frame.data;
	*n = frame.cap_len;
	return end(before, 1);
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
