/* Rows: where dissectors put values. A `struct rows` holds one growing batch for each record of each
 * protocol; the store empties it into SQLite when it is full, `show` and the tests print it. Values are
 * int64_t: integers, times     themselves KIND_DOUBLE         the bits of a double addresses, texts    an id
 * of the dictionary (dict.h) KIND_BYTES          a span of the frame, or, with ROW_HEAP set, offset << 24 |
 * length in the batch's heap A setter does nothing once the frame's cursor has failed, so that a field that
 * was not wholly there stays NULL. */
#ifndef PCAPDEX_ROWS_H
#define PCAPDEX_ROWS_H

#include <string.h>

#include "indexer/cursor.h"
#include "schema/kind.h"

struct packet;
struct tree;

#define ROWS_BLOCK 512 /* rows a block; blocks do not move, so row pointers stay valid */
#define ROW_HEAP   (INT64_C(1) << 62)
#define ROW_PIECES (INT64_C(1) << 61) /* beside ROW_HEAP: what is there says where the octets stand */

struct row {
	struct packet *pkt;
	const uint8_t *fail; /* the frame's cursor failure */
	const struct record *record;
	int64_t frame_id;
	uint32_t n;     /* RECORD_CHILD: running number in the frame; else 0 */
	uint16_t layer; /* which occurrence of the layer in the frame, 1 = first */
	uint16_t batch; /* index of its batch */
	uint64_t set[RECORD_FIELDS_MAX / 64];
	int64_t v[]; /* nfields values; those not set are garbage */
};

struct batch {
	const struct record *record; /* NULL: no such record */
	const char *protocol;        /* filter name of the protocol */
	size_t stride;               /* octets a row */
	size_t n, nblocks;
	uint8_t **blocks;
	int64_t frame; /* the frame that opened the last row, and how often it did so: */
	uint32_t frame_rows;
};

struct rows {
	struct batch *batches; /* by protocol id * RECORDS_PER_PROTOCOL + record index */
	size_t nbatches;
	uint8_t *heap; /* octets of KIND_BYTES values that are no span of the frame */
	size_t heap_used, heap_size;
	size_t total;     /* rows in all batches */
	uint16_t *opened; /* batches of the rows opened since rows_frame(), oldest first; bit 15: by
			     row_open_late() */
	size_t nopened, opened_size;
};

#define RECORDS_PER_PROTOCOL 20

static inline struct row *batch_row(const struct batch *b, size_t i)
{
	return (struct row *)(void *)(b->blocks[i / ROWS_BLOCK] + (i % ROWS_BLOCK) * b->stride);
}

static inline bool row_has(const struct row *r, unsigned field)
{
	return r->set[field >> 6] >> (field & 63) & 1;
}

/* ---- tree mode: `show` also wants to know where a value stood --------------------------------------------
 */

struct tree_item {
	struct row *row;
	uint16_t field;
	const uint8_t *at; /* NULL: generated */
	uint32_t len;
};

struct tree {
	struct tree_item *items;
	size_t n, size;
};

void tree_note(struct tree *tree, struct row *r, unsigned field, const uint8_t *at, uint32_t len);
struct tree *row_tree(const struct row *r);

/* ---- setters ---------------------------------------------------------------------------------------------
 */

/* Set a field to a number that was worked out. */
static inline void row_set(struct row *r, unsigned field, int64_t value)
{
	if (__builtin_expect(*r->fail, 0))
		return;
	r->v[field] = value;
	r->set[field >> 6] |= UINT64_C(1) << (field & 63);
}

/* The same, and say where it stood: `len` octets at `at`. */
void row_note(struct row *r, unsigned field, const uint8_t *at, uint32_t len);
extern __thread bool rows_tree_mode; /* true in `show` only; one predictable test in the indexer */
static inline void row_set_at(struct row *r, unsigned field, int64_t value, const uint8_t *at, uint32_t len)
{
	row_set(r, field, value);
	if (__builtin_expect(rows_tree_mode, 0))
		row_note(r, field, at, len);
}

/* Read n octets (at most 8), network order, into the field; gives the number, 0 once failed. */
static inline uint64_t row_be(struct row *r, unsigned field, struct cursor *c, unsigned n)
{
	uint64_t v = cur_be(c, n);
	row_set_at(r, field, (int64_t)v, c->data + c->pos - n, n);
	return v;
}

/* Little-endian. */
static inline uint64_t row_le(struct row *r, unsigned field, struct cursor *c, unsigned n)
{
	uint64_t v = cur_le(c, n);
	row_set_at(r, field, (int64_t)v, c->data + c->pos - n, n);
	return v;
}

/* Read an address: KIND_ETHER 6, KIND_IPV4 4, KIND_IPV6 16 octets. Gives its dictionary id, 0 once failed. */
uint32_t row_address(struct row *r, unsigned field, struct cursor *c, enum kind kind);

/* An address held elsewhere. */
uint32_t row_address_at(struct row *r, unsigned field, enum kind kind, const uint8_t octets[]);

/* Read n octets into a KIND_BYTES field: a span where they stand in the frame, else copied. n = 0 leaves it
 * NULL. */
void row_bytes(struct row *r, unsigned field, struct cursor *c, uint32_t n);

/* What is captured of the next n octets (never fails for a cut). */
void row_bytes_avail(struct row *r, unsigned field, struct cursor *c, uint32_t n);

/* A text of n octets, made valid UTF-8 (each octet that is not becomes U+FFFD); no NUL needed. `at`/`at_len`:
 * where it stood, or NULL. */
void row_text(struct row *r, unsigned field, const char *text, size_t n, const uint8_t *at, uint32_t at_len);

/* Read n octets as ASCII/UTF-8 text, up to the first NUL. */
void row_string(struct row *r, unsigned field, struct cursor *c, uint32_t n);

/* The same, where the protocol knows nothing but ASCII: each octet above 0x7f becomes U+FFFD. */
void row_ascii(struct row *r, unsigned field, struct cursor *c, uint32_t n);

/* KIND_LIST: the numbers in decimal, joined by commas; printed by the field's base. */
void row_list(
	struct row *r, unsigned field, const uint32_t *values, size_t n, const uint8_t *at, uint32_t at_len);

void row_double(struct row *r, unsigned field, double value);

/* ---- batches ---------------------------------------------------------------------------------------------
 */

struct protocol;

/* Batches for the protocols of a registry (their ids index it). NULL when out of memory. */
struct rows *rows_new(const struct protocol *const *protocols, size_t n);
void rows_clear(struct rows *rows); /* keep the memory */
void rows_free(struct rows *rows);

/* A frame begins: what was opened before can no longer be taken back. */
static inline void rows_frame(struct rows *rows)
{
	rows->nopened = 0;
}

/* Take back the rows opened since nopened was `mark`. */
void rows_take_back(struct rows *rows, size_t mark);

/* The octets of a KIND_BYTES value that has ROW_HEAP set. */
static inline const uint8_t *rows_heap(const struct rows *rows, int64_t value, uint32_t *len)
{
	*len = SPAN_LENGTH(value);
	return rows->heap + ((value & ~(ROW_HEAP | ROW_PIECES)) >> 24);
}

#endif
