/* What the files of TLS and DTLS share, and what protocols that carry TLS hand on.
 *
 * For other protocols:
 *   - whole TLS records (EAP-TLS, a tunnel that HTTP CONNECT opened, STARTTLS): pkt_next_proto(pkt,
 * &proto_tls, octets) or pkt_next_stream(pkt, &proto_tls, octets);
 *   - handshake messages without the record layer (the CRYPTO frames of QUIC, RFC 9001 section 4): put them
 * in order, then pkt_next_proto(pkt, &proto_tls_messages, octets). It has the token and the item "tls" and
 * may be handed several messages at once and, where there is a conversation, messages that go on in the next
 * octets of the same side;
 *   - a certificate, a name or an OCSP response in DER: x509.h. */
#ifndef PCAPDEX_DISSECTORS_TLS_H
#define PCAPDEX_DISSECTORS_TLS_H

#include "indexer/dissectors/ids.h"
#include "indexer/expert.h"
#include "indexer/packet.h"

extern const struct protocol proto_tls, proto_tls_messages, proto_dtls;

enum tls_content {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
	TLS_HEARTBEAT = 24,
	TLS_WITH_CID = 25 /* RFC 9146, of DTLS */
};

enum tls_message_type {
	TLS_HELLO_REQUEST = 0,
	TLS_CLIENT_HELLO = 1,
	TLS_SERVER_HELLO = 2,
	TLS_HELLO_VERIFY_REQUEST = 3,
	TLS_NEW_SESSION_TICKET = 4,
	TLS_END_OF_EARLY_DATA = 5,
	TLS_HELLO_RETRY_REQUEST = 6, /* drafts of TLS 1.3 before 22 */
	TLS_ENCRYPTED_EXTENSIONS = 8,
	TLS_CERTIFICATE = 11,
	TLS_SERVER_KEY_EXCHANGE = 12,
	TLS_CERTIFICATE_REQUEST = 13,
	TLS_SERVER_HELLO_DONE = 14,
	TLS_CERTIFICATE_VERIFY = 15,
	TLS_CLIENT_KEY_EXCHANGE = 16,
	TLS_FINISHED = 20,
	TLS_CERTIFICATE_URL = 21,
	TLS_CERTIFICATE_STATUS = 22,
	TLS_SUPPLEMENTAL_DATA = 23,
	TLS_KEY_UPDATE = 24,
	TLS_COMPRESSED_CERTIFICATE = 25,
	TLS_NEXT_PROTOCOL = 67
};

enum {
	SSL2 = 0x0002,
	SSL3 = 0x0300,
	TLS10 = 0x0301,
	TLS11 = 0x0302,
	TLS12 = 0x0303,
	TLS13 = 0x0304,
	TLCP = 0x0101, /* GB/T 38636-2020 */
	DTLS10 = 0xfeff,
	DTLS10_OPENSSL = 0x0100, /* OpenSSL before 0.9.8f */
	DTLS12 = 0xfefd
};

#define TLS_ASKED 4

/* What is known of a conversation. */
struct tls_session {
	uint16_t version;      /* 0 not known yet */
	uint16_t cipher;       /* that the server chose */
	uint8_t draft;         /* of TLS 1.3; 0 none */
	bool has_server;       /* a Client Hello told who is the server: */
	uint8_t server;        /* its pkt_side() */
	bool alpn_h2;          /* the server chose HTTP/2 */
	uint32_t ccs_frame[2]; /* [from the server?] first Change Cipher Spec; 0 none yet */
	uint8_t raw_key[2];    /* [from the server?] sends a bare public key for a certificate, RFC 7250 */
	uint32_t asked[TLS_ASKED]; /* frames with records before the version was known: the first ones and the
				      last; 0 none */
	bool pending[2];           /* [from the server?] a message goes on in the next record */
};

