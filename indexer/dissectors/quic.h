/* QUIC, shared by its files: the rows (quic_fields.c), the keys of Initial packets (quic_keys.c), the frames
 * inside a packet (quic_frames.c), the headers and connections (quic.c). */
#ifndef PCAPDEX_DISSECTORS_QUIC_H
#define PCAPDEX_DISSECTORS_QUIC_H

#include "indexer/packet.h"

extern const struct protocol proto_quic;
extern const struct record quic_records[];

enum quic_record {
	QUIC_REC_PACKET,
	QUIC_REC_FRAME,
	QUIC_REC_ACK,
	QUIC_REC_STREAM,
	QUIC_REC_CLOSE,
	QUIC_REC_VERSION,
	QUIC_REC_COUNT
};

enum quic_field {
	QUIC_LENGTH_ALL,
	QUIC_KIND, /* enum quic_kind */
	QUIC_FIRST,
	QUIC_CLEAR,
	QUIC_NUMBER,
	QUIC_VERSION,
	QUIC_DCIL,
	QUIC_DCID,
	QUIC_SCIL,
	QUIC_SCID,
	QUIC_LENGTH,
	QUIC_PACKET_NUMBER,
	QUIC_PAYLOAD,
	QUIC_REMAINING,
	QUIC_TOKEN_LENGTH,
	QUIC_TOKEN,
	QUIC_ODCIL,
	QUIC_ODCID,
	QUIC_RETRY_TOKEN,
	QUIC_RETRY_TAG,
	QUIC_HEADER_FORM,
	QUIC_FIXED_BIT,
	QUIC_SPIN_BIT,
	QUIC_UNUSED,
	QUIC_TYPE,
	QUIC_TYPE_V2,
	QUIC_RESERVED,
	QUIC_NUMBER_LENGTH,
	QUIC_SHORT,
	QUIC_NFIELDS
};

/* What QUIC_KIND holds. */
enum quic_kind {
	QUIC_KIND_SHORT,
	QUIC_KIND_LONG,
	QUIC_KIND_LONG_V2,
	QUIC_KIND_RETRY,
	QUIC_KIND_RETRY_V2,
	QUIC_KIND_VERSION
};

enum quic_frame_field { FRAME_TYPE, FRAME_PADDING, FRAME_CRYPTO_OFFSET, FRAME_CRYPTO_LENGTH, FRAME_NFIELDS };

enum quic_ack_field {
	ACK_LARGEST,
	ACK_DELAY,
	ACK_RANGES,
	ACK_FIRST,
	ACK_GAP,
	ACK_RANGE,
	ACK_ECT0,
	ACK_ECT1,
	ACK_CE,
	ACK_NFIELDS
};

enum quic_stream_field { STREAM_ID, STREAM_OFFSET, STREAM_LENGTH, STREAM_NFIELDS };

enum quic_close_field {
	CLOSE_CODE,
	CLOSE_APP,
	CLOSE_ALERT,
	CLOSE_FRAME,
	CLOSE_LENGTH,
	CLOSE_PHRASE,
	CLOSE_NFIELDS
};

/* ---- keys (RFC 9001, section 5) ---- */

#define QUIC_CID_MAX 20
#define QUIC_TAG     16

struct quic_cid {
	uint8_t len;
	uint8_t octets[QUIC_CID_MAX];
};

/* Of one sender, for its Initial packets. */
struct quic_keys {
	uint8_t key[16], iv[12], hp[16];
};

/* Which draft's rules a version follows, 34 for version 1, 100 for version 2; 0 unknown. */
uint8_t quic_draft(uint32_t version);
bool quic_is_v2(uint32_t version);
bool quic_is_google(uint32_t version); /* Q050, T050, T051 */

/* The keys of client (keys[0]) and server (keys[1]) that follow from the connection id that the client chose
 * for the server. */
bool quic_initial_keys(struct quic_keys keys[2], uint32_t version, const struct quic_cid *dcid);

/* The mask of the header protection; sample has 16 octets. */
bool quic_header_mask(const struct quic_keys *keys, const uint8_t *sample, uint8_t mask[5]);

/* Decrypt `len` octets and their tag behind them. `header`: as it was before it was protected. */
bool quic_open(const struct quic_keys *keys, uint64_t number, const uint8_t *header, uint32_t header_len,
	const uint8_t *in, uint32_t len, uint8_t *out);

/* ---- what the peers of an Initial packet say in CRYPTO frames ---- */

#define QUIC_CRYPTO_MAX 4096 /* octets of a side's handshake that are kept */

struct quic_crypto {
	uint32_t contiguous; /* all before was there and went to TLS, but for what waits: */
	uint32_t from, end;  /* from < end: this piece waits for the gap in it */
	uint8_t octets[QUIC_CRYPTO_MAX];
	uint8_t have[QUIC_CRYPTO_MAX / 8]; /* which octets are there */
};

/* Read the frames of a packet. */
void quic_frames(struct packet *pkt, struct cursor *c, struct quic_crypto *crypto, uint32_t version);

#endif
