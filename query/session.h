/* An opened archive and the captures that a question is about. */
#ifndef PCAPDEX_QUERY_SESSION_H
#define PCAPDEX_QUERY_SESSION_H

#include <stdint.h>

#include "query/command.h"
#include "schema/archive.h"

struct selected_capture {
	int64_t id, first_frame, frames;
	int64_t time_zero, time_first, time_last;
	char *name;
};

struct session {
	sqlite3 *db;
	bool borrowed;    /* db is another session's */
	const char *path; /* of the archive, or a server's URL without its password */
	char *shown;      /* the latter */
	unsigned ncaptures;
	struct selected_capture *captures; /* by id */
};

/* Open the archive (first positional argument) for reading and pick the captures of -c (id, name, glob,
 * tag=value; repeats; all without it). 0, or an exit status after a message. */
int session_open(struct session *s, const struct args *args);

/* The two halves of it. Captures may also be named by positional arguments, from index `from` on; 0: they are
 * not. */
int session_open_for(struct session *s, const struct args *args, enum archive_mode mode);
int session_choose(struct session *s, const struct args *args, unsigned from);

/* A SELECT of the ids of the captures that one -c (?1) names: an id, the name, a glob over name or path, or
 * TAG=VALUE (VALUE may be a glob). */
extern const char session_capture_sql[];

/* The one capture that was picked, or NULL after a message: frame numbers mean nothing without it. */
const struct selected_capture *session_one(const struct session *s);

/* Drop what a question made for itself: the archive stays open for the next one. */
void session_drop_temporary(struct session *s);

void session_close(struct session *s);

/* Prepare, or complain with SQLite's message and give NULL. */
sqlite3_stmt *session_prepare(struct session *s, const char *sql);

#endif
