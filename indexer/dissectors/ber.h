/* Values of ASN.1 in BER or DER (ITU-T X.690): identifier, length, contents.
 *
 * A reader takes one value after the other out of a cursor; the contents are a window of their own. */
#ifndef PCAPDEX_DISSECTORS_BER_H
#define PCAPDEX_DISSECTORS_BER_H

#include "indexer/cursor.h"

/* Identifier octets as they stand; a tag number above 30 comes behind them in the higher bits. */
enum {
	BER_BOOLEAN = 0x01,
	BER_INTEGER = 0x02,
	BER_BITS = 0x03,
	BER_OCTETS = 0x04,
	BER_NULL = 0x05,
	BER_OID = 0x06,
	BER_ENUMERATED = 0x0a,
	BER_UTF8 = 0x0c,
	BER_NUMERIC = 0x12,
	BER_PRINTABLE = 0x13,
	BER_TELETEX = 0x14,
	BER_IA5 = 0x16,
	BER_UTC_TIME = 0x17,
	BER_GENERALIZED_TIME = 0x18,
	BER_VISIBLE = 0x1a,
	BER_UNIVERSAL = 0x1c,
	BER_BMP = 0x1e,
	BER_SEQUENCE = 0x30,
	BER_SET = 0x31
};
#define BER_CONTEXT(n)     (0x80u | (n)) /* [n] of a simple type, implicitly tagged */
#define BER_CONSTRUCTED(n) (0xa0u | (n)) /* [n] of a structured type, or explicitly tagged */

struct ber {
	uint32_t tag;
	struct cursor at; /* the contents */
};

/* The next value. False at the end, or when the octets failed. */
bool ber_next(struct cursor *c, struct ber *out);

/* The same if it is of this tag; else the cursor does not move. */
bool ber_take(struct cursor *c, uint32_t tag, struct ber *out);

/* The tag that comes next; 0 at the end. */
uint32_t ber_peek(const struct cursor *c);

/* An object identifier's contents as text, "1.2.840": the length, 0 when there is none. */
#define BER_OID_MAX 128
size_t ber_oid(const struct cursor *contents, char text[BER_OID_MAX]);

/* UTCTime or GeneralizedTime in UTC as nanoseconds since 1970; false when it is none. */
bool ber_time(const struct ber *value, int64_t *out);

#endif
