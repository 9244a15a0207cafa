/* Kerberos, version 5 (RFC 4120, section 5). ASN.1 in DER; over TCP behind four octets of length
 * (section 7.2.2).
 *
 *     AS-REQ, TGS-REQ   [APPLICATION 10, 12] { [1] pvno, [2] msg-type, [3] padata, [4] req-body }
 *     AS-REP, TGS-REP   [APPLICATION 11, 13] { [0] pvno, [1] msg-type, [2] padata, [3] crealm, [4] cname,
 *                                              [5] ticket, [6] enc-part }
 *     AP-REQ, AP-REP    [APPLICATION 14, 15] { [0] pvno, [1] msg-type, [2] ap-options, [3] ticket,
 *                                              [4] authenticator }
 *     KRB-ERROR         [APPLICATION 30] { [0] pvno, [1] msg-type, [2] ctime ... [6] error-code ... }
 *     Ticket            [APPLICATION 1] { [0] tkt-vno, [1] realm, [2] sname, [3] enc-part }
 *
 * Version 4 is told by its first octet: no identifier of ASN.1 is that small. */
#include "indexer/dissectors/der.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/kerberos.h"

extern const struct protocol proto_krb4;

enum { TICKET = 1, AS_REQ = 10, AS_REP, TGS_REQ, TGS_REP, AP_REQ, AP_REP, KRB_ERROR = 30 };
enum { PA_TGS_REQ = 1, PA_ENC_TIMESTAMP = 2, PA_PK_AS_REQ = 16, PA_ETYPE_INFO2 = 19 };
enum { PREAUTH_REQUIRED = 25 };

#define APPLICATION(n) (0x60u | (n))
#define PORT           88
#define RECORD_MARK    4
#define RECORD_BIT     0x80000000u
#define LONGEST        (10u << 20)
#define KRB4_LAST      0x10
#define ETYPES_MAX     64

/* ---- values ---- */

static bool inside(struct der *b, const struct der *tagged)
{
	struct cursor c = tagged->at;
	return der_next_within(&c, b);
}

/* [n] EXPLICIT INTEGER */
static int64_t number(const struct der *tagged)
{
	struct der b;
	if (!inside(&b, tagged) || b.at.cap == 0)
		return 0;
	uint64_t v = b.at.data[0] & 0x80 ? UINT64_MAX : 0;
	for (uint32_t i = b.at.cap > 8 ? b.at.cap - 8 : 0; i < b.at.cap; i++)
		v = v << 8 | b.at.data[i];
	return (int64_t)v;
}

static void row_number(struct row *r, unsigned field, const struct der *tagged)
{
	int64_t v = number(tagged);
	row_set_at(r, field, v, tagged->at.data, tagged->at.cap);
}

static void row_unsigned(struct row *r, unsigned field, const struct der *tagged)
{
	int64_t v = number(tagged) & 0xffffffff;
	row_set_at(r, field, v, tagged->at.data, tagged->at.cap);
}

static void row_octets(struct row *r, unsigned field, const struct der *tagged, uint32_t skip)
{
	struct der b;
	if (!inside(&b, tagged))
		return;
	cur_skip(&b.at, skip);
	row_bytes_avail(r, field, &b.at, cur_left(&b.at));
}

static void row_words(struct row *r, unsigned field, const struct der *tagged)
{
	struct der b;
	if (inside(&b, tagged))
		row_text(r, field, (const char *)b.at.data, b.at.cap, b.at.data, b.at.cap);
}

static void row_when(struct row *r, unsigned field, const struct der *tagged)
{
	struct der b;
	int64_t t;
	if (inside(&b, tagged) && der_time(&b, &t))
		row_set_at(r, field, t, b.at.data, b.at.cap);
}

static struct row *item(struct packet *pkt)
{
	return row_open(pkt, &proto_kerberos, 1);
}