/* A handshake message, or what leads to it. */
struct tls_reader {
	struct packet *pkt;
	const struct protocol *proto; /* whose tables: proto_tls or proto_dtls */
	struct row *layer;            /* NULL: none is open */
	struct tls_session *session;
	bool dtls;
	bool from_server;
	bool quiet;              /* says nothing in the columns */
	uint16_t later;          /* for the columns: the version that a later frame tells; 0 none */
	struct tls_session none; /* where there is no conversation */
};

/* The next octets for proto_tls_messages of this side are the first of a connection. */
void tls_messages_begin(struct packet *pkt);

/* Records of proto_tls and proto_dtls, the same numbers in both. */
enum tls_table {
	TLS_T_LAYER,
	TLS_T_RECORD,
	TLS_T_ALERT,
	TLS_T_HANDSHAKE,
	TLS_T_HELLO,
	TLS_T_EXTENSION,
	TLS_T_SERVER_NAME,
	TLS_T_ALPN,
	TLS_T_KEY_SHARE,
	TLS_T_CERTIFICATE,
	TLS_T_TICKET,
	TLS_T_KEY_EXCHANGE,
	TLS_T_HEARTBEAT,
	TLS_T_LATE,
	TLS_T_SSL2, /* TLS from here on */
	TLS_T_PIECE,
	TLS_T_PIECES,
	TLS_T_WHOLE,
	TLS_T_COUNT
};

enum {
	LAYER_VERSION,
	LAYER_DTLS_NFIELDS,
	LAYER_SEGMENT = LAYER_DTLS_NFIELDS,
	LAYER_SEGMENTS,
	LAYER_SEGMENT_COUNT,
	LAYER_SEGMENT_DATA,
	LAYER_REASSEMBLED_IN,
	LAYER_REASSEMBLED_LENGTH,
	LAYER_REASSEMBLED_DATA,
	LAYER_UNKNOWN_RECORD, /* part 1: what few frames have */
	LAYER_EXPERT,
	LAYER_NFIELDS = LAYER_EXPERT + EXPERT_FIELDS
};
enum { LATE_VERSION, LATE_NFIELDS };
enum {
	RECORD_CONTENT_TYPE,
	RECORD_VERSION,
	RECORD_LENGTH,
	RECORD_OPAQUE_TYPE,
	RECORD_APP_DATA,
	RECORD_APP_DATA_PROTO,
	RECORD_CHANGE_CIPHER_SPEC,
	RECORD_ITSELF,
	RECORD_EPOCH, /* DTLS from here on */
	RECORD_SEQUENCE_NUMBER,
	RECORD_SPECIAL_TYPE,
	RECORD_CONNECTION_ID,
	RECORD_ENC_CONTENT,
	RECORD_NFIELDS,
	RECORD_TLS_NFIELDS = RECORD_EPOCH
};
enum { ALERT_LEVEL, ALERT_DESC, ALERT_MESSAGE, ALERT_NFIELDS };
enum {
	HS_TYPE,
	HS_LENGTH,
	HS_PRESENT,
	HS_CERTIFICATES_LENGTH,
	HS_CERTIFICATES,
	HS_MESSAGE_SEQ, /* DTLS from here on */
	HS_FRAGMENT_OFFSET,
	HS_FRAGMENT_LENGTH,
	HS_NFIELDS,
	HS_TLS_NFIELDS = HS_MESSAGE_SEQ
};
enum {
	HELLO_VERSION,
	HELLO_RANDOM,
	HELLO_RANDOM_TIME,
	HELLO_SESSION_ID_LENGTH,
	HELLO_SESSION_ID,
	HELLO_CIPHER_SUITES_LENGTH,
	HELLO_CIPHERSUITE,
	HELLO_COMP_METHODS_LENGTH,
	HELLO_COMP_METHOD,
	HELLO_EXTENSIONS_LENGTH,
	HELLO_JA3_FULL,
	HELLO_JA3,
	HELLO_JA3S_FULL,
	HELLO_JA3S,
	HELLO_RANDOM_BYTES,
	HELLO_CIPHERSUITES,
	HELLO_COMP_METHODS,
	HELLO_COOKIE_LENGTH, /* DTLS from here on */
	HELLO_COOKIE,
	HELLO_NFIELDS,
	HELLO_TLS_NFIELDS = HELLO_COOKIE_LENGTH
};
enum {
	EXT_TYPE,
	EXT_LEN,
	EXT_NUMBERS, /* a list, of what depends on the type */
	EXT_OCTETS,
	EXT_SUPPORTED_GROUP,
	EXT_EC_POINT_FORMAT,
	EXT_SIG_HASH_ALG,
	EXT_SUPPORTED_VERSION,
	EXT_PSK_KE_MODE,
	EXT_DATA,
	EXT_ALPN_LIST,
	EXT_NFIELDS
};
enum { SNI_LIST_LEN, SNI_TYPE, SNI_LEN, SNI_NAME, SNI_NFIELDS };
enum { ALPN_STR_LEN, ALPN_STR, ALPN_NFIELDS };
enum { SHARE_GROUP, SHARE_LENGTH, SHARE_KEY, SHARE_NFIELDS };
enum { CERT_LENGTH, CERT_CERTIFICATE, CERT_NFIELDS };
enum { TICKET_LIFETIME_HINT, TICKET_LENGTH, TICKET_TICKET, TICKET_AGE_ADD, TICKET_NONCE, TICKET_NFIELDS };
enum {
	KX_CURVE_TYPE,
	KX_NAMED_CURVE,
	KX_SERVER_POINT,
	KX_CLIENT_POINT,
	KX_P,
	KX_G,
	KX_YS,
	KX_YC,
	KX_EPMS,
	KX_IDENTITY,
	KX_SIG_HASH_ALG,
	KX_SIG_HASH_ALGS,
	KX_SIG,
	KX_CLIENT_SIG,
	KX_VERIFY_DATA,
	KX_NFIELDS
};
enum { HEARTBEAT_TYPE, HEARTBEAT_PAYLOAD_LENGTH, HEARTBEAT_PAYLOAD, HEARTBEAT_MESSAGE, HEARTBEAT_NFIELDS };
enum {
	SSL2_IS_ESCAPE,
	SSL2_PADDING_LENGTH,
	SSL2_CIPHERSPEC,
	SSL2_CIPHER_SPEC_LEN,
	SSL2_CHALLENGE_LENGTH,
	SSL2_CIPHERSUITES,
	SSL2_NFIELDS
};

