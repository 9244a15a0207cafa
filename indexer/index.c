#include "indexer/index.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "indexer/dissect.h"
#include "indexer/notes.h"
#include "indexer/pipeline.h"
#include "indexer/reader/encap.h"
#include "indexer/reader/reader.h"
#include "indexer/registry.h"
#include "indexer/store/late.h"
#include "indexer/store/source.h"
#include "indexer/turn.h"
#include "schema/address.h"
#include "schema/tcp_event.h"
#include "schema/hex.h"

#define FLUSH_ROWS      16384
#define FLUSH_HEAP      (8u << 20)
#define PROGRESS_FRAMES 4096

/* One capture on its way in. */
struct job {
	struct store *store;
	const char *path;
	const struct index_options *options;
	bool cancelled;
	struct index_result *result;
	int64_t capture_id, first_frame;
	struct reader *reader;
	struct reader_error error;
	struct dict *dict;
	struct dissection *dissection;
	struct totals totals;
	struct late late;
	EVP_MD_CTX *sha;
	struct pipeline *pipeline;
	struct {
		uint16_t link_type;
		uint32_t id;
		uint8_t fcs_len;
		uint64_t frames;
	} * interfaces;
	unsigned ninterfaces;
	struct notes notes;
	int64_t statistics, names;
	struct source source;
	bool has_source;
};

static int on_raw(void *ctx, const uint8_t *octets, size_t n)
{
	struct job *j = ctx;
	j->result->file_size += n;
	return pipeline_raw(j->pipeline, octets, n);
}

/* ---- what the capture says beside its frames ---- */

#define NOTES_MAX 256 /* kept here before they are handed over */

static int noted(struct job *j)
{
	return j->notes.failed || (j->notes.n >= NOTES_MAX && pipeline_notes(j->pipeline, &j->notes) < 0) ? -1
													  : 0;
}

static void note_comments(struct notes *notes, unsigned column, unsigned n, const char *const *comments)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	for (unsigned k = 0; k < n; k++)
		sqlite3_str_appendf(s, k ? "\n%s" : "%s", comments[k]);
	char *text = sqlite3_str_finish(s);
	if (n)
		notes_text(notes, column, text);
	sqlite3_free(text);
}

static int on_section(void *ctx, const struct reader_section *s)
{
	struct job *j = ctx;
	char version[16];
	snprintf(version, sizeof(version), "%u.%u", s->major, s->minor);
	notes_row(&j->notes, "section", 9);
	notes_int(&j->notes, 2, s->number);
	notes_int(&j->notes, 3, (int64_t)s->offset);
	notes_int(&j->notes, 4, s->big_endian);
	notes_text(&j->notes, 5, version);
	notes_text(&j->notes, 6, s->hardware);
	notes_text(&j->notes, 7, s->os);
	notes_text(&j->notes, 8, s->application);
	note_comments(&j->notes, 9, s->ncomments, s->comments);
	return noted(j);
}

/* if_tsresol: a power of ten, or of two where the highest bit is set. */
static void tick_text(char out[24], const struct reader_interface *i)
{
	snprintf(out, 24, "%s^-%u s", i->tsresol & 0x80 ? "2" : "10", i->tsresol & 0x7f);
}

