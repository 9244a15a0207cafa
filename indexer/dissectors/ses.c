/* ISO session protocol (ISO/IEC 8327-1, section 8.2), over ISO transport.
 *
 *      0       1        (3 octets when LI is 255)
 *     +-------+-------+---- - -        ---- - -+---- - -
 *     | SI    | LI    | parameters: PI, LI, value | the user's information of data units
 *     +-------+-------+---- - -        ---- - -+---- - -
 *
 * Units follow one another: GIVE TOKENS (1) comes before DATA TRANSFER (1 too). What the user sends stands in
 * a parameter, or behind the last unit, and is presentation's. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/ses.h"

enum { SES_TYPE, SES_LENGTH, SES_CALLING, SES_CALLED, SES_NFIELDS };

static const struct value_name type_names[] = { { 1, "Give tokens PDU" }, { 2, "Please tokens PDU" },
	{ 5, "Expedited data (EX) SPDU" }, { 7, "PREPARE (PR) SPDU" }, { 8, "NOT FINISHED (NF) SPDU" },
	{ 9, "FINISH (FN) SPDU" }, { 10, "DISCONNECT (DN) SPDU" }, { 12, "REFUSE (RF) SPDU" },
	{ 13, "CONNECT (CN) SPDU" }, { 14, "ACCEPT (AC) SPDU" }, { 15, "CONNECT DATA OVERFLOW (CDO) SPDU" },
	{ 16, "OVERFLOW ACCEPT (OA) SPDU" }, { 21, "GIVE TOKENS CONFIRM (GTC) SPDU" },
	{ 22, "GIVE TOKENS ACK (GTA) SPDU" }, { 25, "ABORT (AB) SPDU" }, { 26, "ABORT ACCEPT (AA) SPDU" },
	{ 29, "ACTIVITY RESUME (AR) SPDU" }, { 33, "TYPED DATA (TD) SPDU" },
	{ 34, "RESYNCHRONIZE ACK (RA) SPDU" }, { 41, "MAJOR SYNC POINT (MAP) SPDU" },
	{ 42, "MAJOR SYNC ACK (MAA) SPDU" }, { 45, "ACTIVITY START (AS) SPDU" },
	{ 48, "EXCEPTION DATA (ED) SPDU" }, { 49, "MINOR SYNC POINT (MIP) SPDU" },
	{ 50, "MINOR SYNC ACK (MIA) SPDU" }, { 53, "RESYNCHRONIZE (RS) SPDU" },
	{ 57, "ACTIVITY DISCARD (AD) SPDU" }, { 58, "ACTIVITY DISCARD ACK (ADA) SPDU" },
	{ 61, "CAPABILITY DATA (CD) SPDU" }, { 62, "CAPABILITY DATA ACK (CDA) SPDU" },
	{ 64, "UNIT DATA (UD) SPDU" }, { 0, NULL } };

static const struct field ses_fields[SES_NFIELDS] = {
	[SES_TYPE] = { "ses.type", "SPDU Type", KIND_UINT, .octets = 1, .names = type_names },
	[SES_LENGTH] = { "ses.length", "Length", KIND_UINT, .octets = 2 },
	[SES_CALLING] = { "ses.calling_session_selector", "Calling Session Selector", KIND_BYTES },
	[SES_CALLED] = { "ses.called_session_selector", "Called Session Selector", KIND_BYTES },
};

/* The layer is all units of a transport message; each of them is a row. */
enum { LAYER_UNITS, LAYER_NFIELDS };
static const struct field layer_fields[LAYER_NFIELDS] = {
	[LAYER_UNITS] = { "units", "units", KIND_UINT, .internal = true },
};

static const struct record ses_records[] = {
	{ "ses", RECORD_LAYER, LAYER_NFIELDS, layer_fields, NULL },
	{ "ses_spdu", RECORD_CHILD, SES_NFIELDS, ses_fields, NULL },
};

enum {
	GIVE_TOKENS = 1, /* and DATA TRANSFER, where it is not the first */
	PLEASE_TOKENS = 2,
	TYPED_DATA = 33,
	MINOR_SYNC_ACK = 50,
	/* parameters */
	CALLING_SELECTOR = 51,
	CALLED_SELECTOR = 52,
	USER_DATA = 193,
	EXTENDED_USER_DATA = 194
};