enum {
	PIECE_HANDSHAKE,
	PIECE_TYPE,
	PIECE_LAST_TYPE,
	PIECE_TOTAL,
	PIECE_OF_SEVERAL,
	PIECE_COUNT,
	PIECE_FRAGMENTS,
	PIECE_NFIELDS
};
enum { PIECES_FRAME, PIECES_BEGIN, PIECES_END, PIECES_NFIELDS };
enum { WHOLE_REASSEMBLED_IN, WHOLE_NFIELDS };

extern const struct layout_line tls_layout[], dtls_layout[];
extern const struct record tls_records[TLS_T_COUNT], dtls_records[TLS_T_COUNT];

/* tls_fields.c */
bool tls_is_content_type(unsigned type);
bool tls_is_message_type(unsigned type);
bool tls_is_version(unsigned version);    /* one that a record or hello may name */
const char *tls_column(unsigned version); /* "TLSv1.2"; NULL: none of its own */

/* The reader of a frame's octets: session, direction. */
void tls_begin(struct tls_reader *t, struct packet *pkt, const struct protocol *proto);

/* tls_handshake.c: the body of one whole message; `c` runs over it alone. Opens the rows below the message's
 * own. */
void tls_message(struct tls_reader *t, unsigned type, struct cursor *c);
/* A message of this type told the version (of the record, or the one that a Server Hello chose). */
/* A frame's records were read; `layer` their row, `before` the session's version ahead of them. The frame
 * that came before the version was known, a Client Hello, learns it when it is. */