static int on_interface(void *ctx, const struct reader_interface *i)
{
	struct job *j = ctx;
	struct notes *notes = &j->notes;
	const struct encap *encap = encap_of(i->link_type);
	char tick[24], mac[18];
	void *all = realloc(j->interfaces, (j->ninterfaces + 1) * sizeof(*j->interfaces));
	if (!all)
		return -1;
	j->interfaces = all;
	memset(&j->interfaces[j->ninterfaces], 0, sizeof(*j->interfaces));
	j->interfaces[j->ninterfaces].link_type = i->link_type;
	j->interfaces[j->ninterfaces].id = i->id;
	j->interfaces[j->ninterfaces++].fcs_len = i->has_fcs_len ? i->fcs_len : 0;
	bool pcapng = strcmp(reader_container(j->reader), "pcapng") == 0;
	tick_text(tick, i);
	notes_row(notes, "interface", 21);
	notes_int(notes, 2, i->number);
	notes_int(notes, 3, i->section);
	if (pcapng) {
		notes_int(notes, 4, i->id);
		/* Wireshark shows a description where there is no name, and "unknown" where there is neither.
		 */
		notes_text(notes, 5, i->name ? i->name : i->description ? i->description : "unknown");
	}
	notes_text(notes, 6, i->name);
	notes_text(notes, 7, i->description);
	notes_text(notes, 8, i->filter);
	notes_text(notes, 9, i->os);
	notes_text(notes, 10, i->hardware);
	if (i->has_mac) {
		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", i->mac[0], i->mac[1], i->mac[2],
			i->mac[3], i->mac[4], i->mac[5]);
		notes_text(notes, 11, mac);
	}
	notes_int(notes, 12, i->link_type);
	notes_int(notes, 13, encap->number);
	notes_text(notes, 14, encap->title);
	notes_int(notes, 15, i->snaplen);
	notes_text(notes, 16, tick);
	notes_int(notes, 17, i->offset_seconds);
	if (i->speed)
		notes_int(notes, 18, (int64_t)i->speed);
	if (i->has_fcs_len)
		notes_int(notes, 19, i->fcs_len);
	note_comments(notes, 20, i->ncomments, i->comments);
	notes_int(notes, 21, 0);
	return noted(j);
}

static void note_count(struct notes *notes, unsigned column, uint64_t v)
{
	if (v != UINT64_MAX)
		notes_int(notes, column, (int64_t)v);
}

static void note_time(struct notes *notes, unsigned column, int64_t v)
{
	if (v != INT64_MIN)
		notes_int(notes, column, v);
}

static int on_statistics(void *ctx, const struct reader_statistics *s)
{
	struct job *j = ctx;
	notes_row(&j->notes, "interface_statistics", 11);
	notes_int(&j->notes, 2, j->statistics++);
	notes_int(&j->notes, 3, s->interface);
	note_time(&j->notes, 4, s->time_ns);
	note_time(&j->notes, 5, s->start_ns);
	note_time(&j->notes, 6, s->end_ns);
	note_count(&j->notes, 7, s->received);
	note_count(&j->notes, 8, s->dropped);
	note_count(&j->notes, 9, s->filter_accepted);
	note_count(&j->notes, 10, s->os_dropped);
	note_count(&j->notes, 11, s->delivered);
	return noted(j);
}

static int on_name(void *ctx, const struct reader_name *n)
{
	struct job *j = ctx;
	char text[64];
	address_text(text,
		n->address_len == 4    ? KIND_IPV4
		: n->address_len == 16 ? KIND_IPV6
				       : KIND_ETHER,
		n->address, n->address_len);
	notes_row(&j->notes, "name_record", 4);
	notes_int(&j->notes, 2, j->names++);
	notes_text(&j->notes, 3, text);
	notes_text(&j->notes, 4, n->name);
	return noted(j);
}

static int on_block(void *ctx, const struct reader_block *b)
{
	struct job *j = ctx;
	notes_row(&j->notes, "block", 5);
	notes_int(&j->notes, 2, (int64_t)b->offset);
	notes_int(&j->notes, 3, b->type);
	notes_int(&j->notes, 4, b->length);
	if (b->secrets_type)
		notes_int(&j->notes, 5, b->secrets_type);
	return noted(j);
}

/* ---- frames ---- */

