/* All that the archive knows of one frame, in the order of its layers: what `show` prints. Values come from
 * the stored rows, which know the whole capture (streams, responses, analysis); where they stand in the
 * octets comes from dissecting the capture once more, up to the frame. */
#ifndef PCAPDEX_QUERY_DETAIL_H
#define PCAPDEX_QUERY_DETAIL_H

#include "indexer/packet.h"
#include "query/stored_frame.h"

struct detail_field {
	const char *name, *label;
	const char *parent;             /* name of the field that it is cut out of, NULL none */
	const char *value_name;         /* NULL none */
	const struct value_name *names; /* of a list's numbers; NULL none */
	uint8_t kind, base, octets;
	bool generated, hidden;
	bool shown;    /* by a line of the layout */
	uint64_t mask; /* which bits of `width` it is; 0: no bits of another field */
	unsigned width;
	int64_t integer;
	double real;
	const char *text;     /* texts and addresses */
	const uint8_t *bytes; /* KIND_BYTES */
	uint32_t nbytes;
	int64_t offset; /* in the frame's octets, -1 unknown */
	uint32_t length;
	uint32_t pane_offset; /* in the octets of a pane, of `length` octets there */
	unsigned order;       /* in which it was read */
};

/* A row of a table: a layer's own fields, or one of what repeats inside a layer. */
struct detail_row {
	const struct protocol *proto;
	const struct record *record;
	unsigned layer, n;
	struct detail_field *fields;
	unsigned nfields;
	unsigned order; /* in which it was opened */
	bool shown;     /* by a line of the layout */
	/* Octets of the row's internal fields, for the layout. */
	struct detail_octets {
		const char *name;
		const uint8_t *data;
		uint32_t n;
	} * internal;
	unsigned ninternal;
};

struct detail_layer {
	const struct protocol *proto;
	unsigned number;        /* which occurrence of the protocol, 1 = first */
	struct detail_row *row; /* NULL: a protocol without fields */
	struct detail_row **children;
	unsigned nchildren;
	int64_t offset; /* -1 unknown */
	uint32_t length;
	int inside;            /* index of the layer below whose lines it stands, -1 none */
	bool told;             /* rows that another layer's dissector read, and whose lines tell of them */
	const uint8_t *octets; /* that it reads, NULL unknown */
	uint32_t noctets;
	const char *media; /* that they were handed on by; NULL none */
	uint32_t media_len;
};

struct detail {
	struct stored_frame frame;
	struct detail_layer *layers;
	unsigned nlayers;
	bool malformed, cut; /* dissection ended early */
	/* Octets that are not the frame's own: put together from several frames, decoded. */
	struct detail_pane {
		const struct protocol *proto; /* the layer that reads them */
		const uint8_t *data;
		uint32_t len;
	} * panes;
	unsigned npanes;
};

struct detail_reader;

/* NULL after a message. */
struct detail_reader *detail_open(struct session *s);
void detail_close(struct detail_reader *r); /* takes NULL */

/* Read one frame; NULL after a message. Valid until the next call. */
const struct detail *detail_read(
	struct detail_reader *r, const struct selected_capture *capture, int64_t number);

/* Of a KIND_LIST: how many numbers it has; the one at `index` as a field of its own, and as a text, "name
 * (number)". False behind the last. */
unsigned detail_list_count(const struct detail_field *f);
bool detail_list_number(struct detail_field *one, const struct detail_field *f, unsigned index);
bool detail_list_item(char *out, size_t size, const struct detail_field *f, unsigned index);

/* A value as Wireshark's tree shows it, without the label. */
void detail_value_text(char *out, size_t size, const struct detail_field *f);

#endif