static bool known(uint64_t type)
{
	const struct value_name *n = type_names;
	while (n->name && n->value != (int64_t)type)
		n++;
	return n->name;
}

/* A length at `at`: how many octets it takes, and its value. 0: it is not there. */
static unsigned length_at(const struct cursor *c, uint32_t at, uint32_t *len)
{
	uint64_t v;
	if (!cur_peek(c, at, 1, &v))
		return 0;
	*len = (uint32_t)v;
	if (v != 0xff)
		return 1;
	if (!cur_peek(c, at + 1, 2, &v))
		return 0;
	*len = (uint32_t)v;
	return 3;
}

/* A known unit that is there (its length may be one too much), and one behind it if there is anything.
 * Siemens' own protocol begins with the number of MINOR SYNC ACK: what follows must be a parameter then,
 * which it is not. */
static bool ses_heuristic(struct packet *pkt, const struct cursor *c)
{
	uint64_t type, parameter;
	uint32_t len;
	(void)pkt;
	if (c->cap < 2 || !cur_peek(c, 0, 1, &type) || !known(type))
		return false;
	if (type == MINOR_SYNC_ACK && cur_peek(c, 2, 1, &parameter) && c->cap > 2 && c->data[1] >= 1 &&
		c->data[1] <= 7 && parameter == 0)
		return false;
	unsigned n = length_at(c, 1, &len);
	if (n == 0 || c->cap - 1 < len)
		return false;
	uint32_t at = 1 + n + len;
	return at >= c->cap || known(c->data[at]);
}

static uint32_t length(struct row *r, struct cursor *c)
{
	uint32_t at = c->pos, n = (uint32_t)cur_be(c, 1);
	if (n == 0xff)
		n = (uint32_t)cur_be(c, 2);
	row_set_at(r, SES_LENGTH, n, c->data + at, c->pos - at);
	return n;
}

static void parameters(struct packet *pkt, struct row *r, struct cursor *c)
{
	while (cur_left(c) && !pkt->fail) {
		uint32_t type = (uint32_t)cur_be(c, 1), len = (uint32_t)cur_be(c, 1);
		if (len == 0xff)
			len = (uint32_t)cur_be(c, 2);
		struct cursor value = cur_sub(c, len);
		if (type == CALLING_SELECTOR)
			row_bytes(r, SES_CALLING, &value, len);
		else if (type == CALLED_SELECTOR)
			row_bytes(r, SES_CALLED, &value, len);
		else if (type == USER_DATA || type == EXTENDED_USER_DATA)
			pkt_next_always(pkt, &proto_pres, value);
	}
}

static enum verdict ses_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *layer = row_open(pkt, &proto_ses, 0);
	unsigned units = 0;
	for (bool last = false; !last && cur_left(c) && !pkt->fail; units++) {
		uint32_t begin = c->pos;
		struct row *r = row_open(pkt, &proto_ses, 1);
		uint32_t type = (uint32_t)row_be(r, SES_TYPE, c, 1);
		struct cursor inside = cur_sub(c, length(r, c));
		bool tokens = units == 0 && (type == GIVE_TOKENS || type == PLEASE_TOKENS);
		uint32_t len = c->pos - begin;
		if (units)
			pkt_item(pkt, &proto_ses, len);
		else
			pkt_item_len(pkt, len);
		if (!tokens)
			parameters(pkt, r, &inside);
		/* Units of data end what the transport brought: the rest is the user's. */
		last = !tokens && (type == GIVE_TOKENS || type == TYPED_DATA);
		if (last && !pkt->fail)
			pkt_next_proto(pkt, &proto_pres, cur_rest(c));
	}
	row_set(layer, LAYER_UNITS, units);
	return MINE;
}

static const struct claim ses_claims[] = { { CLAIM_HEUR_COTP, 30 }, { 0 } };

const struct protocol proto_ses = {
	.name = "ses",
	.title = "ISO 8327-1 OSI Session Protocol",
	.column = "SES",
	.spec = "ISO/IEC 8327-1",
	.help = "Opens and closes dialogues over ISO transport: below MMS of substations.",
	.id = PROTO_ID_ses,
	.records = ses_records,
	.nrecords = 2,
	.claims = ses_claims,
	.heuristic = ses_heuristic,
	.dissect = ses_dissect,
};