static int take_frame(struct job *j, const struct frame *f)
{
	struct dissect_input in = {
		.data = f->data,
		.cap_len = f->cap_len,
		.len = f->len,
		.claimed = f->claimed,
		.time_ns = f->time_ns,
		.fraction = f->fraction,
		.untimed = !f->has_time,
		.offset = f->offset,
		.number = (uint32_t)++j->result->frames,
		.interface = f->interface,
		.has_interface = f->has_interface,
		.link_type = f->link_type,
		.pseudo_len = f->pseudo_len,
		.has_flags = f->has_flags,
		.flags = f->flags,
		.has_packet_id = f->has_packet_id,
		.packet_id = f->packet_id,
		.ncomments = f->ncomments,
		.comments = f->comments,
	};
	if (f->interface < j->ninterfaces) {
		in.fcs_len = j->interfaces[f->interface].fcs_len;
		in.interface_id = j->interfaces[f->interface].id;
		j->interfaces[f->interface].frames++;
	}
	const struct packet *pkt = dissect_frame(j->dissection, &in);
	totals_add(&j->totals, pkt, dissection_stack(j->dissection));
	late_add(&j->late, pkt, dissection_stack(j->dissection));
	struct rows *rows = pipeline_rows(j->pipeline);
	if (pipeline_border(j->pipeline, f->record_end) < 0)
		return -1;
	if (rows->total >= FLUSH_ROWS || rows->heap_used >= FLUSH_HEAP) {
		if (pipeline_flush(j->pipeline) < 0)
			return -1;
		dissection_set_rows(j->dissection, pipeline_rows(j->pipeline));
	}
	return 0;
}

static int progress(struct job *j)
{
	uint64_t at, total;
	if (!j->options->progress)
		return 0;
	reader_progress(j->reader, &at, &total);
	return j->options->progress(j->options->progress_ctx, j->path, j->result->frames, at, total);
}

static int on_interrupt(void *ctx)
{
	struct job *j = ctx;
	j->cancelled = j->options->progress &&
		       j->options->progress(j->options->progress_ctx, j->path, j->result->frames, 0, 0);
	return j->cancelled;
}

static enum index_status read_frames(struct job *j)
{
	struct frame f;
	enum reader_status status;
	while ((status = reader_next(j->reader, &f)) == READER_FRAME) {
		if (j->result->frames == UINT32_MAX - 1) {
			snprintf(j->result->message, sizeof(j->result->message), "%s: more than %u frames",
				j->path, UINT32_MAX - 1);
			return INDEX_UNREADABLE;
		}
		if (take_frame(j, &f) < 0)
			return INDEX_ARCHIVE_FAILED;
		if (j->result->frames % PROGRESS_FRAMES == 0 && progress(j))
			return INDEX_CANCELLED;
	}
	if (j->notes.failed)
		return INDEX_ARCHIVE_FAILED;
	if (status == READER_DAMAGED) {
		snprintf(j->result->message, sizeof(j->result->message),
			"%s: damaged at offset %llu: %s; the %llu frames before it are indexed", j->path,
			(unsigned long long)j->error.offset, j->error.reason,
			(unsigned long long)j->result->frames);
		return INDEX_DAMAGED;
	}
	if (j->cancelled)
		return INDEX_CANCELLED;
	if (status == READER_STOPPED) /* on_raw(): why, the pipeline knows */
		return INDEX_ARCHIVE_FAILED;
	return INDEX_OK;
}

/* ---- the end of the capture ---- */

static void bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_TRANSIENT);
}

