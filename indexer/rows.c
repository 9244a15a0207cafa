#include "indexer/rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "indexer/packet.h"
#include "schema/list.h"
#include "schema/utf8.h"

__thread bool rows_tree_mode;

/* ---- batches ---- */

struct rows *rows_new(const struct protocol *const *protocols, size_t n)
{
	struct rows *rows = calloc(1, sizeof(*rows));
	if (!rows)
		return NULL;
	rows->nbatches = n * RECORDS_PER_PROTOCOL;
	rows->batches = calloc(rows->nbatches, sizeof(*rows->batches));
	rows->heap_size = 1u << 16;
	rows->heap = malloc(rows->heap_size);
	if (!rows->batches || !rows->heap) {
		rows_free(rows);
		return NULL;
	}
	for (size_t p = 0; p < n; p++) {
		for (unsigned k = 0; protocols[p] && k < protocols[p]->nrecords; k++) {
			struct batch *b = &rows->batches[p * RECORDS_PER_PROTOCOL + k];
			b->record = &protocols[p]->records[k];
			b->protocol = protocols[p]->name;
			b->stride = sizeof(struct row) + b->record->nfields * sizeof(int64_t);
		}
	}
	return rows;
}

void rows_clear(struct rows *rows)
{
	for (size_t i = 0; i < rows->nbatches; i++) {
		rows->batches[i].n = 0;
		rows->batches[i].frame = 0; /* the same frame may be dissected again */
	}
	rows->heap_used = 0;
	rows->total = 0;
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	for (size_t i = 0; rows->batches && i < rows->nbatches; i++) {
		for (size_t k = 0; k < rows->batches[i].nblocks; k++)
			free(rows->batches[i].blocks[k]);
		free(rows->batches[i].blocks);
	}
	free(rows->batches);
	free(rows->heap);
	free(rows->opened);
	free(rows);
}

/* Nothing sensible can go on without memory for one more row; the transaction is undone by SQLite when the
 * archive is opened next. */
static void *or_abort(void *memory)
{
	if (!memory) {
		fputs("pcapdex: out of memory\n", stderr);
		abort();
	}
	return memory;
}

static struct row *batch_add(struct batch *b)
{
	if (b->n / ROWS_BLOCK == b->nblocks) {
		uint8_t **blocks = or_abort(realloc(b->blocks, (b->nblocks + 1) * sizeof(*blocks)));
		uint8_t *block = or_abort(malloc(b->stride * ROWS_BLOCK));
		b->blocks = blocks;
		b->blocks[b->nblocks++] = block;
	}
	return batch_row(b, b->n++);
}

#define OPENED_LATE 0x8000

static struct row *open_row(
	struct packet *pkt, const struct protocol *proto, unsigned k, int64_t frame_id, unsigned late)
{
	unsigned index = proto->id * RECORDS_PER_PROTOCOL + k;
	struct rows *rows = pkt->rows;
	struct batch *b = &rows->batches[index];
	struct row *r = batch_add(b);
	rows->total++;
	if (rows->nopened == rows->opened_size) {
		rows->opened_size = rows->opened_size ? rows->opened_size * 2 : 1024;
		rows->opened = or_abort(realloc(rows->opened, rows->opened_size * sizeof(*rows->opened)));
	}
	rows->opened[rows->nopened++] = (uint16_t)(index | late);
	r->pkt = pkt;
	r->fail = &pkt->fail;
	r->record = b->record;
	r->frame_id = frame_id;
	r->batch = (uint16_t)index;
	memset(r->set, 0, sizeof(r->set));
	return r;
}

void rows_take_back(struct rows *rows, size_t mark)
{
	while (rows->nopened > mark) {
		uint16_t entry = rows->opened[--rows->nopened];
		struct batch *b = &rows->batches[entry & ~OPENED_LATE];
		b->n--;
		b->frame_rows -= !(entry & OPENED_LATE);
		rows->total--;
	}
}