/* PrincipalName ::= SEQUENCE { [0] name-type, [1] SEQUENCE OF KerberosString } */
static void principal(struct packet *pkt, const struct der *tagged, unsigned field)
{
	struct der sequence, element, list, text;
	if (!inside(&sequence, tagged))
		return;
	while (cur_left(&sequence.at) && der_next_within(&sequence.at, &element)) {
		if (element.tag == DER_CONSTRUCTED(0)) {
			row_number(item(pkt), ITEM_NAME_TYPE, &element);
		} else if (element.tag == DER_CONSTRUCTED(1) && inside(&list, &element)) {
			while (cur_left(&list.at) && der_next_within(&list.at, &text))
				row_text(item(pkt), field, (const char *)text.at.data, text.at.cap,
					text.at.data, text.at.cap);
		}
	}
}

/* EncryptedData ::= SEQUENCE { [0] etype, [1] kvno, [2] cipher } */
static void encrypted(struct packet *pkt, const struct der *tagged)
{
	struct der sequence, element;
	if (!inside(&sequence, tagged))
		return;
	while (cur_left(&sequence.at) && der_next_within(&sequence.at, &element)) {
		if (element.tag == DER_CONSTRUCTED(0))
			row_number(item(pkt), ITEM_ETYPE, &element);
		else if (element.tag == DER_CONSTRUCTED(1))
			row_unsigned(item(pkt), ITEM_KVNO, &element);
		else if (element.tag == DER_CONSTRUCTED(2))
			row_octets(item(pkt), ITEM_CIPHER, &element, 0);
	}
}

/* ---- messages ---- */

static void ticket(struct packet *pkt, struct row *r, const struct der *tagged)
{
	struct der application, sequence, element;
	if (!inside(&application, tagged) || !inside(&sequence, &application))
		return;
	while (cur_left(&sequence.at) && der_next_within(&sequence.at, &element)) {
		switch (element.tag) {
		case DER_CONSTRUCTED(0):
			row_unsigned(r, KRB_TKT_VNO, &element);
			break;
		case DER_CONSTRUCTED(1):
			row_words(item(pkt), ITEM_REALM, &element);
			break;
		case DER_CONSTRUCTED(2):
			principal(pkt, &element, ITEM_SNAME);
			break;
		case DER_CONSTRUCTED(3):
			encrypted(pkt, &element);
			break;
		default:
			break;
		}
	}
}

static void ap_request(struct packet *pkt, struct row *r, struct cursor c)
{
	struct der element;
	while (cur_left(&c) && der_next_within(&c, &element)) {
		if (element.tag == DER_CONSTRUCTED(2))
			row_octets(r, KRB_AP_OPTIONS, &element, 1);
		else if (element.tag == DER_CONSTRUCTED(3))
			ticket(pkt, r, &element);
		else if (element.tag == DER_CONSTRUCTED(4))
			encrypted(pkt, &element);
	}
}

/* ETYPE-INFO2 ::= SEQUENCE OF SEQUENCE { [0] etype, ... } */
static void etype_info(struct packet *pkt, struct cursor c)
{
	struct der list, entry, element;
	if (!der_next_within(&c, &list))
		return;
	while (cur_left(&list.at) && der_next_within(&list.at, &entry))
		if (der_take(&entry.at, DER_CONSTRUCTED(0), &element))
			row_number(item(pkt), ITEM_ETYPE, &element);
}

/* What a kind of preauthentication data holds. */
static void padata_value(struct packet *pkt, struct row *r, int64_t type, const struct der *tagged)
{
	struct der octets, application, sequence;
	if (!inside(&octets, tagged) || !octets.at.len)
		return;
	switch (type) {
	case PA_TGS_REQ:
		if (inside(&application, &octets) && inside(&sequence, &application))
			ap_request(pkt, r, sequence.at);
		break;
	case PA_ENC_TIMESTAMP:
		encrypted(pkt, &octets);
		break;
	case PA_ETYPE_INFO2:
		etype_info(pkt, octets.at);
		break;
	case PA_PK_AS_REQ:
		pkinit_padata(pkt, octets.at);
		break;
	default:
		break;
	}
}

