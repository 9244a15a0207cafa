#include "query/stored_frame.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/reader/encap.h"
#include "indexer/store/raw.h"

#define LINKTYPE_ERF 197
#define ERF_MAX      (16 + 8 * 32 + 4) /* octets of an ERF header with its extensions */

struct frame_store {
	struct session *session;
	struct raw *raw;
	const struct selected_capture *capture; /* of `frame` */
	sqlite3_stmt *frame, *comments;
	char *texts[FRAME_COMMENTS_MAX];
	unsigned ntexts;
};

struct frame_store *frame_store_open(struct session *s)
{
	struct frame_store *f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->session = s;
	f->raw = raw_open(s->db);
	f->frame = session_prepare(s,
		"SELECT f.time, f.len, coalesce(f.caplen, f.len), f.offset, f.interface, i.interface_id, "
		"i.link_type,"
		" i.fcs_len, g.packet_flags, g.packet_id, f.frame_id FROM t_frame f LEFT JOIN t_frame_flags "
		"g ON "
		"g.frame_id=f.frame_id"
		" LEFT JOIN interface i ON i.capture_id=?2 AND i.number=f.interface"
		" WHERE f.frame_id BETWEEN ?1 AND ?3 ORDER BY f.frame_id");
	f->comments = session_prepare(s, "SELECT x.value FROM t_frame_comment c JOIN t_text x ON "
					 "x.id=c.comment WHERE c.frame_id=?1 ORDER BY c.n");
	if (f->raw && f->frame && f->comments)
		return f;
	frame_store_close(f);
	return NULL;
}

static void forget_comments(struct frame_store *f)
{
	while (f->ntexts)
		free(f->texts[--f->ntexts]);
}

void frame_store_close(struct frame_store *f)
{
	if (!f)
		return;
	forget_comments(f);
	sqlite3_finalize(f->frame);
	sqlite3_finalize(f->comments);
	raw_close(f->raw);
	free(f);
}

static void read_comments(struct frame_store *f, struct stored_frame *out)
{
	forget_comments(f);
	sqlite3_bind_int64(f->comments, 1, out->frame_id);
	while (f->ntexts < FRAME_COMMENTS_MAX && sqlite3_step(f->comments) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(f->comments, 0);
		if (!(f->texts[f->ntexts] = strdup(text ? text : "")))
			break;
		out->comments[f->ntexts] = f->texts[f->ntexts];
		f->ntexts++;
	}
	out->ncomments = f->ntexts;
	sqlite3_reset(f->comments);
}

/* How many octets before the frame are its pseudo-header. ERF's length stands in its own first octets: look
 * for a begin that says it ends here. */
static uint8_t pseudo_of(struct frame_store *f, int64_t capture_id, const struct stored_frame *s)
{
	uint8_t zeros[32] = { 0 };
	if (s->link_type != LINKTYPE_ERF)
		return (uint8_t)encap_pseudo_header(s->link_type, zeros, sizeof(zeros));
	for (unsigned n = 16; n <= ERF_MAX && n <= UINT8_MAX && n <= s->offset; n += 2) {
		const uint8_t *p = raw_read(f->raw, capture_id, s->offset - n, n + s->cap_len);
		if (p && (uint32_t)(p[14] << 8 | p[15]) == s->len &&
			encap_pseudo_header(LINKTYPE_ERF, p, n + s->cap_len) == n)
			return (uint8_t)n;
	}
	return 0;
}

static int read_row(struct frame_store *f, struct stored_frame *out, bool pseudo)
{
	sqlite3_stmt *st = f->frame;
	const struct selected_capture *capture = f->capture;
	memset(out, 0, sizeof(*out));
	out->frame_id = sqlite3_column_int64(st, 10);
	out->number = out->frame_id - capture->first_frame + 1;
	out->time_ns = sqlite3_column_int64(st, 0);
	out->len = (uint32_t)sqlite3_column_int64(st, 1);
	out->cap_len = (uint32_t)sqlite3_column_int64(st, 2);
	out->offset = (uint64_t)sqlite3_column_int64(st, 3);
	out->interface = (uint32_t)sqlite3_column_int64(st, 4);
	out->has_interface_id = sqlite3_column_type(st, 5) != SQLITE_NULL;
	out->interface_id = (uint32_t)sqlite3_column_int64(st, 5);
	out->link_type =
		sqlite3_column_type(st, 6) == SQLITE_NULL ? UINT16_MAX : (uint16_t)sqlite3_column_int(st, 6);
	out->fcs_len = (uint8_t)sqlite3_column_int(st, 7);
	out->has_flags = sqlite3_column_type(st, 8) != SQLITE_NULL;
	out->flags = (uint32_t)sqlite3_column_int64(st, 8);
	out->has_packet_id = sqlite3_column_type(st, 9) != SQLITE_NULL;
	out->packet_id = (uint64_t)sqlite3_column_int64(st, 9);
	out->pseudo_len = pseudo_of(f, capture->id, out);
	uint32_t before = out->pseudo_len <= out->offset ? out->pseudo_len : 0;
	const uint8_t *p = raw_read(f->raw, capture->id, out->offset - before, before + out->cap_len);
	if (!p)
		return complain(-1, "%s: frame %lld of %s: %s", f->session->path, (long long)out->number,
			capture->name, raw_error(f->raw));
	out->data = p + before;
	if (pseudo) {
		out->data = p;
		out->offset -= before;
		out->cap_len += before;
		out->len += before;
	}
	return 0;
}

void frame_store_range(
	struct frame_store *f, const struct selected_capture *capture, int64_t first, int64_t last)
{
	sqlite3_reset(f->frame);
	f->capture = capture;
	sqlite3_bind_int64(f->frame, 1, capture->first_frame + first - 1);
	sqlite3_bind_int64(f->frame, 2, capture->id);
	sqlite3_bind_int64(f->frame, 3, capture->first_frame + last - 1);
}

int frame_store_next(struct frame_store *f, struct stored_frame *out)
{
	int rc = sqlite3_step(f->frame);
	if (rc == SQLITE_ROW)
		return read_row(f, out, false) < 0 ? -1 : 1;
	sqlite3_reset(f->frame);
	return rc == SQLITE_DONE ? 0
				 : complain(-1, "%s: %s", f->session->path, sqlite3_errmsg(f->session->db));
}

int frame_store_read(struct frame_store *f, struct stored_frame *out, const struct selected_capture *capture,
	int64_t number, bool pseudo)
{
	frame_store_range(f, capture, number, number);
	int rc = sqlite3_step(f->frame) == SQLITE_ROW
			 ? read_row(f, out, pseudo)
			 : complain(-1, "%s: no frame %lld in %s", f->session->path, (long long)number,
				   capture->name);
	sqlite3_reset(f->frame);
	if (rc == 0)
		read_comments(f, out);
	return rc;
}
