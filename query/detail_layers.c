/* The rows of a frame in the order of its layers, and where their values stand. */
#include <stdlib.h>
#include <string.h>

#include "indexer/dissect.h"
#include "indexer/registry.h"
#include "query/detail_internal.h"

/* ---- layers ---- */

static const struct protocol *protocol_of(const char *name, size_t n)
{
	for (size_t i = 0; i < protocols_count; i++)
		if (protocols[i] && strlen(protocols[i]->name) == n &&
			strncmp(protocols[i]->name, name, n) == 0)
			return protocols[i];
	const struct protocol *p;
	for (size_t i = 0; (p = registry_named(i)); i++)
		if (strlen(p->name) == n && strncmp(p->name, name, n) == 0)
			return p;
	return NULL;
}

static void add_layer(struct detail_reader *r, const struct protocol *proto)
{
	struct detail *d = &r->detail;
	struct detail_layer *layers = detail_keep(r, malloc((d->nlayers + 1) * sizeof(*layers)));
	unsigned number = 1;
	if (!layers)
		return;
	for (unsigned i = 0; i < d->nlayers; i++) {
		layers[i] = d->layers[i];
		number += layers[i].proto == proto;
	}
	layers[d->nlayers] =
		(struct detail_layer) { .proto = proto, .number = number, .offset = -1, .inside = -1 };
	for (unsigned i = 0; i < r->nrows && proto->nrecords; i++)
		if (r->list[i]->record == &proto->records[0] && r->list[i]->layer == number)
			layers[d->nlayers].row = r->list[i];
	/* A token may stand for the same layer twice. */
	if (proto->nrecords && number > 1 && !layers[d->nlayers].row)
		return;
	d->layers = layers;
	d->nlayers++;
}

static void add_child(struct detail_reader *r, struct detail_layer *l, struct detail_row *row)
{
	struct detail_row **children =
		detail_keep(r, malloc((l->nchildren + 1) * sizeof(struct detail_row *)));
	if (!children)
		return;
	if (l->nchildren)
		memcpy(children, l->children, l->nchildren * sizeof(struct detail_row *));
	children[l->nchildren++] = row;
	l->children = children;
}

static struct detail_layer *layer_of(struct detail *d, const struct detail_row *row)
{
	struct detail_layer *first = NULL;
	for (unsigned i = 0; i < d->nlayers; i++) {
		if (d->layers[i].proto != row->proto)
			continue;
		if (d->layers[i].number == row->layer)
			return &d->layers[i];
		first = first ? first : &d->layers[i];
	}
	return first;
}

/* The layer of a protocol that has another's records and is shown as that is (mDNS as DNS). */
static struct detail_layer *shown_alike(struct detail *d, const struct detail_row *row)
{
	for (unsigned i = 0; i < d->nlayers; i++)
		if (!d->layers[i].proto->nrecords && row->proto->layout &&
			d->layers[i].proto->layout == row->proto->layout)
			return &d->layers[i];
	return NULL;
}

