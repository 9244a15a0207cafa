/* What the files of HTTP/2 share: http2.c (frames), http2_hpack.c (header compression), http2_fields.c. */
#ifndef PCAPDEX_DISSECTORS_HTTP2_H
#define PCAPDEX_DISSECTORS_HTTP2_H

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_http2;

enum http2_record { HTTP2_FRAME, HTTP2_HEADER, HTTP2_SETTING, HTTP2_NRECORDS };
extern const struct record http2_records[HTTP2_NRECORDS];

enum http2_type {
	TYPE_DATA,
	TYPE_HEADERS,
	TYPE_PRIORITY,
	TYPE_RST_STREAM,
	TYPE_SETTINGS,
	TYPE_PUSH_PROMISE,
	TYPE_PING,
	TYPE_GOAWAY,
	TYPE_WINDOW_UPDATE,
	TYPE_CONTINUATION
};

enum {
	FRAME_LENGTH,
	FRAME_TYPE,
	FRAME_FLAGS,
	FRAME_WORD,  /* reserved bit and stream */
	FRAME_MAGIC, /* part 1 from here on */
	FRAME_PAD_LENGTH,
	FRAME_DEPENDENCY,
	FRAME_WEIGHT,
	FRAME_HEADER_LENGTH,
	FRAME_HEADER_COUNT,
	FRAME_FULL_URI,
	FRAME_DATA,
	FRAME_RST_ERROR,
	FRAME_PROMISED,
	FRAME_PING,
	FRAME_PONG,
	FRAME_LAST_STREAM,
	FRAME_GOAWAY_ERROR,
	FRAME_GOAWAY_DATA,
	FRAME_INCREMENT,
	FRAME_STREAM, /* derived from here on */
	FRAME_RESERVED,
	FRAME_END_STREAM,
	FRAME_END_HEADERS,
	FRAME_PADDED,
	FRAME_PRIORITY,
	FRAME_ACK_PING,
	FRAME_ACK_SETTINGS,
	FRAME_EXCLUSIVE,
	FRAME_DEPENDS_ON,
	FRAME_WEIGHT_REAL,
	FRAME_NFIELDS
};

enum {
	H2_HEADER_NAME,
	H2_HEADER_VALUE,
	H2_HEADER_REPR,
	H2_HEADER_INDEX,
	H2_HEADER_NAME_LEN,
	H2_HEADER_VALUE_LEN
};
enum http2_repr { REPR_INDEXED, REPR_INDEXING, REPR_PLAIN, REPR_NEVER, REPR_TABLE_SIZE };

enum { SETTING_ID, SETTING_VALUE };

/* The dynamic table of one direction (RFC 7541, section 2.3.2): a ring, the newest entry first. Names and
 * values are texts of the dictionary. */
#define HPACK_ENTRIES 256 /* more are not kept; the default table of 4096 octets has at most 128 */
struct hpack {
	bool used; /* max is set */
	bool lost; /* an entry was lost: indices mean nothing any more */
	uint16_t newest, count;
	uint32_t size, max;
	struct {
		uint32_t name, value;
		uint16_t name_len, value_len; /* as they were sent */
	} entries[HPACK_ENTRIES];
};

/* A header as it was decoded. */
struct hpack_header {
	uint32_t name, value; /* dictionary ids; 0 none */
	uint32_t name_len, value_len;
	uint32_t index;
	enum http2_repr repr;
};

/* The next header of a block. False: at its end, or it is wrong. */
bool hpack_next(struct packet *pkt, struct hpack *table, struct cursor *c, struct hpack_header *out);

#endif
