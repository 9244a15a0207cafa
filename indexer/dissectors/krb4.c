/* Kerberos, version 4 (S. P. Miller et al., "Kerberos Authentication and Authorization System", MIT 1988).
 *
 *      0       1       2
 *     +-------+-------+-------- - -
 *     |version| type  | name, instance, realm ...
 *     +-------+-------+-------- - -
 *     the last bit of type: little-endian. Transarc's AFS has its own version, 63, with other types. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/kerberos.h"

enum {
	KRB4_VERSION,
	KRB4_AUTH_MSG_TYPE,
	KRB4_TYPE,
	KRB4_ORDER,
	KRB4_NAME,
	KRB4_INSTANCE,
	KRB4_REALM,
	KRB4_LIFETIME,
	KRB4_SERVICE,
	KRB4_SERVICE_INSTANCE,
	KRB4_KVNO,
	KRB4_NFIELDS
};
enum {
	KDC_REQUEST = 1,
	KDC_REPLY,
	APPL_REQUEST,
	APPL_REQUEST_MUTUAL,
	ERR_REPLY,
	PRIVATE,
	SAFE,
	APPL_ERROR,
	DIE = 63
};

#define VERSION          4
#define VERSION_TRANSARC 0x63

static const struct value_name types[] = { { KDC_REQUEST, "KDC Request" }, { KDC_REPLY, "KDC Reply" },
	{ APPL_REQUEST, "Appl Request" }, { APPL_REQUEST_MUTUAL, "Appl Request Mutual" },
	{ ERR_REPLY, "Err Reply" }, { PRIVATE, "Private" }, { SAFE, "Safe" }, { APPL_ERROR, "Appl Err" },
	{ DIE, "Die" }, { 0, NULL } };

static const struct field krb4_fields[KRB4_NFIELDS] = {
	[KRB4_VERSION] = { "krb4.version", "Version", KIND_UINT, .octets = 1 },
	[KRB4_AUTH_MSG_TYPE] = { "krb4.auth_msg_type", "Msg Type", KIND_UINT, BASE_HEX, 1 },
	[KRB4_TYPE] = { "krb4.m_type", "M Type", KIND_UINT, BASE_HEX, 1, .of = KRB4_AUTH_MSG_TYPE,
		.mask = 0xfe, .names = types },
	[KRB4_ORDER] = { "krb4.byte_order", "Byte Order", KIND_UINT, BASE_HEX, 1, .of = KRB4_AUTH_MSG_TYPE,
		.mask = 0x01 },
	[KRB4_NAME] = { "krb4.name", "Name", KIND_TEXT },
	[KRB4_INSTANCE] = { "krb4.instance", "Instance", KIND_TEXT },
	[KRB4_REALM] = { "krb4.realm", "Realm", KIND_TEXT },
	[KRB4_LIFETIME] = { "krb4.lifetime", "Lifetime", KIND_UINT, .octets = 1 },
	[KRB4_SERVICE] = { "krb4.s_name", "Service Name", KIND_TEXT },
	[KRB4_SERVICE_INSTANCE] = { "krb4.s_instance", "Service Instance", KIND_TEXT },
	[KRB4_KVNO] = { "krb4.kvno", "Kvno", KIND_UINT, .octets = 1 },
};

static const struct record krb4_records[] = { { "krb4", RECORD_LAYER, KRB4_NFIELDS, krb4_fields, NULL } };

bool krb4_is(const struct cursor *c)
{
	uint64_t version, type;
	if (!cur_peek(c, 0, 1, &version) || (version != VERSION && version != VERSION_TRANSARC))
		return false;
	if (!cur_peek(c, 1, 1, &type))
		return true; /* ends too early to tell */
	if (version == VERSION_TRANSARC)
		return type >= 1 && type <= 2;
	return version == VERSION &&
	       ((type >> 1 >= KDC_REQUEST && type >> 1 <= APPL_ERROR) || type >> 1 == DIE);
}

static void text(struct row *r, unsigned field, struct cursor *c)
{
	uint32_t n = cur_avail(c);
	const uint8_t *p = c->data + c->pos, *end = n ? memchr(p, 0, n) : NULL;
	if (!end) {
		cur_skip(c, n);
		cur_need(c, 1);
		return;
	}
	row_string(r, field, c, (uint32_t)(end - p) + 1);
}

static enum verdict krb4_dissect(struct packet *pkt, struct cursor *c)
{
	if (!krb4_is(c))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_krb4, 0);
	uint32_t version = (uint32_t)row_be(r, KRB4_VERSION, c, 1);
	uint32_t type = (uint32_t)row_be(r, KRB4_AUTH_MSG_TYPE, c, 1), order = type & 1;
	type >>= 1;
	if (pkt->info && !pkt->fail)
		info_set(pkt, "%s%s", version == VERSION ? "" : "TRANSARC ",
			info_name(types, type, "Unknown"));
	if (version != VERSION)
		return MINE;
	if (type == KDC_REQUEST || type == KDC_REPLY) {
		text(r, KRB4_NAME, c);
		text(r, KRB4_INSTANCE, c);
		text(r, KRB4_REALM, c);
	}
	if (type == KDC_REQUEST) {
		cur_take(c, 4); /* time */
		row_be(r, KRB4_LIFETIME, c, 1);
		text(r, KRB4_SERVICE, c);
		text(r, KRB4_SERVICE_INSTANCE, c);
	} else if (type == KDC_REPLY) {
		cur_take(c, 9); /* time, number of tickets, expiration */
		row_be(r, KRB4_KVNO, c, 1);
		cur_take(c, (uint32_t)(order ? cur_le(c, 2) : cur_be(c, 2)));
	} else if (type == APPL_REQUEST) {
		row_be(r, KRB4_KVNO, c, 1);
		text(r, KRB4_REALM, c);
		uint32_t ticket = (uint32_t)cur_be(c, 1), request = (uint32_t)cur_be(c, 1);
		cur_take(c, ticket + request);
	}
	return MINE;
}

static const struct claim krb4_claims[] = { { CLAIM_UDP_PORT, 750 }, { 0 } };

const struct protocol proto_krb4 = {
	.name = "krb4",
	.title = "Kerberos v4",
	.column = "KRB4",
	.help = "The first Kerberos in wide use.",
	.id = PROTO_ID_krb4,
	.records = krb4_records,
	.nrecords = 1,
	.claims = krb4_claims,
	.dissect = krb4_dissect,
};
