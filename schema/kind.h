/* Field kinds: what a value is, how the archive stores it and how it is shown. One static table of `struct
 * field` describes a protocol's record; DDL, batches, catalogue, filter names, views and the printed tree
 * all come from it. */
#ifndef PCAPDEX_SCHEMA_KIND_H
#define PCAPDEX_SCHEMA_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The numbers are written into archives (catalogue table `field`): append, never renumber. */
enum kind {
	KIND_NONE = 0,    /* present or not; the stored value is 1 */
	KIND_UINT = 1,    /* unsigned up to 64 bits, kept in two's complement */
	KIND_INT = 2,     /* signed */
	KIND_BOOL = 3,    /* 0 or 1 */
	KIND_FRAME = 4,   /* a frame number of the same capture, 1 = first */
	KIND_TIME = 5,    /* nanoseconds since 1970-01-01 00:00:00 UTC */
	KIND_RELTIME = 6, /* a span of time, nanoseconds */
	KIND_DOUBLE = 7,  /* floating point */
	KIND_ETHER = 8,   /* 6 octets; an id of table t_address */
	KIND_IPV4 = 9,    /* 4 octets; an id of table t_address */
	KIND_IPV6 = 10,   /* 16 octets; an id of table t_address */
	KIND_TEXT = 11,   /* UTF-8; an id of table t_text */
	KIND_BYTES =
		12, /* INTEGER: span of the frame, see SPAN_*; BLOB: the octets themselves; TEXT: pieces */
	KIND_LIST = 13,     /* small repeated integers as text "2,4,8"; an id of table t_text */
	KIND_PROTOCOL = 14, /* a protocol itself, as in a filter `tcp` */
	KIND_STACK = 15,    /* an id of table t_stack */
	KIND_ADDRESS = 16   /* an address of any kind; an id of table t_address */
};

/* How an integer is printed (Wireshark's "base"). */
enum base {
	BASE_DEC = 0,
	BASE_HEX = 1, /* 0x and two digits an octet of `octets` */
	BASE_OCT = 2,
	BASE_DEC_HEX = 3, /* -T fields prints decimal, the tree adds the hexadecimal */
	BASE_HEX_DEC = 4,
	BASE_TEXT = 5 /* KIND_BYTES: as ASCII text up to the first NUL, each octet beyond it as U+FFFD */
};

/* KIND_BYTES as TEXT: pieces of the capture file that make up octets of a message over several frames,
 * "LENGTH@OFFSET+LENGTH,OFFSET+LENGTH...": how many there are in all, then where they stand. */

/* KIND_BYTES as INTEGER: offset in the frame's captured octets and length, both below 2^24. */
#define SPAN_MAKE(offset, length) ((int64_t)(offset) << 24 | (int64_t)(length))
#define SPAN_OFFSET(span)         ((uint32_t)((uint64_t)(span) >> 24))
#define SPAN_LENGTH(span)         ((uint32_t)((span)&0xffffff))

struct value_name {
	int64_t value;
	const char *name; /* NULL ends a list */
};

struct field {
	const char *name;  /* Wireshark's abbreviation, "tcp.srcport" */
	const char *label; /* Wireshark's label, "Source Port" */
	uint8_t kind;      /* enum kind */
	uint8_t base;      /* enum base */
	uint8_t octets; /* width of the type on the wire; digits of hexadecimal are twice that (3 for a 24-bit
			 * type). 0: as many digits as the value needs */
	uint8_t part; /* 0: main table of the record. n > 0: its nth part (struct record, parts): columns that
		       * few rows have live there, so that they cost the others nothing */
	bool generated; /* Wireshark shows it in brackets: not in the octets, worked out */
	bool hidden;    /* not in the tree (tcp.port beside tcp.srcport) */
	bool internal;  /* storage only: no field of the catalogue; `name` is then just the column's name */
	bool asked;     /* its SQL calls a function of our own (query/), so that views, which others read, are
			 * without it */

	/* A field is a column of its own unless one of these says how it follows from other fields of the
	 * same record; then nothing is stored for it. */
	uint64_t mask;  /* with `of`: (value of field `of` & mask) shifted down to bit 0 */
	uint16_t of;    /* index of the field it is cut out of */
	uint8_t any[4]; /* `nany` > 0: all occurrences of these fields (tcp.port: srcport, dstport) */
	uint8_t nany;
	const char *sql; /* an SQL expression over other columns of the record, written {column}; {frame} is
			  * the frame id, {layer} which occurrence of the layer, {capture} the capture's id */

	const struct value_name *names; /* value names, ended by a NULL name */
};

/* `sql` of a field that only a preference of Wireshark's fills, which is off by default: the name is known,
 * and no frame has it. */
#define SQL_OFF "NULL"

enum record_shape {
	RECORD_LAYER = 0, /* one row each time the layer occurs: t_NAME (frame_id INTEGER PRIMARY KEY) has the
			   * first of a frame, t_NAME_more (frame_id, layer) the others */
	RECORD_CHILD = 1, /* repeats inside a layer: t_NAME (frame_id, n, layer) */
	RECORD_LATE = 2   /* what is known only when a later frame is read (the response to this query):
			   * t_NAME (frame_id, layer), inserted then; no row is ever updated */
};

/* One table (and its parts): the description from which storage, views and names follow. */
struct record {
	const char *name; /* stem of the table's and view's name: "tcp", "dns_rr" */
	uint8_t shape;    /* enum record_shape */
	uint16_t nfields; /* at most RECORD_FIELDS_MAX */
	const struct field *fields;
	const char *const *parts; /* names of parts 1, 2, ...: "analysis" makes t_tcp_analysis; NULL ends */
	uint8_t inlined; /* part whose columns most rows have: they stand in the main table, behind its own,
			  * and t_NAME_PART is a view of the rows that have one. 0: none */
	uint8_t late_of; /* RECORD_LATE: about rows of this child record, whose n stands for the layer; 0:
			  * about layers */
};

#define RECORD_FIELDS_MAX 128

/* Fields that any record may have, and several of one name: what the Expert Information says of a row
 * (indexer/expert.h). They are no columns of the record's view. */
#define EXPERT_NAME "_ws.expert"
static inline bool field_is_expert(const struct field *f)
{
	return strncmp(f->name, EXPERT_NAME, sizeof(EXPERT_NAME) - 1) == 0;
}

/* Is the field a column of its own? */
static inline bool field_is_stored(const struct field *f)
{
	return f->mask == 0 && f->nany == 0 && f->sql == NULL;
}

#endif