/* PA-DATA ::= SEQUENCE { [1] type, [2] OCTET STRING }, and a sequence of them */
static void padata(struct packet *pkt, struct row *r, const struct der *tagged)
{
	struct der list, one, element;
	if (!inside(&list, tagged))
		return;
	while (cur_left(&list.at) && der_next_within(&list.at, &one)) {
		int64_t type = 0;
		while (cur_left(&one.at) && der_next_within(&one.at, &element)) {
			if (element.tag == DER_CONSTRUCTED(1)) {
				type = number(&element);
				row_number(item(pkt), ITEM_PADATA, &element);
			} else if (element.tag == DER_CONSTRUCTED(2)) {
				padata_value(pkt, r, type, &element);
			}
		}
	}
}

static void enctypes(struct row *r, const struct der *tagged)
{
	struct der list, one;
	uint32_t values[ETYPES_MAX];
	size_t n = 0;
	if (!inside(&list, tagged))
		return;
	struct cursor at = list.at;
	while (n < ETYPES_MAX && cur_left(&list.at) && der_next_within(&list.at, &one)) {
		uint32_t v = 0;
		for (uint32_t i = 0; i < one.at.cap; i++)
			v = v << 8 | one.at.data[i];
		values[n++] = v;
	}
	row_list(r, KRB_ENCTYPES, values, n, at.data, at.cap);
}

static void request_body(struct packet *pkt, struct row *r, const struct der *tagged)
{
	struct der sequence, element;
	if (!inside(&sequence, tagged))
		return;
	while (cur_left(&sequence.at) && der_next_within(&sequence.at, &element)) {
		switch (element.tag) {
		case DER_CONSTRUCTED(0):
			row_octets(r, KRB_KDC_OPTIONS, &element, 1);
			break;
		case DER_CONSTRUCTED(1):
			principal(pkt, &element, ITEM_CNAME);
			break;
		case DER_CONSTRUCTED(2):
			row_words(item(pkt), ITEM_REALM, &element);
			break;
		case DER_CONSTRUCTED(3):
			principal(pkt, &element, ITEM_SNAME);
			break;
		case DER_CONSTRUCTED(4):
			row_when(r, KRB_FROM, &element);
			break;
		case DER_CONSTRUCTED(5):
			row_when(r, KRB_TILL, &element);
			break;
		case DER_CONSTRUCTED(6):
			row_when(r, KRB_RTIME, &element);
			break;
		case DER_CONSTRUCTED(7):
			row_unsigned(r, KRB_NONCE, &element);
			break;
		case DER_CONSTRUCTED(8):
			enctypes(r, &element);
			break;
		default:
			break;
		}
	}
}

static void kdc_request(struct packet *pkt, struct row *r, struct cursor c)
{
	struct der element;
	while (cur_left(&c) && der_next_within(&c, &element)) {
		if (element.tag == DER_CONSTRUCTED(1))
			row_unsigned(r, KRB_PVNO, &element);
		else if (element.tag == DER_CONSTRUCTED(2))
			row_number(r, KRB_MSG_TYPE, &element);
		else if (element.tag == DER_CONSTRUCTED(3))
			padata(pkt, r, &element);
		else if (element.tag == DER_CONSTRUCTED(4))
			request_body(pkt, r, &element);
	}
}

static void kdc_reply(struct packet *pkt, struct row *r, struct cursor c)
{
	struct der element;
	while (cur_left(&c) && der_next_within(&c, &element)) {
		switch (element.tag) {
		case DER_CONSTRUCTED(2):
			padata(pkt, r, &element);
			break;
		case DER_CONSTRUCTED(3):
			row_words(r, KRB_CREALM, &element);
			break;
		case DER_CONSTRUCTED(4):
			principal(pkt, &element, ITEM_CNAME);
			break;
		case DER_CONSTRUCTED(5):
			ticket(pkt, r, &element);
			break;
		case DER_CONSTRUCTED(6):
			encrypted(pkt, &element);
			break;
		default:
			break;
		}
	}
}