int detail_add_layers(struct detail_reader *r)
{
	struct detail *d = &r->detail;
	sqlite3_bind_int64(r->stack, 1, d->frame.frame_id);
	int rc = sqlite3_step(r->stack);
	add_layer(r, protocol_of("frame", 5));
	if (rc == SQLITE_ROW) {
		const char *p = (const char *)sqlite3_column_text(r->stack, 0),
			   *items = (const char *)sqlite3_column_text(r->stack, 1);
		for (size_t n; p && *p; p += n + (p[n] == ':')) {
			n = strcspn(p, ":");
			const struct protocol *proto = protocol_of(p, n);
			if (proto && !proto->no_item)
				add_layer(r, proto);
		}
		d->malformed = items && strstr(items, "_ws.malformed");
		d->cut = items && strstr(items, "_ws.short");
	}
	sqlite3_reset(r->stack);
	/* What no token stands for comes last, but is not lost. */
	for (unsigned i = 0; i < r->nrows; i++) {
		struct detail_row *row = r->list[i];
		struct detail_layer *l = layer_of(d, row);
		if (!l && (l = shown_alike(d, row)))
			l->row = row->record == &row->proto->records[0] ? row : l->row;
		else if (!l || (row->record == &row->proto->records[0] && l->row != row)) {
			add_layer(r, row->proto);
			l = layer_of(d, row);
		}
		if (l && row->record != &row->proto->records[0])
			add_child(r, l, row);
	}
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

/* ---- where values stand ---- */

/* The same row in the frame as it was just dissected; NULL when that does not have it. */
static const struct row *twin(const struct detail_reader *r, const struct detail_row *row)
{
	unsigned k = (unsigned)(row->record - row->proto->records);
	const struct batch *b = &replay_rows(r->replay)->batches[row->proto->id * RECORDS_PER_PROTOCOL + k];
	for (size_t i = b->n; i--;) {
		const struct row *other = batch_row(b, i);
		if (other->frame_id != r->detail.frame.number)
			return NULL;
		if (other->layer == row->layer && other->n == row->n)
			return other;
	}
	return NULL;
}

/* As the how manieth row of the frame it was opened; UINT32_MAX: not at all. */
static unsigned opening(const struct detail_reader *r, const struct row *row)
{
	const struct rows *rows = replay_rows(r->replay);
	const struct batch *b = &rows->batches[row->batch];
	unsigned later = 0;
	for (size_t i = b->n; i-- && batch_row(b, i) != row;)
		later++;
	for (size_t i = rows->nopened; i--;)
		if (rows->opened[i] == row->batch && later-- == 0)
			return (unsigned)i;
	return UINT32_MAX;
}

static int by_opening(const void *a, const void *b)
{
	const struct detail_row *const *x = a, *const *y = b;
	return (*x)->order < (*y)->order ? -1 : (*x)->order > (*y)->order;
}

static const struct tree_item *item_of(const struct detail_reader *r, const struct row *row, unsigned field)
{
	for (size_t i = 0; row && i < r->tree.n; i++)
		if (r->tree.items[i].row == row && r->tree.items[i].field == field)
			return &r->tree.items[i];
	return NULL;
}

static int by_order(const void *a, const void *b)
{
	const struct detail_field *x = a, *y = b;
	return x->order < y->order ? -1 : x->order > y->order;
}

static uint32_t in_pane(const struct detail *d, const uint8_t *at)
{
	for (unsigned i = 0; i < d->npanes; i++)
		if (at >= d->panes[i].data && at < d->panes[i].data + d->panes[i].len)
			return (uint32_t)(at - d->panes[i].data);
	return 0;
}

/* An internal number, for layouts. */
static void place_number(struct detail_reader *r, struct detail_row *row, const struct field *def, int64_t v)
{
	struct detail_field *fields = detail_keep(r, malloc((row->nfields + 1) * sizeof(*fields)));
	if (!fields)
		return;
	if (row->nfields)
		memcpy(fields, row->fields, row->nfields * sizeof(*fields));
	fields[row->nfields++] = (struct detail_field) { .name = def->name,
		.label = def->label,
		.kind = def->kind,
		.hidden = true,
		.offset = -1,
		.integer = v,
		.value_name = def->names ? layout_name(def->names, (uint64_t)v, "Unknown") : NULL,
		.order = UINT32_MAX };
	row->fields = fields;
}

/* An internal field's octets. */
static void place_internal(struct detail_reader *r, struct detail_row *row, const struct field *def,
	const struct tree_item *item)
{
	struct detail_octets *list = detail_keep(r, malloc((row->ninternal + 1) * sizeof(*list)));
	if (!list)
		return;
	if (row->ninternal)
		memcpy(list, row->internal, row->ninternal * sizeof(*list));
	list[row->ninternal++] = (struct detail_octets) { def->name, item->at, item->len };
	row->internal = list;
}

/* Fields are sorted as they were read; one that was not read stands behind its neighbour in the dissector's
 * table. */
static void place_row(struct detail_reader *r, struct detail_row *row, const struct row *other,
	const uint8_t *data, uint32_t cap_len)
{
	unsigned order = 0;
	for (unsigned i = 0; i < row->nfields; i++)
		row->fields[i].order = UINT32_MAX; /* of no table of ours: last */
	for (unsigned k = 0; k < row->record->nfields; k++) {
		const struct field *def = &row->record->fields[k];
		const struct tree_item *item = item_of(r, other, def->mask ? def->of : k);
		if (item)
			order = (unsigned)(item - r->tree.items) + 1;
		if (other && def->internal && def->kind == KIND_UINT && row_has(other, k))
			place_number(r, row, def, other->v[k]);
		if (item && item->at && def->internal && def->kind == KIND_BYTES)
			place_internal(r, row, def, item);
		for (unsigned i = 0; !def->internal && i < row->nfields; i++) {
			struct detail_field *f = &row->fields[i];
			if (strcmp(f->name, def->name) != 0)
				continue;
			f->order = order * RECORD_FIELDS_MAX + k;
			if (item && item->at >= data && item->at + item->len <= data + cap_len &&
				f->offset < 0) {
				f->offset = item->at - data;
				f->length = item->len;
			} else if (item) {
				f->length = item->len;
				f->pane_offset = in_pane(&r->detail, item->at);
			}
		}
	}
	qsort(row->fields, row->nfields, sizeof(*row->fields), by_order);
}

/* Octets that a layer reads and the frame does not have: the first layer of them gives the pane. */
static void add_pane(struct detail_reader *r, const struct layer *l)
{
	struct detail *d = &r->detail;
	for (unsigned i = 0; i < d->npanes; i++)
		if (l->data >= d->panes[i].data && l->data < d->panes[i].data + d->panes[i].len)
			return;
	struct detail_pane *panes = detail_keep(r, malloc((d->npanes + 1) * sizeof(*panes)));
	if (!panes)
		return;
	if (d->npanes)
		memcpy(panes, d->panes, d->npanes * sizeof(*panes));
	panes[d->npanes++] = (struct detail_pane) { l->proto, l->data, l->cap };
	d->panes = panes;
}

static bool is_layer(const struct packet *pkt, const struct protocol *proto)
{
	for (unsigned k = 0; k < pkt->nlayers; k++)
		if (pkt->layers[k].proto == proto)
			return true;
	return false;
}

/* The layer of the detail that pkt->layers[k] is; -1 none. */
static int layer_index(const struct detail *d, const struct packet *pkt, int k)
{
	unsigned number = 0;
	for (int i = 0; i <= k; i++)
		number += pkt->layers[i].proto == pkt->layers[k].proto;
	for (unsigned i = 0; i < d->nlayers; i++)
		if (d->layers[i].proto == pkt->layers[k].proto && d->layers[i].number == number)
			return (int)i;
	return -1;
}

/* Below the lines of which layer pkt->layers[k] stands: what hangs below an item takes along what is in it.
 */
static int layer_inside(const struct detail *d, const struct packet *pkt, int k)
{
	if (pkt->layers[k].proto->inside) {
		while (k >= 0 && pkt->layers[k].proto->inside)
			k = pkt->layers[k].parent;
		return k < 0 ? -1 : layer_index(d, pkt, k);
	}
	while (pkt->layers[k].nested && !pkt->layers[k].hangs)
		k = pkt->layers[k].parent;
	return pkt->layers[k].nested ? layer_index(d, pkt, pkt->layers[k].parent) : -1;
}

static void place_layer(const struct detail *d, struct detail_layer *l, const struct packet *pkt,
	const uint8_t *data, uint32_t cap_len)
{
	unsigned number = 0;
	if (l->nchildren)
		qsort(l->children, l->nchildren, sizeof(struct detail_row *), by_opening);
	for (unsigned k = 0; k < pkt->nlayers; k++) {
		const struct layer *other = &pkt->layers[k];
		if (other->proto != l->proto || ++number != l->number)
			continue;
		if (other->data >= data && other->data + other->cap <= data + cap_len) {
			l->offset = other->data - data;
			l->length = other->trim < other->cap ? other->trim : other->cap;
		}
		int inside = layer_inside(d, pkt, (int)k);
		l->inside = inside < l - d->layers ? inside : -1;
		l->octets = other->data;
		l->media = other->media;
		l->media_len = other->media_len;
		l->noctets = other->trim < other->cap ? other->trim : other->cap;
	}
}

int detail_place(struct detail_reader *r, const struct selected_capture *capture)
{
	uint32_t cap_len = r->detail.frame.cap_len;
	const struct packet *pkt = replay_frame(r->replay, capture, r->detail.frame.number);
	if (!pkt)
		return -1;
	const uint8_t *data = replay_data(r->replay);
	for (unsigned k = 0; k < pkt->nlayers; k++)
		if (pkt->layers[k].cap &&
			(pkt->layers[k].data < data || pkt->layers[k].data >= data + cap_len))
			add_pane(r, &pkt->layers[k]);
	for (unsigned i = 0; i < r->nrows; i++) {
		const struct row *other = twin(r, r->list[i]);
		r->list[i]->order = other ? opening(r, other) : UINT32_MAX;
		place_row(r, r->list[i], other, data, cap_len);
	}
	for (unsigned i = 0, tells = 0; i < r->detail.nlayers; i++) {
		struct detail_layer *l = &r->detail.layers[i];
		l->told = tells && l->proto->no_item && !is_layer(pkt, l->proto);
		tells |= l->proto->tells;
	}
	for (unsigned i = 0; i < r->detail.nlayers; i++)
		place_layer(&r->detail, &r->detail.layers[i], pkt, data, cap_len);
	return 0;
}