static int insert_done(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int store_conversation(struct job *j, const struct conversation *c)
{
	const int64_t values[] = { j->capture_id, c->type, c->owner->stream, c->pair,
		store_address(j->store, c->address_a), c->port_a, store_address(j->store, c->address_b),
		c->port_b, (int64_t)c->frames_ab, (int64_t)c->bytes_ab, (int64_t)c->frames_ba,
		(int64_t)c->bytes_ba, c->first_ns, c->last_ns, c->first_frame, c->last_frame, c->completeness,
		c->first_completeness, c->initial_rtt };
	return store_ints(j->store, INTS_CONVERSATION, values,
		c->type != CONV_TCP ? 16
		: c->initial_rtt    ? 19
				    : 18);
}

/* Type by type, as the table's key has them. */
static int store_conversations(struct job *j)
{
	struct conversations *all = dissection_conversations(j->dissection);
	size_t n = conv_total(all);
	int rc = 0;
	for (unsigned type = CONV_NONE + 1; rc == 0 && type < CONV_TYPES; type++)
		for (size_t i = 0; rc == 0 && i < n; i++) {
			const struct conversation *c = conv_at(all, i);
			/* Others are only there to tell exchanges apart, or an expectation. */
			if (c->type == type && !c->ahead && c->owner->numbered)
				rc = store_conversation(j, c);
		}
	return rc;
}

static int store_events(struct job *j)
{
	const struct event_total *totals = dissection_events(j->dissection);
	sqlite3_stmt *st = store_insert(j->store, "total_event", 4);
	for (int kind = 0; st && kind < EVENT_KINDS; kind++) {
		if (!totals[kind].events)
			continue;
		sqlite3_bind_int64(st, 1, j->capture_id);
		sqlite3_bind_int(st, 2, kind);
		sqlite3_bind_int64(st, 3, (int64_t)totals[kind].events);
		sqlite3_bind_int64(st, 4, totals[kind].first_frame);
		if (insert_done(st) < 0)
			return -1;
	}
	return st ? 0 : -1;
}

static int store_interface_frames(struct job *j)
{
	sqlite3_stmt *st;
	int rc = 0;
	if (sqlite3_prepare_v2(store_db(j->store),
		    "UPDATE interface SET frames=?1 WHERE capture_id=?2 AND number=?3", -1, &st,
		    NULL) != SQLITE_OK)
		return -1;
	for (unsigned i = 0; rc == 0 && i < j->ninterfaces; i++) {
		sqlite3_bind_int64(st, 1, (int64_t)j->interfaces[i].frames);
		sqlite3_bind_int64(st, 2, j->capture_id);
		sqlite3_bind_int(st, 3, (int)i);
		rc = insert_done(st);
	}
	sqlite3_finalize(st);
	return rc;
}

static const char *encapsulation(const struct job *j)
{
	for (unsigned i = 1; i < j->ninterfaces; i++)
		if (j->interfaces[i].link_type != j->interfaces[0].link_type)
			return "Per packet";
	return j->ninterfaces ? encap_of(j->interfaces[0].link_type)->title : "Unknown";
}

static char *caps_text(const struct job *j)
{
	static const char *const names[CAP_COUNT] = { [CAP_LAYERS] = "nested layers",
		[CAP_CHILDREN] = "child rows",
		[CAP_NEXT] = "waiting payloads",
		[CAP_FRAGMENTS] = "fragmented datagrams",
		[CAP_STREAM_BYTES] = "stream bytes",
		[CAP_SEGMENTS] = "segments in flight",
		[CAP_EXCHANGES] = "open requests",
		[CAP_BINDINGS] = "ARP bindings",
		[CAP_SCRATCH] = "decoded octets",
		[CAP_GATHERED] = "gathered messages",
		[CAP_EXPECTED] = "conversations opened ahead" };
	const uint64_t *dropped = dissection_dropped(j->dissection);
	sqlite3_str *s = sqlite3_str_new(NULL);
	for (int i = 0; i < CAP_COUNT; i++)
		if (dropped[i])
			sqlite3_str_appendf(s, "%s%s: %llu", sqlite3_str_length(s) ? ", " : "", names[i],
				(unsigned long long)dropped[i]);
	return sqlite3_str_finish(s); /* NULL when empty */
}

static int store_capture(struct job *j, const char *sha256, enum index_status status)
{
	sqlite3_stmt *st = store_insert(j->store, "capture", 22);
	char absolute[PATH_MAX];
	const struct index_origin *origin = j->options->origin;
	const char *path = strcmp(j->path, "-") == 0 || !realpath(j->path, absolute) ? j->path : absolute;
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *compression = origin ? origin->compression : reader_compression(j->reader);
	const struct totals *t = &j->totals;
	if (origin) {
		path = origin->path;
		name = origin->name;
	} else if (strcmp(j->path, "-") == 0) {
		name = "standard input";
	}
	if (!st)
		return -1;
	int i = 0;
	sqlite3_bind_int64(st, ++i, j->capture_id);
	bind_text(st, ++i, name);
	bind_text(st, ++i, path);
	bind_text(st, ++i, sha256);
	bind_text(st, ++i, j->options->bpf ? j->options->bpf : "");
	bind_text(st, ++i, reader_container(j->reader));
	bind_text(st, ++i, compression);
	const int64_t values[] = { (int64_t)j->result->file_size, j->first_frame, (int64_t)t->frames,
		(int64_t)t->bytes, (int64_t)t->captured, t->time_zero, t->time_first, t->time_last,
		t->in_order };
	for (size_t k = 0; k < sizeof(values) / sizeof(*values); k++)
		sqlite3_bind_int64(st, ++i, values[k]);
	bind_text(st, ++i, encapsulation(j));
	if (status == INDEX_DAMAGED) {
		sqlite3_bind_int64(st, i + 1, (int64_t)j->error.offset);
		bind_text(st, i + 2, j->error.reason);
	}
	i += 2;
	sqlite3_bind_text(st, ++i, caps_text(j), -1, sqlite3_free);
	sqlite3_bind_int64(st, ++i, (int64_t)time(NULL));
	bind_text(st, ++i, PCAPDEX_VERSION);
	if (insert_done(st) < 0)
		return -1;
	st = store_insert(j->store, "capture_tag", 3);
	for (unsigned k = 0; st && k < j->options->ntags; k++) {
		sqlite3_bind_int64(st, 1, j->capture_id);
		bind_text(st, 2, j->options->tags[k].key);
		bind_text(st, 3, j->options->tags[k].value);
		if (insert_done(st) < 0)
			return -1;
	}
	return st ? 0 : -1;
}

static void digest_text(char out[65], EVP_MD_CTX *sha)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	EVP_DigestFinal_ex(sha, digest, &n);
	out[hex_put(out, digest, 32, '\0')] = '\0';
}