/* RFC 4120, section 7.5.9. */
static void inform_error(struct packet *pkt, int64_t code)
{
	static const struct value_name names[] = { { 0, "NONE" }, { 1, "KDC_ERR_NAME_EXP" },
		{ 2, "KDC_ERR_SERVICE_EXP" }, { 3, "KDC_ERR_BAD_PVNO" }, { 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN" },
		{ 7, "KDC_ERR_S_PRINCIPAL_UNKNOWN" }, { 8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE" },
		{ 9, "KDC_ERR_NULL_KEY" }, { 10, "KDC_ERR_CANNOT_POSTDATE" }, { 11, "KDC_ERR_NEVER_VALID" },
		{ 12, "KDC_ERR_POLICY" }, { 13, "KDC_ERR_BADOPTION" }, { 14, "KDC_ERR_ETYPE_NOSUPP" },
		{ 15, "KDC_ERR_SUMTYPE_NOSUPP" }, { 16, "KDC_ERR_PADATA_TYPE_NOSUPP" },
		{ 18, "KDC_ERR_CLIENT_REVOKED" }, { 19, "KDC_ERR_SERVICE_REVOKED" },
		{ 20, "KDC_ERR_TGT_REVOKED" }, { 21, "KDC_ERR_CLIENT_NOTYET" },
		{ 22, "KDC_ERR_SERVICE_NOTYET" }, { 23, "KDC_ERR_KEY_EXP" }, { 24, "KDC_ERR_PREAUTH_FAILED" },
		{ 25, "KDC_ERR_PREAUTH_REQUIRED" }, { 31, "KRB_AP_ERR_BAD_INTEGRITY" },
		{ 32, "KRB_AP_ERR_TKT_EXPIRED" }, { 33, "KRB_AP_ERR_TKT_NYV" }, { 34, "KRB_AP_ERR_REPEAT" },
		{ 35, "KRB_AP_ERR_NOT_US" }, { 36, "KRB_AP_ERR_BADMATCH" }, { 37, "KRB_AP_ERR_SKEW" },
		{ 41, "KRB_AP_ERR_MODIFIED" }, { 52, "KRB_ERR_RESPONSE_TOO_BIG" }, { 60, "KRB_ERR_GENERIC" },
		{ 68, "KDC_ERR_WRONG_REALM" }, { 0, NULL } };
	const char *name = pkt->info ? info_name(names, code, NULL) : NULL;
	if (name)
		info_set(pkt, "KRB Error: KRB5%s", name);
	else
		info_set(pkt, "KRB Error: Unknown error code %d", (int)code);
}

static void error(struct packet *pkt, struct row *r, struct cursor c)
{
	struct der element, octets;
	int64_t code = 0;
	while (cur_left(&c) && der_next_within(&c, &element)) {
		switch (element.tag) {
		case DER_CONSTRUCTED(2):
			row_when(r, KRB_CTIME, &element);
			break;
		case DER_CONSTRUCTED(3):
			row_unsigned(r, KRB_CUSEC, &element);
			break;
		case DER_CONSTRUCTED(4):
			row_when(r, KRB_STIME, &element);
			break;
		case DER_CONSTRUCTED(5):
			row_unsigned(r, KRB_SUSEC, &element);
			break;
		case DER_CONSTRUCTED(6):
			code = number(&element);
			inform_error(pkt, code);
			row_number(r, KRB_ERROR_CODE, &element);
			break;
		case DER_CONSTRUCTED(7):
			row_words(r, KRB_CREALM, &element);
			break;
		case DER_CONSTRUCTED(8):
			principal(pkt, &element, ITEM_CNAME);
			break;
		case DER_CONSTRUCTED(9):
			row_words(item(pkt), ITEM_REALM, &element);
			break;
		case DER_CONSTRUCTED(10):
			principal(pkt, &element, ITEM_SNAME);
			break;
		case DER_CONSTRUCTED(11):
			row_words(r, KRB_E_TEXT, &element);
			break;
		case DER_CONSTRUCTED(12): /* which preauthentication there is */
			if (code == PREAUTH_REQUIRED && inside(&octets, &element) && octets.at.len)
				padata(pkt, r, &octets);
			break;
		default:
			break;
		}
	}
}

static void message(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct der application, sequence, element;
	if (!der_next_within(c, &application) || !inside(&sequence, &application))
		return;
	uint32_t type = application.tag & 0x1f;
	static const struct value_name names[] = { { AS_REQ, "AS-REQ" }, { AS_REP, "AS-REP" },
		{ TGS_REQ, "TGS-REQ" }, { TGS_REP, "TGS-REP" }, { AP_REQ, "AP-REQ" }, { AP_REP, "AP-REP" },
		{ 0, NULL } };
	const char *name = pkt->info ? info_name(names, type, NULL) : NULL;
	if (name)
		info_set(pkt, "%s", name);
	bool request = type == AS_REQ || type == TGS_REQ;
	struct cursor at = sequence.at;
	/* All but requests begin with version and type as [0] and [1]. */
	for (unsigned i = 0;
		i < 2 && !request && type != TICKET && cur_left(&at) && der_next_within(&at, &element); i++) {
		if (element.tag == DER_CONSTRUCTED(0))
			row_unsigned(r, KRB_PVNO, &element);
		else if (element.tag == DER_CONSTRUCTED(1))
			row_number(r, KRB_MSG_TYPE, &element);
	}
	switch (type) {
	case AS_REQ:
	case TGS_REQ:
		kdc_request(pkt, r, sequence.at);
		break;
	case AS_REP:
	case TGS_REP:
		kdc_reply(pkt, r, sequence.at);
		break;
	case AP_REQ:
		ap_request(pkt, r, sequence.at);
		break;
	case KRB_ERROR:
		error(pkt, r, sequence.at);
		break;
	default:
		break;
	}
}

/* RFC 4120, section 5.10: the application tags of messages and of what they have encrypted. */
static bool is_message(const struct cursor *c)
{
	static const uint32_t types = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 10 | 1u << 11 | 1u << 12 |
				      1u << 13 | 1u << 14 | 1u << 15 | 1u << 20 | 1u << 21 | 1u << 22 |
				      1u << 25 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 29 | 1u << 30;
	uint64_t tag;
	return cur_peek(c, 0, 1, &tag) && tag >> 6 == 1 && types >> (tag & 0x1f) & 1;
}

static enum verdict kerberos_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap && c->data[0] <= KRB4_LAST) {
		if (!krb4_is(c))
			return NOT_MINE;
		pkt_no_item(pkt);
		pkt_next_proto(pkt, &proto_krb4, *c);
		return MINE;
	}
	if (!is_message(c))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_kerberos, 0);
	message(pkt, r, c);
	return MINE;
}

static enum verdict kerberos_stream(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_kerberos, 0);
	if ((be32(c->data) & ~RECORD_BIT) > LONGEST)
		return MINE;
	row_set_at(r, KRB_RM_LENGTH, be32(c->data) & ~RECORD_BIT, c->data, RECORD_MARK);
	cur_skip(c, RECORD_MARK);
	message(pkt, r, c);
	return MINE;
}

static uint32_t record_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return (be32(c->data) & ~RECORD_BIT) + RECORD_MARK;
}

static const struct pdu kerberos_pdu = {
	.min = RECORD_MARK, .length = record_length, .dissect = kerberos_stream
};

static const struct claim kerberos_claims[] = { { CLAIM_UDP_PORT, PORT }, { CLAIM_TCP_PORT, PORT }, { 0 } };

const struct protocol proto_kerberos = {
	.name = "kerberos",
	.title = "Kerberos",
	.column = "KRB5",
	.spec = "RFC 4120",
	.help = "Lets users prove who they are with tickets from a server that both sides trust.",
	.id = PROTO_ID_kerberos,
	.records = krb_records,
	.nrecords = KRB_RECORDS,
	.claims = kerberos_claims,
	.dissect = kerberos_dissect,
	.pdu = &kerberos_pdu,
};
