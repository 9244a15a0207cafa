/* Values of ASN.1 as certificates have them (DER, ITU-T X.690; BER where senders use that): identifier,
 * length, contents.
 *
 * A reader takes one value after the other out of a cursor; the contents are a window of their own. */
#ifndef PCAPDEX_DISSECTORS_DER_H
#define PCAPDEX_DISSECTORS_DER_H

#include "indexer/cursor.h"

/* Identifier octets as they stand; a tag number above 30 comes behind them in the higher bits. */
enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTF8 = 0x0c,
	DER_NUMERIC = 0x12,
	DER_PRINTABLE = 0x13,
	DER_TELETEX = 0x14,
	DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_VISIBLE = 0x1a,
	DER_UNIVERSAL = 0x1c,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31
};
#define DER_CONTEXT(n)     (0x80u | (n)) /* [n] of a simple type, implicitly tagged */
#define DER_CONSTRUCTED(n) (0xa0u | (n)) /* [n] of a structured type, or explicitly tagged */

struct der {
	uint32_t tag;
	struct cursor at; /* the contents */
};

/* The next value. False at the end, or when the octets failed. */
bool der_next(struct cursor *c, struct der *out);

/* The same, but a sequence or the like that is longer than what it stands in ends there and is not malformed.
 */
bool der_next_within(struct cursor *c, struct der *out);

/* The same as der_next() if it is of this tag; else the cursor does not move. */
bool der_take(struct cursor *c, uint32_t tag, struct der *out);

/* The tag that comes next; 0 at the end. */
uint32_t der_peek(const struct cursor *c);

/* An object identifier's contents as text, "1.2.840": the length, 0 when there is none. */
#define DER_OID_MAX 128
size_t der_oid(const struct cursor *contents, char text[DER_OID_MAX]);

/* UTCTime or GeneralizedTime in UTC as nanoseconds since 1970; false when it is none. */
bool der_time(const struct der *value, int64_t *out);

#endif
