/* Manufacturing Message Specification (ISO 9506-2, section 7), ASN.1 in BER: what substations (IEC 61850) and
 * controllers ask of one another.
 *
 *     PDU      [0] request, [1] response { invoke id INTEGER, service [n] }, [2] error { invoke id [0], ...
 * }, [3] unconfirmed { service [n] }, [4] reject, [8] ... [10] initiate, [11] ... [13] conclude name     [0]
 * of the device, [1] { domain, item }, [2] of the association */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/ses.h"

enum { MMS_PDU, MMS_INVOKE_ID, MMS_REQUEST, MMS_RESPONSE, MMS_UNCONFIRMED, MMS_ORIGINAL_ID, MMS_NFIELDS };

static const struct value_name service_names[] = { { 0, "status" }, { 1, "getNameList" }, { 2, "identify" },
	{ 3, "rename" }, { 4, "read" }, { 5, "write" }, { 6, "getVariableAccessAttributes" },
	{ 7, "defineNamedVariable" }, { 11, "defineNamedVariableList" },
	{ 12, "getNamedVariableListAttributes" }, { 13, "deleteNamedVariableList" },
	{ 26, "initiateDownloadSequence" }, { 29, "initiateUploadSequence" }, { 37, "getDomainAttributes" },
	{ 38, "createProgramInvocation" }, { 40, "start" }, { 41, "stop" }, { 72, "fileOpen" },
	{ 73, "fileRead" }, { 74, "fileClose" }, { 75, "fileRename" }, { 76, "fileDelete" },
	{ 77, "fileDirectory" }, { 0, NULL } };
static const struct value_name unconfirmed_names[] = { { 0, "informationReport" }, { 1, "unsolicitedStatus" },
	{ 2, "eventNotification" }, { 0, NULL } };

static const struct field mms_fields[MMS_NFIELDS] = {
	[MMS_PDU] = { "pdu", "pdu", KIND_UINT, .internal = true },
	[MMS_INVOKE_ID] = { "mms.invokeID", "invokeID", KIND_INT, .octets = 4 },
	[MMS_REQUEST] = { "mms.confirmedServiceRequest", "confirmedServiceRequest", KIND_UINT, .octets = 4,
		.names = service_names },
	[MMS_RESPONSE] = { "mms.confirmedServiceResponse", "confirmedServiceResponse", KIND_UINT, .octets = 4,
		.names = service_names },
	[MMS_UNCONFIRMED] = { "mms.unconfirmedService", "unconfirmedService", KIND_UINT, .octets = 4,
		.names = unconfirmed_names },
	[MMS_ORIGINAL_ID] = { "mms.originalInvokeID", "originalInvokeID", KIND_INT, .octets = 4, .part = 1 },
};

/* Each object that is named. */
enum { NAME_DOMAIN, NAME_ITEM, NAME_NFIELDS };
static const struct field name_fields[NAME_NFIELDS] = {
	[NAME_DOMAIN] = { "mms.domainId", "domainId", KIND_TEXT },
	[NAME_ITEM] = { "mms.itemId", "itemId", KIND_TEXT },
};

static const struct record mms_records[] = {
	{ "mms", RECORD_LAYER, MMS_NFIELDS, mms_fields, (const char *const[]) { "reject", NULL } },
	{ "mms_object", RECORD_CHILD, NAME_NFIELDS, name_fields, NULL },
};

enum { REQUEST, RESPONSE, ERROR, UNCONFIRMED, REJECT, PDU_MAX = 13 };
enum { CLASS = 0xc0, CONTEXT = 0x80, CONSTRUCTED = 0x20, NUMBER = 0x1f, DEPTH_MAX = 12 };

/* The number of a context tag, also of one that takes several octets. */
static uint32_t number(uint32_t tag)
{
	return (tag & NUMBER) == NUMBER ? tag >> 8 : tag & NUMBER;
}

