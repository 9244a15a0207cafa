/* Financial Information eXchange: fields of a number and a value, each closed by SOH; the first tells the
 * version, the second the length of what follows up to the check sum, the last.
 *
 *     8=FIX.4.2|9=65|35=A|49=SERVER|56=CLIENT|34=177|...|10=062|
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_fix;

enum {
	FIX_BEGINSTRING,
	FIX_BODYLENGTH,
	FIX_MSGTYPE,
	FIX_SENDERCOMPID,
	FIX_TARGETCOMPID,
	FIX_MSGSEQNUM,
	FIX_SENDINGTIME,
	FIX_CHECKSUM,
	FIX_CLORDID,
	FIX_ORDERID,
	FIX_SYMBOL,
	FIX_SIDE,
	FIX_ORDERQTY,
	FIX_PRICE,
	FIX_ORDSTATUS,
	FIX_EXECTYPE,
	FIX_TEXT,
	FIX_ACCOUNT,
	FIX_NFIELDS
};
static const struct field fix_fields[FIX_NFIELDS] = {
	[FIX_BEGINSTRING] = { "fix.BeginString", "BeginString (8)", KIND_TEXT },
	[FIX_BODYLENGTH] = { "fix.BodyLength", "BodyLength (9)", KIND_TEXT },
	[FIX_MSGTYPE] = { "fix.MsgType", "MsgType (35)", KIND_TEXT },
	[FIX_SENDERCOMPID] = { "fix.SenderCompID", "SenderCompID (49)", KIND_TEXT },
	[FIX_TARGETCOMPID] = { "fix.TargetCompID", "TargetCompID (56)", KIND_TEXT },
	[FIX_MSGSEQNUM] = { "fix.MsgSeqNum", "MsgSeqNum (34)", KIND_TEXT },
	[FIX_SENDINGTIME] = { "fix.SendingTime", "SendingTime (52)", KIND_TEXT },
	[FIX_CHECKSUM] = { "fix.CheckSum", "CheckSum (10)", KIND_TEXT },
	[FIX_CLORDID] = { "fix.ClOrdID", "ClOrdID (11)", KIND_TEXT, .part = 1 },
	[FIX_ORDERID] = { "fix.OrderID", "OrderID (37)", KIND_TEXT, .part = 1 },
	[FIX_SYMBOL] = { "fix.Symbol", "Symbol (55)", KIND_TEXT, .part = 1 },
	[FIX_SIDE] = { "fix.Side", "Side (54)", KIND_TEXT, .part = 1 },
	[FIX_ORDERQTY] = { "fix.OrderQty", "OrderQty (38)", KIND_TEXT, .part = 1 },
	[FIX_PRICE] = { "fix.Price", "Price (44)", KIND_TEXT, .part = 1 },
	[FIX_ORDSTATUS] = { "fix.OrdStatus", "OrdStatus (39)", KIND_TEXT, .part = 1 },
	[FIX_EXECTYPE] = { "fix.ExecType", "ExecType (150)", KIND_TEXT, .part = 1 },
	[FIX_TEXT] = { "fix.Text", "Text (58)", KIND_TEXT, .part = 1 },
	[FIX_ACCOUNT] = { "fix.Account", "Account (1)", KIND_TEXT, .part = 1 },
};

enum { ANY_FIELD_TAG, ANY_FIELD_VALUE, ANY_NFIELDS };
static const struct field any_fields[ANY_NFIELDS] = {
	[ANY_FIELD_TAG] = { "fix.field.tag", "Field Tag", KIND_UINT, .octets = 2 },
	[ANY_FIELD_VALUE] = { "fix.field.value", "Field Value", KIND_TEXT },
};

static const struct record fix_records[] = {
	{ "fix", RECORD_LAYER, FIX_NFIELDS, fix_fields, (const char *const[]) { "order", NULL } },
	{ "fix_field", RECORD_CHILD, ANY_NFIELDS, any_fields, NULL },
};

/* Numbers of the fields above, in their order. */
static const uint16_t tags[FIX_NFIELDS] = { 8, 9, 35, 49, 56, 34, 52, 10, 11, 37, 55, 54, 38, 44, 39, 150, 58,
	1 };