struct row *row_open(struct packet *pkt, const struct protocol *proto, unsigned k)
{
	struct row *r = open_row(pkt, proto, k, pkt->frame_id, 0);
	struct batch *b = &pkt->rows->batches[r->batch];
	if (b->frame != pkt->frame_id) {
		b->frame = pkt->frame_id;
		b->frame_rows = 0;
	}
	b->frame_rows++;
	if (b->record->shape == RECORD_CHILD) {
		/* A child belongs to the newest row of its protocol's layer record. */
		struct batch *parent = &pkt->rows->batches[proto->id * RECORDS_PER_PROTOCOL];
		r->n = b->frame_rows;
		r->layer =
			(uint16_t)(parent->frame == pkt->frame_id && parent->frame_rows ? parent->frame_rows
											: 1);
	} else {
		r->n = 0;
		r->layer = (uint16_t)b->frame_rows;
		if (k == 0 && pkt->current >= 0 && pkt->layers[pkt->current].proto == proto &&
			!pkt->layers[pkt->current].row)
			pkt->layers[pkt->current].row = r;
	}
	return r;
}

struct row *row_open_late(
	struct packet *pkt, const struct protocol *proto, unsigned k, uint32_t number, uint16_t layer)
{
	struct row *r = open_row(pkt, proto, k, pkt->frame_id - pkt->number + number, OPENED_LATE);
	r->n = 0;
	r->layer = layer;
	return r;
}

/* ---- tree ---- */

void tree_note(struct tree *tree, struct row *r, unsigned field, const uint8_t *at, uint32_t len)
{
	struct tree_item *items = list_room(tree->items, &tree->size, tree->n, sizeof(*items));
	if (!items)
		return;
	tree->items = items;
	tree->items[tree->n++] = (struct tree_item) { r, (uint16_t)field, at, len };
}

void row_note(struct row *r, unsigned field, const uint8_t *at, uint32_t len)
{
	if (r->pkt->tree && !*r->fail)
		tree_note(r->pkt->tree, r, field, at, len);
}

/* ---- setters ---- */

static const uint8_t kind_octets[] = { [KIND_ETHER] = 6, [KIND_IPV4] = 4, [KIND_IPV6] = 16 };

uint32_t row_address_at(struct row *r, unsigned field, enum kind kind, const uint8_t octets[])
{
	uint32_t id = dict_address(r->pkt->dict, (uint8_t)kind, octets, kind_octets[kind]);
	row_set_at(r, field, id, octets, kind_octets[kind]);
	return id;
}

uint32_t row_address(struct row *r, unsigned field, struct cursor *c, enum kind kind)
{
	const uint8_t *p = cur_take(c, kind_octets[kind]);
	return p ? row_address_at(r, field, kind, p) : 0;
}

#define PIECES_MIN 64 /* shorter octets are kept themselves */

static void set_octets(struct row *r, unsigned field, const uint8_t *p, uint32_t n)
{
	struct packet *pkt = r->pkt;
	struct rows *rows = pkt->rows;
	if (n > 0xffffff)
		n = 0xffffff;
	uintptr_t at = (uintptr_t)p, base = (uintptr_t)pkt->data;
	if (at >= base && at + n <= base + pkt->cap_len && at - base <= 0xffffff) {
		row_set(r, field, SPAN_MAKE(at - base, n));
		return;
	}
	char pieces[2048];
	int64_t flags = ROW_HEAP;
	size_t used = pkt->refer && n >= PIECES_MIN ? pkt->refer(pkt, p, n, pieces, sizeof(pieces)) : 0;
	if (used && used < n / 2) {
		p = (const uint8_t *)pieces;
		n = (uint32_t)used;
		flags |= ROW_PIECES;
	}
	if (rows->heap_size - rows->heap_used < n) {
		size_t size = rows->heap_size * 2;
		while (size - rows->heap_used < n)
			size *= 2;
		uint8_t *heap = realloc(rows->heap, size);
		if (!heap)
			return;
		rows->heap = heap;
		rows->heap_size = size;
	}
	memcpy(rows->heap + rows->heap_used, p, n);
	row_set(r, field, flags | SPAN_MAKE(rows->heap_used, n));
	rows->heap_used += n;
}