static const char *bpf_of(const struct job *j)
{
	return j->options->bpf ? j->options->bpf : "";
}

/* The file, if it did not change while it was read. */
static int remember(struct job *j)
{
	struct source now;
	if (!j->has_source || !source_look(&now, j->path) || now.size != j->source.size ||
		now.mtime_ns != j->source.mtime_ns)
		return 0;
	return source_add(store_db(j->store), &j->source, bpf_of(j), j->capture_id) == SQLITE_OK ? 0 : -1;
}

static enum index_status finish(struct job *j, enum index_status status)
{
	char sha256[65];
	if (status == INDEX_DAMAGED)
		reader_drain(j->reader); /* what cannot be read of the rest was the damage */
	if (j->cancelled || progress(j))
		return INDEX_CANCELLED;
	dissection_finish(j->dissection);
	late_settle(&j->late, j->dict, &j->totals);
	totals_finish(&j->totals);
	if (pipeline_notes(j->pipeline, &j->notes) < 0 || pipeline_finish(j->pipeline) < 0)
		return INDEX_ARCHIVE_FAILED;
	digest_text(sha256, j->sha);
	int found = store_find(j->store, sha256, bpf_of(j), &j->result->capture_id);
	if (found > 0) {
		j->result->message[0] = '\0'; /* its damage was told the first time */
		return INDEX_ALREADY;
	}
	j->result->capture_id = j->capture_id;
	if (found < 0 || j->totals.failed || j->late.failed || store_capture(j, sha256, status) < 0 ||
		store_events(j) < 0 || store_interface_frames(j) < 0 ||
		store_totals(j->store, &j->totals) < 0 || late_store(&j->late, j->store, j->first_frame) < 0)
		return INDEX_ARCHIVE_FAILED;
	turn_lock(j->options->turn);
	bool kept = remember(j) == 0 && store_commit(j->store) == 0;
	turn_unlock(j->options->turn);
	if (!kept)
		return INDEX_ARCHIVE_FAILED;
	j->result->bytes = j->totals.bytes;
	return status;
}

/* SHA-256 of a plain file whose size equals that of a capture in the archive: the same bytes are not read
 * twice. */
