/* Reading of ASN.1 in Basic Encoding Rules (ITU-T X.690). */
#ifndef PCAPDEX_DISSECTORS_BER_H
#define PCAPDEX_DISSECTORS_BER_H

#include "indexer/cursor.h"

enum ber_class { BER_UNIVERSAL = 0, BER_APPLICATION = 1, BER_CONTEXT = 2, BER_PRIVATE = 3 };
enum ber_universal {
	BER_BOOLEAN = 1,
	BER_INTEGER = 2,
	BER_BITSTRING = 3,
	BER_OCTETSTRING = 4,
	BER_OID = 6,
	BER_ENUMERATED = 10,
	BER_UTF8STRING = 12,
	BER_SEQUENCE = 16,
	BER_SET = 17,
	BER_PRINTABLESTRING = 19,
	BER_IA5STRING = 22,
	BER_UTCTIME = 23,
	BER_GENERALIZEDTIME = 24,
	BER_GENERALSTRING = 27
};

/* Identifier and length octets, X.690, 8.1.2 and 8.1.3. */
struct ber {
	uint8_t class;
	bool constructed, indefinite;
	uint32_t tag;
	uint32_t len;    /* of the contents; indefinite: all that is left */
	uint32_t header; /* octets of identifier and length */
	struct cursor contents;
};

/* The next element; the cursor moves behind it. False when its header is not there (noted as the frame's
 * failure). */
bool ber_next(struct ber *b, struct cursor *c);

/* The same, but only looks at the header: false without a failure. */
bool ber_peek(struct ber *b, const struct cursor *c);

static inline bool ber_is(const struct ber *b, enum ber_class class, uint32_t tag)
{
	return b->class == class && b->tag == tag;
}

/* Contents as a number of up to eight octets. */
int64_t ber_integer(const struct ber *b);

/* Contents as an object identifier, "1.2.840.113554.1.2.2"; gives the text's length. */
#define BER_OID_TEXT 128
unsigned ber_oid(const struct ber *b, char text[BER_OID_TEXT]);

/* Is it this object identifier, given by its contents? */
bool ber_is_oid(const struct ber *b, const char *octets, unsigned n);

#endif
