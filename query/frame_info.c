#include "query/frame_info.h"

#include <stdlib.h>
#include <string.h>

#include "query/replay.h"

struct frame_info {
	unsigned users;         /* functions that have it: SQLite lets go of each by itself */
	struct session session; /* of db and path alone */
	struct selected_capture capture;
	sqlite3_stmt *find;
	struct replay *replay;
};

/* The capture that has this frame. */
static bool find_capture(struct frame_info *f, int64_t id)
{
	struct selected_capture *c = &f->capture;
	if (c->id && id >= c->first_frame && id < c->first_frame + c->frames)
		return true;
	if (!f->find)
		f->find = session_prepare(&f->session,
			"SELECT id, first_frame, frames, name FROM capture WHERE ?1 >= first_frame"
			" AND ?1 < first_frame + frames");
	if (!f->find)
		return false;
	sqlite3_bind_int64(f->find, 1, id);
	bool found = sqlite3_step(f->find) == SQLITE_ROW;
	if (found) {
		replay_close(f->replay); /* what it knows is of another capture */
		f->replay = NULL;
		free(c->name);
		*c = (struct selected_capture) { .id = sqlite3_column_int64(f->find, 0),
			.first_frame = sqlite3_column_int64(f->find, 1),
			.frames = sqlite3_column_int64(f->find, 2) };
		const char *name = (const char *)sqlite3_column_text(f->find, 3);
		c->name = strdup(name ? name : "");
		found = c->name != NULL;
	}
	sqlite3_reset(f->find);
	return found;
}

/* The frame that the function is asked for has been dissected. */
static bool dissected(struct frame_info *f, sqlite3_value *frame)
{
	int64_t id = sqlite3_value_int64(frame);
	if (sqlite3_value_type(frame) == SQLITE_NULL || !find_capture(f, id))
		return false;
	if (!f->replay)
		f->replay = replay_open(&f->session);
	return f->replay && replay_frame(f->replay, &f->capture, id - f->capture.first_frame + 1);
}

static void frame_info(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	struct frame_info *f = sqlite3_user_data(ctx);
	(void)n;
	if (dissected(f, values[0]))
		sqlite3_result_text(ctx, replay_info(f->replay), -1, SQLITE_TRANSIENT);
}

static void frame_protocol(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	struct frame_info *f = sqlite3_user_data(ctx);
	(void)n;
	if (dissected(f, values[0]))
		sqlite3_result_text(ctx, replay_protocol(f->replay), -1, SQLITE_TRANSIENT);
}

static void let_go(void *data)
{
	struct frame_info *f = data;
	if (--f->users)
		return;
	replay_close(f->replay);
	sqlite3_finalize(f->find);
	free(f->capture.name);
	free(f);
}

int frame_info_register(sqlite3 *db, const char *path)
{
	const int reads = SQLITE_UTF8 | SQLITE_DIRECTONLY;
	struct frame_info *f = calloc(1, sizeof(*f));
	if (!f)
		return SQLITE_NOMEM;
	f->users = 2;
	f->session.db = db;
	f->session.path = path;
	/* SQLite lets go of it, also when this fails. */
	int rc = sqlite3_create_function_v2(db, "frame_info", 1, reads, f, frame_info, NULL, NULL, let_go);
	if (rc != SQLITE_OK) {
		let_go(f);
		return rc;
	}
	return sqlite3_create_function_v2(
		db, "frame_protocol", 1, reads, f, frame_protocol, NULL, NULL, let_go);
}

void frame_info_release(sqlite3 *db)
{
	/* A capture that was not gone through to its end: SQLite lets no function go while a statement runs.
	 */
	for (sqlite3_stmt *st = sqlite3_next_stmt(db, NULL); st; st = sqlite3_next_stmt(db, st))
		sqlite3_reset(st);
	sqlite3_create_function_v2(db, "frame_protocol", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
	sqlite3_create_function_v2(db, "frame_info", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
}
