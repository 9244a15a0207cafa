#include "query/replay.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/dissect.h"
#include "indexer/registry.h"
#include "query/stored_frame.h"
#include "schema/catalogue.h"

#define LATER_MAX 16
#define ROWS_KEPT 4096 /* rows that are made and not wanted, before they are thrown away */

struct replay {
	struct session *session;
	struct frame_store *frames;
	struct rows *rows;
	struct dict *dict;
	struct dissection *dissection;
	const struct selected_capture *capture; /* that is being dissected */
	int64_t at;                             /* frame dissected last, 0 none */
	const struct packet *packet;            /* what that gave */
	const uint8_t *data;
	struct tree *tree;
	struct info info;
	struct replay *learner; /* went through the whole capture, for what is known only at its end */
	bool learns;            /* is one */
	struct later {
		char *field;
		sqlite3_stmt *st;
	} later[LATER_MAX];
	unsigned nlater;
};

/* The field's values for one frame, by the catalogue. */
static sqlite3_stmt *later_statement(struct replay *r, const char *field)
{
	const char *error = NULL;
	char *sql = NULL;
	for (unsigned i = 0; i < r->nlater; i++)
		if (strcmp(r->later[i].field, field) == 0)
			return r->later[i].st;
	if (r->nlater == LATER_MAX)
		return NULL;
	struct later *l = &r->later[r->nlater];
	struct catalogue_field *f = catalogue_find(r->session->db, field, &error);
	if (f && f->nsources)
		sql = sqlite3_mprintf("SELECT %s FROM \"%w\" t WHERE t.frame_id=?1", f->sources[0].expr,
			f->sources[0].table);
	l->field = strdup(field);
	l->st = sql ? session_prepare(r->session, sql) : NULL;
	sqlite3_free(sql);
	catalogue_field_free(f);
	r->nlater += l->field != NULL;
	return l->st;
}

static int64_t later(void *ctx, const struct packet *pkt, const char *field)
{
	struct replay *r = ctx;
	sqlite3_stmt *st = later_statement(r, field);
	int64_t value = 0;
	if (!st)
		return 0;
	sqlite3_bind_int64(st, 1, r->capture->first_frame + pkt->number - 1);
	if (sqlite3_step(st) == SQLITE_ROW)
		value = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return value;
}

/* The learner's conversations come in the order of this replay's. */
static const void *final_flow(void *ctx, const struct packet *pkt, const struct protocol *proto)
{
	struct replay *r = ctx;
	if (!r->learner && !r->learns) {
		r->learner = replay_open(r->session);
		if (!r->learner)
			return NULL;
		r->learner->learns = true;
		replay_frame(r->learner, r->capture, r->capture->frames);
	}
	if (!r->learner || r->learner->capture != r->capture || !r->learner->dissection)
		return NULL;
	struct conversations *all = dissection_conversations(r->learner->dissection);
	uint32_t index = pkt->conversation->index;
	return index < conv_total(all) ? conv_flow(conv_at(all, index), proto) : NULL;
}

struct replay *replay_open(struct session *s)
{
	const char *wrong = registry_init();
	struct replay *r = wrong ? NULL : calloc(1, sizeof(*r));
	if (!r) {
		complain(0, "%s", wrong ? wrong : "out of memory");
		return NULL;
	}
	r->session = s;
	r->info.later = later;
	r->info.final_flow = final_flow;
	r->info.later_ctx = r->info.final_ctx = r;
	r->frames = frame_store_open(s);
	r->rows = rows_new(protocols, protocols_count);
	if (r->frames && r->rows)
		return r;
	replay_close(r);
	return NULL;
}

static void forget(struct replay *r)
{
	replay_close(r->learner);
	r->learner = NULL;
	dissection_free(r->dissection);
	dict_free(r->dict);
	r->dissection = NULL;
	r->dict = NULL;
	r->at = 0;
}

void replay_close(struct replay *r)
{
	if (!r)
		return;
	forget(r);
	while (r->nlater) {
		sqlite3_finalize(r->later[--r->nlater].st);
		free(r->later[r->nlater].field);
	}
	rows_free(r->rows);
	frame_store_close(r->frames);
	free(r);
}

static int begin(struct replay *r, const struct selected_capture *capture)
{
	forget(r);
	rows_clear(r->rows);
	r->capture = capture;
	r->dict = dict_new();
	r->dissection = r->dict ? dissection_new(r->rows, r->dict, 1) : NULL;
	if (!r->dissection)
		return complain(-1, "out of memory");
	frame_store_range(r->frames, capture, 1, capture->frames);
	return 0;
}

const struct packet *replay_frame(struct replay *r, const struct selected_capture *capture, int64_t number)
{
	struct stored_frame f;
	if (r->capture == capture && r->dissection && number == r->at)
		return r->packet;
	if ((r->capture != capture || !r->dissection || number < r->at) && begin(r, capture) < 0)
		return NULL;
	while (r->at < number) {
		int rc = frame_store_next(r->frames, &f);
		if (rc <= 0) {
			forget(r);
			if (rc == 0)
				complain(0, "%s: no frame %lld in %s", r->session->path, (long long)number,
					capture->name);
			return NULL;
		}
		struct dissect_input in = { .data = f.data,
			.cap_len = f.cap_len,
			.len = f.len,
			.time_ns = f.time_ns,
			.offset = f.offset,
			.number = (uint32_t)f.number,
			.interface = f.interface,
			.interface_id = f.interface_id,
			.has_interface = f.has_interface_id,
			.link_type = f.link_type,
			.fcs_len = f.fcs_len,
			.pseudo_len = f.pseudo_len,
			.has_flags = f.has_flags,
			.flags = f.flags };
		if (r->rows->total > ROWS_KEPT)
			rows_clear(r->rows);
		dissection_set_info(r->dissection, f.number == number ? &r->info : NULL);
		dissection_set_tree(r->dissection, f.number == number ? r->tree : NULL);
		r->packet = dissect_frame(r->dissection, &in);
		r->data = f.data;
		r->at = f.number;
	}
	return r->packet;
}

const char *replay_info(const struct replay *r)
{
	return r->info.text;
}

const char *replay_protocol(const struct replay *r)
{
	return r->packet && r->packet->column ? r->packet->column : "";
}

void replay_set_tree(struct replay *r, struct tree *tree)
{
	r->tree = tree;
}

const struct rows *replay_rows(const struct replay *r)
{
	return r->rows;
}

const uint8_t *replay_data(const struct replay *r)
{
	return r->data;
}