void tls_note_version(struct tls_reader *t, struct row *layer, unsigned before);
void tls_set_version(struct tls_session *s, bool dtls, unsigned content, unsigned type, unsigned version);
/* The version that the body of a Server Hello chooses, and whether it asks for another Client Hello. */
unsigned tls_chosen_version(const struct cursor *body, bool *retry);

/* tls_pieces.c: the cursor runs over what is left of a record. */
/* A message begins and goes on in the next one; `alone`: nothing stands before it here. */
void tls_first_piece(struct tls_reader *t, struct cursor *c, bool alone);
/* The message that a record before began (session->pending) goes on, up to its end at most. True: it is
 * whole, for the cursor `whole`, until tls_forget_pieces(). */
bool tls_next_piece(struct tls_reader *t, struct cursor *c, struct cursor *whole);
void tls_forget_pieces(struct tls_reader *t);

/* tls_body.c */
void tls_certificates(struct tls_reader *t, struct cursor *c);
void tls_certificate_request(struct tls_reader *t, struct cursor *c);
void tls_certificate_status(struct tls_reader *t, struct cursor *c);
void tls_session_ticket(struct tls_reader *t, struct cursor *c);
void tls_server_key_exchange(struct tls_reader *t, struct cursor *c);
void tls_client_key_exchange(struct tls_reader *t, struct cursor *c);
void tls_certificate_verify(struct tls_reader *t, struct cursor *c);

/* tls_extension.c: a list of extensions with its length before it, up to the end of `c`. `ja3` takes the text
 * of the fingerprint, NULL: not wanted. */
struct tls_ja3 {
	char text[16384];
	size_t used;
	char groups[2048], formats[1024];
	size_t ngroups, nformats;
};
void tls_extensions(
	struct tls_reader *t, struct cursor *c, unsigned message, struct row *hello, struct tls_ja3 *ja3);

/* tls_ja3.c */
#define TLS_IS_GREASE(x) (((x)&0x0f0f) == 0x0a0a && ((x)&0xff) == ((x) >> 8)) /* RFC 8701 */
void tls_ja3_number(char *text, size_t size, size_t *used, char before, unsigned number);
void tls_ja3_set(struct row *hello, unsigned full, unsigned digest, const struct tls_ja3 *ja3);

/* tls_ssl2.c: one record of SSL 2 at the cursor. False when it is not all there and was asked for. */
bool tls_ssl2_record(struct tls_reader *t, struct row *layer, struct cursor *c);

/* A number into the field that the cursor does not move over: the length of the vector that is read next. */
static inline void tls_length(struct row *r, unsigned field, const struct cursor *c, unsigned n)
{
	uint64_t v;
	if (cur_peek(c, 0, n, &v))
		row_set_at(r, field, (int64_t)v, c->data + c->pos, n);
}

/* The window of a vector whose length stands in `n` octets before it; false when there is no room for it:
 * what is there is then taken no further (Wireshark notes that and goes on behind the message). */
static inline bool tls_vector(struct cursor *c, unsigned n, struct cursor *out)
{
	if (cur_left(c) < n)
		return false;
	uint32_t len = (uint32_t)cur_be(c, n);
	if (cur_left(c) < len)
		return false;
	*out = cur_sub(c, len);
	return true;
}

/* The Info column (tls_info.c): a word for each record or message, in their order. */
void tls_inform(struct tls_reader *t, const char *text);
void tls_inform_message(struct tls_reader *t, unsigned type, const char *part);
void tls_inform_piece(struct tls_reader *t, unsigned type);
void tls_inform_alert(struct tls_reader *t, struct cursor c);
void tls_inform_heartbeat(struct tls_reader *t, unsigned type, bool encrypted);

#endif
