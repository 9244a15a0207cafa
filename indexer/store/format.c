#include "indexer/store/format.h"

#include <stdlib.h>

enum { SPACE_NUMBER = DICT_SPACES, SPACE_OTHER };

void payload_free(struct payload *p)
{
	free(p->octets);
	p->octets = NULL;
	p->room = 0;
}

int payload_grow(struct payload *p, size_t n)
{
	size_t room = p->room ? p->room : 1024;
	while (room - p->size < n + 8)
		room *= 2;
	uint8_t *octets = room <= UINT32_MAX ? realloc(p->octets, room) : NULL;
	if (!octets)
		return -1;
	p->octets = octets;
	p->room = (uint32_t)room;
	return 0;
}

static void add_type(struct payload *p, bool is_text, size_t n)
{
	p->ntypes += put_varint(p->types + p->ntypes, 12 + is_text + 2 * (uint64_t)n);
}

int payload_octets(struct payload *p, bool is_text, const void *octets, size_t n)
{
	if (payload_need(p, n) < 0)
		return -1;
	add_type(p, is_text, n);
	if (n)
		memcpy(p->octets + p->size, octets, n);
	p->size += (uint32_t)n;
	return 0;
}

void payload_tail(struct payload *p, const uint8_t *octets, size_t n)
{
	add_type(p, false, n);
	p->tail = octets;
	p->tail_size = (uint32_t)n;
}

/* ---- rows ---- */

static uint8_t space_of(uint8_t kind)
{
	switch (kind) {
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS:
		return DICT_ADDRESS;
	case KIND_TEXT:
	case KIND_LIST:
		return DICT_TEXT;
	case KIND_STACK:
		return DICT_STACK;
	case KIND_DOUBLE:
	case KIND_BYTES:
		return SPACE_OTHER;
	default:
		return SPACE_NUMBER;
	}
}

void row_format_make(struct row_format *f, const struct record *rec, enum table_role role, unsigned part)
{
	f->key = rec->shape == RECORD_CHILD                        ? KEY_FRAME_N
		 : rec->shape == RECORD_LATE || role == TABLE_MORE ? KEY_FRAME_LAYER
								   : KEY_FRAME;
	f->ncolumns = 0;
	for (unsigned i = 0; i < rec->nfields; i++) {
		if (!table_has(rec, &rec->fields[i], role, part))
			continue;
		f->columns[f->ncolumns].field = (uint16_t)i;
		f->columns[f->ncolumns++].space = space_of(rec->fields[i].kind);
	}
}

/* Values that are no numbers. */
static int add_other(struct payload *p, const struct batch_source *source, const struct row *r, unsigned f)
{
	struct batch_value v;
	uint64_t big;
	int rc = 0;
	batch_value(source, r, f, &v);
	switch (v.type) {
	case SQLITE_INTEGER:
		payload_int(p, v.integer);
		break;
	case SQLITE_FLOAT:
		big = __builtin_bswap64((uint64_t)v.integer);
		p->types[p->ntypes++] = 7;
		memcpy(p->octets + p->size, &big, 8);
		p->size += 8;
		break;
	case SQLITE_TEXT:
	case SQLITE_BLOB:
		rc = payload_octets(p, v.type == SQLITE_TEXT, v.octets, v.size);
		if (v.own)
			free((void *)(uintptr_t)v.octets);
		if (rc == 0 && p->room - p->size < 8 * (RECORD_FIELDS_MAX + 4))
			rc = payload_grow(p, 8 * (RECORD_FIELDS_MAX + 4)); /* for the numbers behind it */
		break;
	default:
		payload_null(p);
	}
	return rc;
}

/* The key: as a rowid it is a NULL in the record, section 2.3. */
static void add_key(
	struct payload *p, const struct batch_source *source, const struct row_format *f, const struct row *r)
{
	if (f->key == KEY_FRAME) {
		payload_null(p);
		return;
	}
	payload_int(p, r->frame_id + source->shift);
	if (f->key == KEY_FRAME_N)
		payload_int(p, r->n);
	payload_int(p, r->layer);
}

int row_payload(
	struct payload *p, const struct batch_source *source, const struct row_format *f, const struct row *r)
{
	unsigned last = f->ncolumns;
	while (last && !row_has(r, f->columns[last - 1].field))
		last--;
	payload_begin(p);
	if (payload_need(p, 8 * (RECORD_FIELDS_MAX + 4)) < 0)
		return -1;
	add_key(p, source, f, r);
	for (unsigned i = 0; i < last; i++) {
		unsigned field = f->columns[i].field, space = f->columns[i].space;
		int64_t v = r->v[field];
		if (!row_has(r, field)) {
			payload_null(p);
		} else if (space == SPACE_NUMBER) {
			payload_int(p, v);
		} else if (space == SPACE_OTHER) {
			if (add_other(p, source, r, field) < 0)
				return -1;
		} else {
			const struct id_map *map = &source->maps[space];
			if (v > 0 && (size_t)v <= map->n)
				payload_int(p, map->ids[v - 1]);
			else
				payload_null(p);
		}
	}
	return 0;
}

/* ---- pages ---- */

void page_finish(const struct page *p, uint32_t right)
{
	p->octets[0] = p->type;
	put16(p->octets + 1, 0);
	put16(p->octets + 3, p->cells);
	put16(p->octets + 5, p->end);
	p->octets[7] = 0;
	if (p->type < PAGE_LEAF_INDEX)
		put32(p->octets + 8, right);
}

bool page_add_row(struct page *p, int64_t rowid, const struct payload *row)
{
	uint8_t head[24];
	unsigned n = put_varint(head, payload_size(row));
	n += put_varint(head + n, (uint64_t)rowid);
	n += put_varint(head + n, payload_head(row));
	uint8_t *to = page_add(p, n + row->ntypes + row->size);
	if (!to)
		return false;
	memcpy(to, head, n);
	memcpy(to + n, row->types, row->ntypes);
	if (row->size)
		memcpy(to + n + row->ntypes, row->octets, row->size);
	return true;
}
