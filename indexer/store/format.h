/* SQLite's file format (https://www.sqlite.org/fileformat2.html), as far as rows are laid out by ourselves:
 * records, and the leaves of a table. What stands here is fixed for as long as there are SQLite 3 files. */
#ifndef PCAPDEX_STORE_FORMAT_H
#define PCAPDEX_STORE_FORMAT_H

#include <string.h>

#include "indexer/store/batch.h"

#define DB_PAGE 8192u /* octets a page of an archive */

enum { PAGE_INTERIOR_INDEX = 2, PAGE_INTERIOR_TABLE = 5, PAGE_LEAF_INDEX = 10, PAGE_LEAF_TABLE = 13 };
enum { HEADER_LEAF = 8, HEADER_INTERIOR = 12 };

static inline void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* SQLite's varint, section 1.6: seven bits an octet, the highest first. Values below 2^56, 8 octets at most.
 * Gives the octets written. */
static inline unsigned put_varint(uint8_t *p, uint64_t v)
{
	if (v < 0x80) {
		p[0] = (uint8_t)v;
		return 1;
	}
	unsigned n = 1;
	for (uint64_t rest = v >> 7; rest; rest >>= 7)
		n++;
	for (unsigned i = n; i-- > 0; v >>= 7)
		p[i] = (uint8_t)((v & 0x7f) | (i + 1 < n ? 0x80 : 0));
	return n;
}

/* ---- records: section 2.1 ---- */

/* A record that is being put together: types of its columns, then their values. */
struct payload {
	uint8_t types[5 * RECORD_FIELDS_MAX + 64];
	unsigned ntypes; /* octets of them */
	uint8_t *octets; /* malloc'ed */
	uint32_t size, room;
	const uint8_t *tail; /* the last value, where it is not to be copied; the caller's */
	uint32_t tail_size;
};

static inline void payload_begin(struct payload *p)
{
	p->ntypes = p->size = p->tail_size = 0;
}

void payload_free(struct payload *p);

/* Room for n more octets and a number. 0, or -1 out of memory. */
int payload_grow(struct payload *p, size_t n);

static inline int payload_need(struct payload *p, size_t n)
{
	return p->room - p->size >= n + 8 ? 0 : payload_grow(p, n);
}

static inline void payload_null(struct payload *p)
{
	p->types[p->ntypes++] = 0;
}

/* A number; payload_need() was asked for 8 octets. */
static inline void payload_int(struct payload *p, int64_t v)
{
	/* By the number of bits without the sign: the type, and how many octets it has. */
	static const uint8_t types[] = { 1, 1, 2, 3, 4, 5, 5, 6, 6 }, widths[] = { 0, 1, 2, 3, 4, 6, 8 };
	if ((uint64_t)v < 2) { /* 0 and 1 are types of their own */
		p->types[p->ntypes++] = (uint8_t)(8 + v);
		return;
	}
	unsigned bits = 64 - (unsigned)__builtin_clzll((uint64_t)(v ^ v >> 63) | 1);
	unsigned type = types[bits / 8 + 1], width = widths[type];
	uint64_t big = __builtin_bswap64((uint64_t)v << (64 - 8 * width));
	p->types[p->ntypes++] = (uint8_t)type;
	memcpy(p->octets + p->size, &big, 8); /* of which `width` count */
	p->size += width;
}

/* Octets or text. 0, or -1 out of memory. */
int payload_octets(struct payload *p, bool is_text, const void *octets, size_t n);

/* Octets as the last value of the record, not copied. */
void payload_tail(struct payload *p, const uint8_t *octets, size_t n);

/* The octets that say how long the header is. */
static inline unsigned payload_head(const struct payload *p)
{
	return p->ntypes + 1 + (p->ntypes >= 127); /* counts itself */
}

static inline uint32_t payload_size(const struct payload *p)
{
	return payload_head(p) + p->size + p->tail_size;
}

/* ---- rows of a batch ---- */

/* The columns of a table. */
struct row_format {
	enum {
		KEY_FRAME,
		KEY_FRAME_N,
		KEY_FRAME_LAYER
	} key; /* rowid frame_id; the first columns are the others */
	uint16_t ncolumns;
	struct {
		uint16_t field;
		uint8_t space; /* enum dict_space, or what stands in format.c */
	} columns[RECORD_FIELDS_MAX];
};

void row_format_make(struct row_format *f, const struct record *rec, enum table_role role, unsigned part);

/* The row as a record. Columns at the end that are NULL are left out: SQLite reads what a record does not
 * have as the column's default (as after ALTER TABLE ADD COLUMN). 0, or -1 out of memory. */
int row_payload(struct payload *p, const struct batch_source *source, const struct row_format *f,
	const struct row *r);

/* ---- pages: section 1.6 ---- */

/* A page that is being filled: cells grow from its end towards the list of their places. */
struct page {
	uint8_t *octets;
	unsigned cells;
	uint32_t end; /* where the last cell begins */
	uint8_t type;
};

static inline unsigned page_header(const struct page *p)
{
	return p->type < PAGE_LEAF_INDEX ? HEADER_INTERIOR : HEADER_LEAF;
}

static inline void page_begin(struct page *p, uint8_t type, uint8_t *octets)
{
	*p = (struct page) { octets, 0, DB_PAGE, type };
}

/* Where a cell of this size is to be written; NULL: the page is full. */
static inline uint8_t *page_add(struct page *p, uint32_t size)
{
	unsigned header = page_header(p);
	if (p->end < header + 2 * (p->cells + 1) + size)
		return NULL;
	p->end -= size;
	put16(p->octets + header + 2 * p->cells++, p->end);
	return p->octets + p->end;
}

/* Write the page's header; right: the last child of an interior page. */
void page_finish(const struct page *p, uint32_t right);

/* A row in a leaf of a table, whole. false: no room. */
bool page_add_row(struct page *p, int64_t rowid, const struct payload *row);

#endif
