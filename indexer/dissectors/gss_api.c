/* Tokens of the Generic Security Service API (RFC 2743, section 3.1).
 *
 *     [APPLICATION 0] { mechanism's object identifier, what the mechanism says }
 *
 * Only the first token of a side needs the frame; those behind it are the mechanism's alone, so which one it
 * is is kept with the conversation. NTLMSSP may stand there without any frame. */
#include "indexer/dissectors/der.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/security_blob.h"

enum { GSS_OID, GSS_NFIELDS };

static const struct field gss_fields[GSS_NFIELDS] = {
	[GSS_OID] = { "gss-api.OID", "OID", KIND_TEXT },
};

static const struct record gss_records[] = { { "gss_api", RECORD_LAYER, GSS_NFIELDS, gss_fields, NULL } };

#define APPLICATION_CONSTRUCTED 3 /* the first three bits of an identifier */

struct gss_flow {
	uint8_t mechanism; /* enum gss_mechanism */
};

#define OID(text) text, sizeof(text) - 1

static const struct {
	const char *octets;
	unsigned n;
	enum gss_mechanism mechanism;
} mechanisms[] = {
	{ OID("\x2b\x06\x01\x05\x05\x02"), GSS_SPNEGO },                  /* 1.3.6.1.5.5.2 */
	{ OID("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"), GSS_KRB5 },        /* 1.2.840.113554.1.2.2 */
	{ OID("\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"), GSS_KRB5 },        /* 1.2.840.48018.1.2.2 */
	{ OID("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03"), GSS_KRB5 },    /* ... .3, user to user */
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"), GSS_NTLMSSP }, /* 1.3.6.1.4.1.311.2.2.10 */
};

enum gss_mechanism gss_mechanism(const struct cursor *oid)
{
	for (unsigned i = 0; i < sizeof(mechanisms) / sizeof(*mechanisms); i++)
		if (oid->cap == mechanisms[i].n && memcmp(oid->data, mechanisms[i].octets, oid->cap) == 0)
			return mechanisms[i].mechanism;
	return GSS_NONE;
}

const struct protocol *gss_protocol(enum gss_mechanism mechanism)
{
	switch (mechanism) {
	case GSS_SPNEGO:
		return &proto_spnego;
	case GSS_KRB5:
		return &proto_spnego_krb5;
	case GSS_NTLMSSP:
		return &proto_ntlmssp;
	default:
		return NULL;
	}
}

/* Whoever speaks without the frame: what the octets say, else the conversation's mechanism. */
static const struct protocol *bare_token(struct packet *pkt, const struct cursor *c)
{
	const struct gss_flow *flow = pkt_flow(pkt, &proto_gss_api);
	uint64_t first;
	uint32_t left = cur_avail(c);
	if (left > 7 && is_ntlmssp(c))
		return &proto_ntlmssp;
	/* [MS-NLMP], section 2.2.2.9: version 1 of a signature */
	if (left >= 16 && cur_peek(c, 0, 4, &first) && first == 0x01000000)
		return &proto_ntlmssp;
	/* RFC 4121, section 4.2.6 */
	if (left > 2 && cur_peek(c, 0, 2, &first) && (first == 0x0404 || first == 0x0504))
		return &proto_spnego_krb5;
	return flow ? gss_protocol((enum gss_mechanism)flow->mechanism) : NULL;
}

/* Does the token say that it is longer than what is there? Its carriers cut long tokens, GSS-API cannot tell.
 */
static bool goes_on(const struct cursor *c)
{
	uint64_t first, len;
	if (!cur_peek(c, 1, 1, &first) || first <= 0x80)
		return false;
	unsigned n = first & 0x7f;
	return n <= 4 && cur_peek(c, 2, n, &len) && len > cur_left(c) - 2 - n;
}

static void token(struct packet *pkt, struct row *r, struct cursor c)
{
	struct der oid;
	struct gss_flow *flow = pkt_flow(pkt, &proto_gss_api);
	uint64_t first;
	const struct protocol *next;
	if (!cur_need(&c, 1) || !cur_peek(&c, 0, 1, &first))
		return;
	if (first >> 5 != APPLICATION_CONSTRUCTED) {
		next = bare_token(pkt, &c);
		if (next)
			pkt_next_proto(pkt, next, cur_rest(&c));
		return;
	}
	if (goes_on(&c))
		return;
	struct cursor inside = c;
	struct der frame;
	if (!der_next(&inside, &frame))
		return;
	inside = frame.at;
	if (!der_take(&inside, DER_OID, &oid))
		return;
	if (r) {
		char text[DER_OID_MAX];
		size_t n = der_oid(&oid.at, text);
		row_text(r, GSS_OID, text, n, oid.at.data, oid.at.cap);
	}
	enum gss_mechanism mechanism = gss_mechanism(&oid.at);
	if (mechanism == GSS_NONE)
		return;
	if (flow)
		flow->mechanism = (uint8_t)mechanism;
	/* What stands behind the frame belongs to the mechanism as well. */
	inside.cap += (uint32_t)(c.cap - (frame.at.data - c.data) - frame.at.cap);
	inside.len += (uint32_t)(c.len - (frame.at.data - c.data) - frame.at.len);
	pkt_next_proto(pkt, gss_protocol(mechanism), cur_rest(&inside));
}

void gss_token(struct packet *pkt, struct cursor c)
{
	if (c.len)
		token(pkt, NULL, c);
}

static enum verdict gss_api_dissect(struct packet *pkt, struct cursor *c)
{
	token(pkt, row_open(pkt, &proto_gss_api, 0), *c);
	return MINE;
}

const struct protocol proto_gss_api = {
	.name = "gss-api",
	.title = "GSS-API Generic Security Service Application Program Interface",
	.spec = "RFC 2743",
	.help = "Frames the tokens with which two sides authenticate, whatever the mechanism.",
	.id = PROTO_ID_gss_api,
	.records = gss_records,
	.nrecords = 1,
	.dissect = gss_api_dissect,
	.no_item = true,
	.flow_size = sizeof(struct gss_flow),
};