static int same_bytes(struct job *j)
{
	struct stat sb;
	static const size_t size = 1u << 18;
	char sha256[65];
	if (strcmp(j->path, "-") == 0 || j->options->origin || stat(j->path, &sb) < 0 || !S_ISREG(sb.st_mode))
		return 0;
	turn_lock(j->options->turn);
	int any = store_has_size(j->store, (uint64_t)sb.st_size);
	turn_unlock(j->options->turn);
	if (any <= 0)
		return 0;
	FILE *f = fopen(j->path, "rbe");
	uint8_t *buffer = malloc(size);
	size_t n;
	int found = 0;
	if (f && buffer) {
		while ((n = fread(buffer, 1, size, f)) > 0)
			EVP_DigestUpdate(j->sha, buffer, n);
		digest_text(sha256, j->sha);
		EVP_DigestInit_ex(j->sha, EVP_sha256(), NULL);
		turn_lock(j->options->turn);
		found = store_find(j->store, sha256, bpf_of(j), &j->result->capture_id);
		turn_unlock(j->options->turn);
	}
	free(buffer);
	if (f)
		fclose(f);
	return found > 0;
}

static const char *file_of(const struct job *j)
{
	return j->options->origin ? j->options->origin->file : j->path;
}

static bool is_known(struct job *j)
{
	turn_lock(j->options->turn);
	bool known = j->has_source &&
		     source_find(store_db(j->store), &j->source, bpf_of(j), &j->result->capture_id) > 0;
	turn_unlock(j->options->turn);
	return known;
}

/* Rows are numbered from 1 on until the store knows which ids are free: when the captures before this one are
 * in. */
static int64_t begin(void *ctx)
{
	struct job *j = ctx;
	uint64_t size = j->source.size ? (uint64_t)j->source.size : UINT64_MAX;
	turn_wait(j->options->turn, j->options->place);
	turn_lock(j->options->turn);
	int rc = store_begin(j->store, size, &j->capture_id, &j->first_frame);
	turn_unlock(j->options->turn);
	if (rc < 0)
		return -1;
	if (j->options->origin)
		store_keep_ids(j->store, j->options->origin->capture_id, j->options->origin->first_frame,
			&j->capture_id, &j->first_frame);
	return j->capture_id;
}

static int settle(void *ctx)
{
	struct job *j = ctx;
	turn_lock(j->options->turn);
	int rc = store_conversations(j);
	if (rc == 0)
		rc = store_counts(j->store, &j->totals);
	if (rc == 0)
		rc = store_settle(j->store);
	turn_unlock(j->options->turn);
	return rc;
}

static enum index_status run(struct job *j)
{
	const char *wrong = registry_init();
	j->sha = EVP_MD_CTX_new();
	j->dict = dict_new();
	totals_init(&j->totals);
	if (wrong || !j->sha || !j->dict || !EVP_DigestInit_ex(j->sha, EVP_sha256(), NULL)) {
		snprintf(j->result->message, sizeof(j->result->message), "%s",
			wrong ? wrong : "out of memory");
		return INDEX_UNREADABLE;
	}
	j->has_source = strcmp(j->path, "-") != 0 && !j->options->origin && source_look(&j->source, j->path);
	if (is_known(j) || same_bytes(j))
		return INDEX_ALREADY;
	const struct reader_events events = { j, on_raw, on_section, on_interface, on_statistics, on_name,
		on_block, on_interrupt };
	const struct pipeline_use use = { j->store, j->dict, j->sha, begin, settle, j };
	if (!(j->pipeline = pipeline_start(&use, j->options->jobs != 1)) ||
		!(j->dissection = dissection_new(pipeline_rows(j->pipeline), j->dict, 1)))
		return INDEX_ARCHIVE_FAILED;
	dissection_refer(j->dissection);
	if (reader_open(&j->reader, file_of(j), j->options->bpf, &events, &j->error) < 0) {
		if (j->cancelled)
			return INDEX_CANCELLED;
		snprintf(j->result->message, sizeof(j->result->message), "%s: %s", j->path, j->error.reason);
		return j->notes.failed          ? INDEX_ARCHIVE_FAILED
		       : j->error.not_a_capture ? INDEX_NOT_A_CAPTURE
						: INDEX_UNREADABLE;
	}
	enum index_status status = read_frames(j);
	if (status == INDEX_OK || status == INDEX_DAMAGED)
		status = finish(j, status);
	if (status == INDEX_ARCHIVE_FAILED)
		j->result->message[0] = '\0'; /* of the capture's damage: what the archive says counts */
	return status;
}