/* All names of objects in a service's parameters, however deep: a [1] that holds two strings and no more. */
static void names(struct packet *pkt, struct cursor c, unsigned depth)
{
	struct der value, domain, item;
	while (!pkt->fail && der_next_within(&c, &value)) {
		struct cursor pair = value.at;
		if (value.tag == DER_CONSTRUCTED(1) && der_peek(&pair) == DER_VISIBLE &&
			der_take(&pair, DER_VISIBLE, &domain) && der_take(&pair, DER_VISIBLE, &item) &&
			!cur_left(&pair)) {
			struct row *r = row_open(pkt, &proto_mms, 1);
			row_string(r, NAME_DOMAIN, &domain.at, domain.at.len);
			row_string(r, NAME_ITEM, &item.at, item.at.len);
		} else if (value.tag & CONSTRUCTED && depth < DEPTH_MAX) {
			names(pkt, value.at, depth + 1);
		}
	}
}

static void service(struct packet *pkt, struct row *r, unsigned field, struct cursor *c)
{
	struct der value;
	while (der_next_within(c, &value) && !pkt->fail) {
		if ((value.tag & CLASS) != CONTEXT)
			continue; /* modifiers */
		row_set_at(r, field, number(value.tag), value.at.data, value.at.len);
		if (value.tag & CONSTRUCTED) /* what it holds is the service's own sequence or choice */
			names(pkt, value.at, 0);
		return;
	}
}

static enum verdict mms_dissect(struct packet *pkt, struct cursor *c)
{
	struct der pdu, id;
	struct row *r = row_open(pkt, &proto_mms, 0);
	if (!der_next_within(c, &pdu))
		return MINE;
	uint32_t kind = number(pdu.tag);
	row_set(r, MMS_PDU, kind);
	if ((kind == REQUEST || kind == RESPONSE) && der_take(&pdu.at, DER_INTEGER, &id)) {
		row_set_at(r, MMS_INVOKE_ID, ber_integer(id.at), id.at.data, id.at.len);
		service(pkt, r, kind == REQUEST ? MMS_REQUEST : MMS_RESPONSE, &pdu.at);
	} else if (kind == ERROR && der_take(&pdu.at, DER_CONTEXT(0), &id)) {
		row_set_at(r, MMS_INVOKE_ID, ber_integer(id.at), id.at.data, id.at.len);
	} else if (kind == UNCONFIRMED) {
		service(pkt, r, MMS_UNCONFIRMED, &pdu.at);
	} else if (kind == REJECT && der_take(&pdu.at, DER_CONTEXT(0), &id)) {
		row_set_at(r, MMS_ORIGINAL_ID, ber_integer(id.at), id.at.data, id.at.len);
	}
	return MINE;
}

/* Straight on ISO transport: the tag of a PDU, and a length that is not beyond what is there. */
static bool mms_heuristic(struct packet *pkt, const struct cursor *c)
{
	uint64_t tag, len;
	(void)pkt;
	if (!cur_peek(c, 0, 1, &tag) || (tag & CLASS) != CONTEXT || !cur_peek(c, 1, 1, &len))
		return false;
	uint32_t at = 2;
	if ((tag & NUMBER) == NUMBER) {
		tag = len;
		if (!cur_peek(c, at++, 1, &len))
			return false;
	}
	if ((tag & NUMBER) > PDU_MAX || len == 0)
		return false;
	if (len & 0x80) {
		unsigned n = len & 0x7f;
		if (n == 0 || n > 4 || !cur_peek(c, at, n, &len))
			return false;
		at += n;
	}
	return at <= c->len && len <= c->len - at;
}

static const struct claim mms_claims[] = { { CLAIM_HEUR_COTP, 50 }, { 0 } };

const struct protocol proto_mms = {
	.name = "mms",
	.title = "MMS",
	.column = "MMS",
	.spec = "ISO 9506-2",
	.help = "Reads, writes and reports the variables of devices, above all those of substations.",
	.id = PROTO_ID_mms,
	.records = mms_records,
	.nrecords = 2,
	.claims = mms_claims,
	.heuristic = mms_heuristic,
	.dissect = mms_dissect,
};