enum { SOH = 1, CHECKSUM_LEN = 7 };

struct fix_flow {
	bool known;
};

struct field_at {
	uint32_t tag, value, len, next;
};

/* The field at `at`. False: it does not end here, or is none. */
static bool take_field(const struct cursor *c, uint32_t at, struct field_at *f)
{
	const uint8_t *soh = at < c->cap ? memchr(c->data + at, SOH, c->cap - at) : NULL;
	const uint8_t *is = soh ? memchr(c->data + at, '=', (size_t)(soh - c->data) - at) : NULL;
	if (!is)
		return false;
	f->tag = text_number((const char *)c->data + at, (uint32_t)(is - c->data) - at);
	f->value = (uint32_t)(is - c->data) + 1;
	f->len = (uint32_t)(soh - c->data) - f->value;
	f->next = (uint32_t)(soh - c->data) + 1;
	return true;
}

static enum verdict fix_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_fix, 0);
	struct field_at f;
	if (c->cap < 5 || memcmp(c->data, "8=FIX", 5) != 0)
		info_set(pkt, "%s", "[FIX continuation]");
	else
		info_clear(pkt);
	for (uint32_t at = 0; take_field(c, at, &f) && !pkt->fail; at = f.next) {
		const char *value = (const char *)c->data + f.value;
		unsigned known = 0;
		while (known < FIX_NFIELDS && tags[known] != f.tag)
			known++;
		if (known < FIX_NFIELDS && !row_has(r, known))
			row_words(r, known, value, f.len);
		struct row *any = row_open(pkt, &proto_fix, 1);
		row_set_at(any, ANY_FIELD_TAG, f.tag & 0xffff, c->data + at, f.value - 1 - at);
		row_words(any, ANY_FIELD_VALUE, value, f.len);
	}
	return MINE;
}

/* Where the next message begins; all there is when none does. */
static uint32_t next_message(const struct cursor *c)
{
	for (uint32_t i = 1; i + 5 <= c->cap; i++)
		if (memcmp(c->data + i, "8=FIX", 5) == 0)
			return i;
	return c->cap;
}

static uint32_t fix_length(struct packet *pkt, const struct cursor *c)
{
	struct field_at begin, body;
	(void)pkt;
	if (c->cap >= 5 && memcmp(c->data, "8=FIX", 5) != 0)
		return next_message(c);
	if (!take_field(c, 0, &begin) || begin.tag != 8)
		return next_message(c);
	if (!take_field(c, begin.next, &body))
		return 0;
	if (body.tag != 9)
		return 0;
	uint32_t n = text_number((const char *)c->data + body.value, body.len);
	return n > UINT32_MAX - body.next - CHECKSUM_LEN ? UINT32_MAX : body.next + n + CHECKSUM_LEN;
}

static bool fix_test(struct packet *pkt, const struct cursor *c)
{
	struct fix_flow *f = pkt_flow(pkt, &proto_fix);
	if (f && f->known)
		return true;
	if (c->cap < 5 || memcmp(c->data, "8=FIX", 5) != 0)
		return false;
	pkt_speak(pkt, &proto_fix);
	if (f)
		f->known = true;
	return true;
}

static const struct pdu fix_pdu = { .min = 10, .length = fix_length, .test = fix_test };

static const struct claim fix_claims[] = { { CLAIM_HEUR_TCP, 640 }, { 0 } };

const struct protocol proto_fix = {
	.name = "fix",
	.title = "Financial Information eXchange Protocol",
	.column = "FIX",
	.spec = "FIX 4.4",
	.help = "Orders and reports between traders and exchanges.",
	.id = PROTO_ID_fix,
	.records = fix_records,
	.nrecords = 2,
	.claims = fix_claims,
	.dissect = fix_dissect,
	.pdu = &fix_pdu,
	.flow_size = sizeof(struct fix_flow),
};