/* The capture is there already: tags that it has not are added, those that it has stay as they are. */
static int tag_again(struct job *j)
{
	sqlite3_stmt *find = NULL, *add = NULL;
	sqlite3 *db = store_db(j->store);
	int rc = sqlite3_prepare_v2(
		db, "SELECT value FROM capture_tag WHERE capture_id=?1 AND key=?2", -1, &find, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db, "INSERT INTO capture_tag VALUES (?1, ?2, ?3)", -1, &add, NULL);
	for (unsigned i = 0; rc == SQLITE_OK && i < j->options->ntags; i++) {
		const struct index_tag *t = &j->options->tags[i];
		sqlite3_bind_int64(find, 1, j->result->capture_id);
		bind_text(find, 2, t->key);
		bool there = sqlite3_step(find) == SQLITE_ROW;
		const char *value = there ? (const char *)sqlite3_column_text(find, 0) : NULL;
		if (value && strcmp(value, t->value) != 0)
			snprintf(j->result->message, sizeof(j->result->message),
				"%s: is in the archive already, and keeps its tag %s=%s", j->path, t->key,
				value);
		sqlite3_reset(find);
		if (there)
			continue;
		sqlite3_bind_int64(add, 1, j->result->capture_id);
		bind_text(add, 2, t->key);
		bind_text(add, 3, t->value);
		rc = sqlite3_step(add) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
		sqlite3_reset(add);
	}
	if (rc != SQLITE_OK)
		snprintf(j->result->message, sizeof(j->result->message), "%s: tags not added: %s", j->path,
			sqlite3_errmsg(db));
	sqlite3_finalize(find);
	sqlite3_finalize(add);
	return rc == SQLITE_OK ? 0 : -1;
}

/* Who handed in another one's file shall not pass unseen. */
static int note_copy(struct job *j)
{
	char absolute[PATH_MAX];
	if (strcmp(j->path, "-") == 0 || j->options->origin || !realpath(j->path, absolute) ||
		source_add_copy(store_db(j->store), j->result->capture_id, absolute, j->options->tags,
			j->options->ntags) == SQLITE_OK)
		return 0;
	snprintf(j->result->message, sizeof(j->result->message), "%s: %s", j->path, store_error(j->store));
	return -1;
}

enum index_status index_capture(struct store *store, const char *path, const struct index_options *options,
	struct index_result *result)
{
	struct job j = { .store = store, .path = path, .options = options, .result = result };
	*result = (struct index_result) { 0 };
	enum index_status status = run(&j);
	turn_wait(options->turn, options->place);
	if (status == INDEX_ARCHIVE_FAILED && !result->message[0]) {
		const char *said = j.pipeline ? pipeline_error(j.pipeline) : "";
		snprintf(result->message, sizeof(result->message),
			"%s: not indexed, the archive is as it was: %s", path,
			*said ? said : store_error(store));
	}
	pipeline_stop(j.pipeline); /* before anything that its threads use goes away */
	if (status != INDEX_OK && status != INDEX_DAMAGED) {
		turn_lock(options->turn);
		store_rollback(store);
		turn_unlock(options->turn);
	}
	if (status == INDEX_ALREADY && options->ntags && tag_again(&j) < 0)
		status = INDEX_ARCHIVE_FAILED;
	if (status == INDEX_ALREADY && note_copy(&j) < 0)
		status = INDEX_ARCHIVE_FAILED;
	reader_close(j.reader);
	dissection_free(j.dissection);
	dict_free(j.dict);
	totals_free(&j.totals);
	late_free(&j.late);
	notes_clear(&j.notes);
	EVP_MD_CTX_free(j.sha);
	free(j.interfaces);
	return status;
}