void row_bytes(struct row *r, unsigned field, struct cursor *c, uint32_t n)
{
	const uint8_t *p = n ? cur_take(c, n) : NULL;
	if (!p || *r->fail)
		return;
	set_octets(r, field, p, n);
	if (rows_tree_mode)
		row_note(r, field, p, n);
}

void row_bytes_avail(struct row *r, unsigned field, struct cursor *c, uint32_t n)
{
	uint32_t avail = cur_avail(c);
	struct cursor here = *c;
	row_bytes(r, field, &here, n < avail ? n : avail);
	cur_skip(c, n);
}

#define TEXT_MAX 65535

static void put_text(struct row *r, unsigned field, const char *text, size_t n, bool ascii, const uint8_t *at,
	uint32_t at_len)
{
	char clean[1024], *out = clean;
	const uint8_t *p = (const uint8_t *)text;
	size_t used = 0, good = 0;
	if (*r->fail)
		return;
	if (n > TEXT_MAX)
		n = TEXT_MAX;
	while (good < n && p[good] < 0x80)
		good++;
	if (good < n) { /* not plain ASCII: copy, mending what is not UTF-8 */
		if (n * 3 > sizeof(clean) && !(out = malloc(n * 3)))
			return;
		for (size_t i = 0; i < n;) {
			uint32_t point;
			unsigned k = ascii ? p[i] < 0x80 : utf8_read(p + i, n - i, &point);
			if (k) {
				memcpy(out + used, p + i, k);
				used += k;
				i += k;
			} else {
				memcpy(out + used, "\xef\xbf\xbd", 3); /* U+FFFD */
				used += 3;
				i++;
			}
		}
		text = out;
		n = used;
	}
	uint32_t id = dict_intern(r->pkt->dict, DICT_TEXT, 0, text, n);
	if (out != clean)
		free(out);
	row_set_at(r, field, id, at, at_len);
}

void row_text(struct row *r, unsigned field, const char *text, size_t n, const uint8_t *at, uint32_t at_len)
{
	put_text(r, field, text, n, false, at, at_len);
}

void row_ascii(struct row *r, unsigned field, struct cursor *c, uint32_t n)
{
	const uint8_t *p = cur_take(c, n);
	if (p)
		put_text(r, field, (const char *)p, strnlen((const char *)p, n), true, p, n);
}

void row_string(struct row *r, unsigned field, struct cursor *c, uint32_t n)
{
	const uint8_t *p = cur_take(c, n);
	if (p)
		row_text(r, field, (const char *)p, strnlen((const char *)p, n), p, n);
}

void row_list(
	struct row *r, unsigned field, const uint32_t *values, size_t n, const uint8_t *at, uint32_t at_len)
{
	char text[8192];
	size_t used = 0;
	for (size_t i = 0; i < n && used + 12 < sizeof(text); i++) {
		/* No snprintf here: options stand in most TCP segments. */
		char digits[12];
		unsigned k = 0;
		uint32_t v = values[i];
		if (i)
			text[used++] = ',';
		do
			digits[k++] = (char)('0' + v % 10);
		while ((v /= 10));
		while (k)
			text[used++] = digits[--k];
	}
	uint32_t id = dict_intern(r->pkt->dict, DICT_TEXT, 0, text, used);
	row_set_at(r, field, id, at, at_len);
}

void row_double(struct row *r, unsigned field, double value)
{
	int64_t bits;
	memcpy(&bits, &value, sizeof(bits));
	row_set(r, field, bits);
}
