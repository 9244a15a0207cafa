/* Simple Network Management Protocol: versions 1 (RFC 1157), 2c (RFC 1901, RFC 3416), 2u (RFC 1910) and 3
 * (RFC 3412, RFC 3414). Everything is BER: a type (1), a length (1, or 0x80 + n and n octets), contents.
 *
 *     1, 2c:  30 { version, community, PDU }
 *     2u:     30 { version, parameters, PDU or octets }
 *     3:      30 { version, 30 { id, size, flags, model }, 04 { 30 { engine, boots, time, user, 04, 04 } },
 * data } data: 30 { context engine, context name, PDU }, or encrypted octets PDU:    a0 ... a8 { request,
 * error or non-repeaters, index or repetitions, 30 { 30 { name, value } ... } } trap 1: a4 { enterprise,
 * agent, generic, specific, time, bindings }
 */
#include <stdio.h>
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_snmp, proto_data;

enum {
	SNMP_VERSION,
	SNMP_COMMUNITY,
	SNMP_DATA,
	SNMP_REQUEST_ID,
	SNMP_ERROR_STATUS,
	SNMP_ERROR_INDEX,
	SNMP_BINDINGS,
	SNMP_RESPONSE_TO,
	SNMP_TIME,
	SNMP_NON_REPEATERS,
	SNMP_MAX_REPETITIONS,
	SNMP_ENTERPRISE,
	SNMP_AGENT,
	SNMP_GENERIC,
	SNMP_SPECIFIC,
	SNMP_TIMESTAMP,
	SNMP_MSG_VERSION,
	SNMP_MSG_ID,
	SNMP_MSG_MAX_SIZE,
	SNMP_MSG_FLAGS,
	SNMP_MSG_MODEL,
	SNMP_ENGINE_ID,
	SNMP_ENGINE_BOOTS,
	SNMP_ENGINE_TIME,
	SNMP_USER,
	SNMP_AUTH_PARAMETERS,
	SNMP_PRIV_PARAMETERS,
	SNMP_MSG_DATA,
	SNMP_CONTEXT_ENGINE,
	SNMP_CONTEXT_NAME,
	SNMP_ENCRYPTED,
	SNMP_PARAMETERS,
	SNMP_FLAG_BITS,
	SNMP_REPORT,
	SNMP_CRYPT,
	SNMP_AUTH,
	SNMP_NFIELDS
};

static const struct value_name version_names[] = { { 0, "version-1" }, { 1, "v2c" }, { 2, "v2u" },
	{ 3, "snmpv3" }, { 0, NULL } };
static const struct value_name pdu_names[] = { { 0, "get-request" }, { 1, "get-next-request" },
	{ 2, "get-response" }, { 3, "set-request" }, { 4, "trap" }, { 5, "getBulkRequest" },
	{ 6, "informRequest" }, { 7, "snmpV2-trap" }, { 8, "report" }, { 0, NULL } };
static const struct value_name error_names[] = { { 0, "noError" }, { 1, "tooBig" }, { 2, "noSuchName" },
	{ 3, "badValue" }, { 4, "readOnly" }, { 5, "genErr" }, { 6, "noAccess" }, { 7, "wrongType" },
	{ 8, "wrongLength" }, { 9, "wrongEncoding" }, { 10, "wrongValue" }, { 11, "noCreation" },
	{ 12, "inconsistentValue" }, { 13, "resourceUnavailable" }, { 14, "commitFailed" },
	{ 15, "undoFailed" }, { 16, "authorizationError" }, { 17, "notWritable" }, { 18, "inconsistentName" },
	{ 0, NULL } };
static const struct value_name generic_names[] = { { 0, "coldStart" }, { 1, "warmStart" }, { 2, "linkDown" },
	{ 3, "linkUp" }, { 4, "authenticationFailure" }, { 5, "egpNeighborLoss" },
	{ 6, "enterpriseSpecific" }, { 0, NULL } };
static const struct value_name model_names[] = { { 0, "Any" }, { 1, "V1" }, { 2, "V2c" }, { 3, "USM" },
	{ 0, NULL } };
static const struct value_name data_names[] = { { 0, "plaintext" }, { 1, "encryptedPDU" }, { 0, NULL } };

static const struct field snmp_fields[SNMP_NFIELDS] = {
	[SNMP_VERSION] = { "snmp.version", "version", KIND_INT, .octets = 4, .names = version_names },
	[SNMP_COMMUNITY] = { "snmp.community", "community", KIND_TEXT },
	[SNMP_DATA] = { "snmp.data", "data", KIND_UINT, .octets = 4, .names = pdu_names },
	[SNMP_REQUEST_ID] = { "snmp.request_id", "request-id", KIND_INT, .octets = 4 },
	[SNMP_ERROR_STATUS] = { "snmp.error_status", "error-status", KIND_INT, .octets = 4,
		.names = error_names },
	[SNMP_ERROR_INDEX] = { "snmp.error_index", "error-index", KIND_INT, .octets = 4 },
	[SNMP_BINDINGS] = { "snmp.variable_bindings", "variable-bindings", KIND_UINT, .octets = 4 },
	[SNMP_RESPONSE_TO] = { "snmp.response_to", "Response To", KIND_FRAME, .generated = true },
	[SNMP_TIME] = { "snmp.time", "Time", KIND_RELTIME, .generated = true },
	[SNMP_NON_REPEATERS] = { "snmp.non_repeaters", "non-repeaters", KIND_UINT, .octets = 4, .part = 1 },
	[SNMP_MAX_REPETITIONS] = { "snmp.max_repetitions", "max-repetitions", KIND_UINT, .octets = 4,
		.part = 1 },
	[SNMP_ENTERPRISE] = { "snmp.enterprise", "enterprise", KIND_TEXT, .part = 1 },
	[SNMP_AGENT] = { "snmp.agent_addr", "agent-addr", KIND_IPV4, .part = 1 },
	[SNMP_GENERIC] = { "snmp.generic_trap", "generic-trap", KIND_INT, .octets = 4, .part = 1,
		.names = generic_names },
	[SNMP_SPECIFIC] = { "snmp.specific_trap", "specific-trap", KIND_INT, .octets = 4, .part = 1 },
	[SNMP_TIMESTAMP] = { "snmp.time_stamp", "time-stamp", KIND_UINT, .octets = 4, .part = 1 },
	[SNMP_MSG_VERSION] = { "snmp.msgVersion", "msgVersion", KIND_INT, .octets = 4, .part = 2,
		.names = version_names },
	[SNMP_MSG_ID] = { "snmp.msgID", "msgID", KIND_UINT, .octets = 4, .part = 2 },
	[SNMP_MSG_MAX_SIZE] = { "snmp.msgMaxSize", "msgMaxSize", KIND_UINT, .octets = 4, .part = 2 },
	[SNMP_MSG_FLAGS] = { "snmp.msgFlags", "msgFlags", KIND_BYTES, .part = 2 },
	[SNMP_MSG_MODEL] = { "snmp.msgSecurityModel", "msgSecurityModel", KIND_UINT, .octets = 4, .part = 2,
		.names = model_names },
	[SNMP_ENGINE_ID] = { "snmp.msgAuthoritativeEngineID", "msgAuthoritativeEngineID", KIND_BYTES,
		.part = 2 },
	[SNMP_ENGINE_BOOTS] = { "snmp.msgAuthoritativeEngineBoots", "msgAuthoritativeEngineBoots", KIND_UINT,
		.octets = 4, .part = 2 },
	[SNMP_ENGINE_TIME] = { "snmp.msgAuthoritativeEngineTime", "msgAuthoritativeEngineTime", KIND_UINT,
		.octets = 4, .part = 2 },
	[SNMP_USER] = { "snmp.msgUserName", "msgUserName", KIND_TEXT, .part = 2 },
	[SNMP_AUTH_PARAMETERS] = { "snmp.msgAuthenticationParameters", "msgAuthenticationParameters",
		KIND_BYTES, .part = 2 },
	[SNMP_PRIV_PARAMETERS] = { "snmp.msgPrivacyParameters", "msgPrivacyParameters", KIND_BYTES,
		.part = 2 },
	[SNMP_MSG_DATA] = { "snmp.msgData", "msgData", KIND_UINT, .octets = 4, .part = 2,
		.names = data_names },
	[SNMP_CONTEXT_ENGINE] = { "snmp.contextEngineID", "contextEngineID", KIND_BYTES, .part = 2 },
	[SNMP_CONTEXT_NAME] = { "snmp.contextName", "contextName", KIND_TEXT, .part = 2 },
	[SNMP_ENCRYPTED] = { "snmp.encryptedPDU", "encryptedPDU", KIND_BYTES, .part = 2 },
	[SNMP_PARAMETERS] = { "snmp.parameters", "parameters", KIND_BYTES, .part = 2 },
	[SNMP_FLAG_BITS] = { "snmp.flag_bits", "Flags", KIND_UINT, .part = 2, .internal = true },
	[SNMP_REPORT] = { "snmp.v3.flags.report", "Reportable", KIND_BOOL, .of = SNMP_FLAG_BITS, .mask = 4 },
	[SNMP_CRYPT] = { "snmp.v3.flags.crypt", "Encrypted", KIND_BOOL, .of = SNMP_FLAG_BITS, .mask = 2 },
	[SNMP_AUTH] = { "snmp.v3.flags.auth", "Authenticated", KIND_BOOL, .of = SNMP_FLAG_BITS, .mask = 1 },
};

enum {
	BIND_NAME,
	BIND_INT,
	BIND_OCTETS,
	BIND_OID,
	BIND_IPV4,
	BIND_COUNTER,
	BIND_GAUGE,
	BIND_TIMETICKS,
	BIND_OPAQUE,
	BIND_STRING,
	BIND_NFIELDS
};
static const struct field bind_fields[BIND_NFIELDS] = {
	[BIND_NAME] = { "snmp.name", "Object Name", KIND_TEXT },
	[BIND_INT] = { "snmp.value.int", "Value (Integer32)", KIND_INT, .octets = 8 },
	[BIND_OCTETS] = { "snmp.value.octets", "Value (OctetString)", KIND_BYTES },
	[BIND_OID] = { "snmp.value.oid", "Value (OID)", KIND_TEXT },
	[BIND_IPV4] = { "snmp.value.ipv4", "Value (IpAddress)", KIND_IPV4 },
	[BIND_COUNTER] = { "snmp.value.counter", "Value (Counter32)", KIND_UINT, .octets = 8 },
	[BIND_GAUGE] = { "snmp.value.g32", "Value (Gauge32)", KIND_INT, .octets = 8 },
	[BIND_TIMETICKS] = { "snmp.value.timeticks", "Value (Timeticks)", KIND_UINT, .octets = 8 },
	[BIND_OPAQUE] = { "snmp.value.opaque", "Value (Opaque)", KIND_BYTES },
	[BIND_STRING] = { "snmp.var-bind_str", "Variable-binding-string", KIND_TEXT },
};

enum { LATE_RESPONSE_IN, LATE_NFIELDS };
static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_RESPONSE_IN] = { "snmp.response_in", "Response In", KIND_FRAME, .generated = true },
};

enum { REC_SNMP, REC_BIND, REC_LATE, REC_COUNT };
static const struct record snmp_records[REC_COUNT] = {
	[REC_SNMP] = { "snmp", RECORD_LAYER, SNMP_NFIELDS, snmp_fields,
		(const char *const[]) { "rare", "v3", NULL } },
	[REC_BIND] = { "snmp_varbind", RECORD_CHILD, BIND_NFIELDS, bind_fields, NULL },
	[REC_LATE] = { "snmp_response", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};

/* ---- BER ---- */

enum { INTEGER = 0x02, OCTETS = 0x04, NOTHING = 0x05, OID = 0x06, SEQUENCE = 0x30, NO_SUCH_OBJECT = 0x80 };
enum {
	IP_ADDRESS = 0x40,
	COUNTER32 = 0x41,
	GAUGE32 = 0x42,
	TIMETICKS = 0x43,
	OPAQUE = 0x44,
	COUNTER64 = 0x46
};
enum { GET = 0xa0, RESPONSE = 0xa2, TRAP = 0xa4, BULK = 0xa5, INFORM = 0xa6, TRAP_2 = 0xa7, REPORT = 0xa8 };

/* The next value: its type, and a window over its contents. An indefinite length is that of what is left. */
static unsigned value(struct cursor *c, struct cursor *contents)
{
	unsigned type = (unsigned)cur_be(c, 1);
	uint32_t len = (uint32_t)cur_be(c, 1);
	if (len == 0x80)
		len = cur_left(c);
	else if (len > 0x84)
		*c->fail = *c->fail ? *c->fail : CUR_BAD;
	else if (len > 0x80)
		len = (uint32_t)cur_be(c, len & 0x7f);
	if (!*c->fail && len > c->len - c->pos)
		*c->fail = CUR_BAD;
	*contents = cur_sub(c, len);
	return *c->fail ? 0 : type;
}

static bool expect(struct packet *pkt, struct cursor *c, unsigned type, struct cursor *contents)
{
	if (value(c, contents) == type)
		return true;
	if (!pkt->fail)
		pkt->fail = CUR_BAD;
	return false;
}

static int64_t number(struct cursor *v, bool is_signed)
{
	uint32_t n = v->len > 8 ? 8 : v->len;
	const uint8_t *p;
	cur_skip(v, v->len - n); /* a leading zero of an unsigned one */
	if (!n || !(p = cur_take(v, n)))
		return 0;
	int64_t sum = p[0] & 0x80 && is_signed ? -1 : 0;
	for (uint32_t i = 0; i < n; i++)
		sum = (int64_t)((uint64_t)sum << 8 | p[i]);
	return sum;
}

static int64_t integer(struct cursor *v)
{
	return number(v, true);
}

static void row_integer(struct packet *pkt, struct row *r, unsigned field, struct cursor *c)
{
	struct cursor v;
	if (expect(pkt, c, INTEGER, &v)) {
		const uint8_t *at = v.data;
		uint32_t n = v.len;
		row_set_at(r, field, integer(&v), at, n);
	}
}

static void row_octets(struct packet *pkt, struct row *r, unsigned field, struct cursor *c)
{
	struct cursor v;
	if (!expect(pkt, c, OCTETS, &v))
		return;
	if (v.len == 0)
		row_set(r, field, SPAN_MAKE(0, 0));
	else
		row_bytes(r, field, &v, v.len);
}

/* X.690, section 8.19: seven bits an octet; the first number is two. */
static void row_oid(struct row *r, unsigned field, struct cursor *v)
{
	char text[1024];
	size_t used = 0;
	uint64_t id = 0;
	const uint8_t *p = cur_take(v, v->len);
	bool first = true;
	for (uint32_t i = 0; p && i < v->len && used + 48 < sizeof(text); i++) {
		id = id << 7 | (p[i] & 0x7f);
		if (p[i] & 0x80)
			continue;
		int n;
		if (first)
			n = snprintf(text, 48, "%u.%llu", id < 80 ? (unsigned)(id / 40) : 2,
				(unsigned long long)(id < 80 ? id % 40 : id - 80));
		else
			n = snprintf(text + used, 24, ".%llu", (unsigned long long)id);
		used += (size_t)n;
		first = false;
		id = 0;
	}
	if (p)
		row_text(r, field, text, used, p, v->len);
}

/* ---- the PDU ---- */

/* Objects whose value Wireshark shows as text once more, which adds a token: sysDescr.0 and sysName.0. */
static bool is_text_object(const struct cursor *name)
{
	static const uint8_t objects[][8] = { { 0x2b, 6, 1, 2, 1, 1, 1, 0 }, { 0x2b, 6, 1, 2, 1, 1, 5, 0 } };
	return name->cap == 8 &&
	       (memcmp(name->data, objects[0], 8) == 0 || memcmp(name->data, objects[1], 8) == 0);
}

static void bound_value(struct row *r, unsigned type, struct cursor *v)
{
	switch (type) {
	case INTEGER:
		row_set_at(r, BIND_INT, integer(v), v->data, v->len);
		return;
	case OCTETS:
		if (v->len)
			row_bytes(r, BIND_OCTETS, v, v->len);
		else
			row_set(r, BIND_OCTETS, SPAN_MAKE(0, 0));
		return;
	case OID:
		row_oid(r, BIND_OID, v);
		return;
	case IP_ADDRESS:
		if (v->len == 4)
			row_address(r, BIND_IPV4, v, KIND_IPV4);
		return;
	case COUNTER32:
	case COUNTER64:
		row_set_at(r, BIND_COUNTER, number(v, false), v->data, v->len);
		return;
	case GAUGE32:
		row_set_at(r, BIND_GAUGE, number(v, false), v->data, v->len);
		return;
	case TIMETICKS:
		row_set_at(r, BIND_TIMETICKS, number(v, false), v->data, v->len);
		return;
	case OPAQUE:
		row_bytes(r, BIND_OPAQUE, v, v->len);
		return;
	default:
		return;
	}
}

static void bindings(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct cursor list, count;
	uint32_t n = 0;
	if (!expect(pkt, c, SEQUENCE, &list))
		return;
	/* How many there are stands above them in Wireshark: also when one is malformed. */
	for (count = list; cur_left(&count) >= 2 && !pkt->fail; n++) {
		struct cursor skipped;
		value(&count, &skipped);
		if (skipped.cap < skipped.len)
			break;
	}
	row_set(r, SNMP_BINDINGS, n);
	while (cur_left(&list)) {
		struct cursor binding, name, v;
		if (!expect(pkt, &list, SEQUENCE, &binding) || !expect(pkt, &binding, OID, &name))
			return;
		struct cursor object = name;
		unsigned type = value(&binding, &v);
		struct row *b = row_open(pkt, &proto_snmp, REC_BIND);
		row_oid(b, BIND_NAME, &name);
		if (pkt->info && row_has(b, BIND_NAME)) {
			const char *text =
				dict_get(pkt->dict, DICT_TEXT, (uint32_t)b->v[BIND_NAME], NULL, NULL);
			info_add(pkt, " %s", text ? text : "");
		}
		struct cursor again = v;
		bound_value(b, type, &v);
		if (is_text_object(&object) && type != NOTHING && type < NO_SUCH_OBJECT) {
			pkt_token(pkt, &proto_snmp);
			row_ascii(b, BIND_STRING, &again, again.len);
		}
	}
}

static void trap(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct cursor v;
	if (!expect(pkt, c, OID, &v))
		return;
	row_oid(r, SNMP_ENTERPRISE, &v);
	if (value(c, &v) == IP_ADDRESS && v.len == 4)
		row_address(r, SNMP_AGENT, &v, KIND_IPV4);
	row_integer(pkt, r, SNMP_GENERIC, c);
	row_integer(pkt, r, SNMP_SPECIFIC, c);
	if (expect(pkt, c, TIMETICKS, &v))
		row_set(r, SNMP_TIMESTAMP, number(&v, false));
	bindings(pkt, r, c);
}

static void pdu(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct cursor v;
	if (!cur_left(c))
		return;
	unsigned type = value(c, &v);
	if (type < GET || type > REPORT)
		return; /* a choice that is not known: shown as octets */
	if (pkt->info)
		info_set(pkt, "%s", info_name(pdu_names, type - GET, ""));
	if (row_has(r, SNMP_COMMUNITY) || row_has(r, SNMP_MSG_VERSION))
		row_set(r, SNMP_DATA, type - GET);
	if (type == TRAP) {
		trap(pkt, r, &v);
		return;
	}
	struct cursor id = v, identity;
	if (value(&id, &identity) == INTEGER && type != TRAP_2 && type != REPORT)
		pkt_exchange(pkt, &proto_snmp, r, (uint64_t)integer(&identity), type == RESPONSE);
	row_integer(pkt, r, SNMP_REQUEST_ID, &v);
	row_integer(pkt, r, type == BULK ? SNMP_NON_REPEATERS : SNMP_ERROR_STATUS, &v);
	row_integer(pkt, r, type == BULK ? SNMP_MAX_REPETITIONS : SNMP_ERROR_INDEX, &v);
	bindings(pkt, r, &v);
}

/* ---- version 3 ---- */

/* RFC 3414, section 2.4. */
static void security(struct packet *pkt, struct row *r, struct cursor *octets)
{
	struct cursor c, v;
	if (!expect(pkt, octets, SEQUENCE, &c))
		return;
	row_octets(pkt, r, SNMP_ENGINE_ID, &c);
	row_integer(pkt, r, SNMP_ENGINE_BOOTS, &c);
	row_integer(pkt, r, SNMP_ENGINE_TIME, &c);
	if (expect(pkt, &c, OCTETS, &v))
		row_string(r, SNMP_USER, &v, v.len);
	row_octets(pkt, r, SNMP_AUTH_PARAMETERS, &c);
	row_octets(pkt, r, SNMP_PRIV_PARAMETERS, &c);
}

static void version_3(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct cursor global, v;
	if (!expect(pkt, c, SEQUENCE, &global))
		return;
	row_integer(pkt, r, SNMP_MSG_ID, &global);
	row_integer(pkt, r, SNMP_MSG_MAX_SIZE, &global);
	if (expect(pkt, &global, OCTETS, &v) && v.len) {
		row_set(r, SNMP_FLAG_BITS, v.cap ? v.data[0] : 0);
		row_bytes(r, SNMP_MSG_FLAGS, &v, v.len);
	}
	row_integer(pkt, r, SNMP_MSG_MODEL, &global);
	if (!expect(pkt, c, OCTETS, &v))
		return;
	if (!pkt->fail && v.len)
		security(pkt, r, &v);
	switch (value(c, &v)) {
	case SEQUENCE:
		row_set(r, SNMP_MSG_DATA, 0);
		row_octets(pkt, r, SNMP_CONTEXT_ENGINE, &v);
		struct cursor name;
		if (expect(pkt, &v, OCTETS, &name))
			row_string(r, SNMP_CONTEXT_NAME, &name, name.len);
		pdu(pkt, r, &v);
		return;
	case OCTETS:
		row_set(r, SNMP_MSG_DATA, 1);
		info_set(pkt, "%s", "encryptedPDU: privKey Unknown");
		row_bytes(r, SNMP_ENCRYPTED, &v, v.len);
		return;
	default:
		return;
	}
}

/* ---- the message ---- */

/* A sequence that fits in, with an integer as its first element: Wireshark's test. */
static bool is_message(struct cursor c, bool exact)
{
	uint64_t type, len, n;
	uint32_t at = 2;
	if (!cur_peek(&c, 0, 1, &type) || type != SEQUENCE)
		return c.cap == 0;
	if (!cur_peek(&c, 1, 1, &len))
		return true; /* found too short when it is read */
	if (len > 0x80) {
		at += n = len & 0x7f;
		if (n > 8 || !cur_peek(&c, 2, (unsigned)n, &len))
			return true;
	} else if (len == 0x80) {
		len = c.len > at ? c.len - at : 0;
	}
	if (len > c.len - at || (exact && len != c.len - at))
		return false;
	return !cur_peek(&c, at, 1, &type) || (type & 0x1f) == INTEGER;
}

/* Wireshark opens a conversation for the sender's port, so that answers may come from any port: what these
 * ports say from now on is a stream of its own. */
static void expect_answers(struct packet *pkt)
{
	const struct expected e = { .type = CONV_UDP,
		.address = pkt->net_src,
		.other = pkt->net_dst,
		.port = pkt->srcport,
		.other_port = pkt->dstport };
	if (pkt->conversation && pkt->net_src && pkt->net_dst)
		pkt_expect(pkt, &proto_snmp, &e);
}

static enum verdict snmp_dissect(struct packet *pkt, struct cursor *c)
{
	struct cursor message, v;
	if (!is_message(*c, false))
		return NOT_MINE;
	expect_answers(pkt);
	struct row *r = row_open(pkt, &proto_snmp, REC_SNMP);
	if (!expect(pkt, c, SEQUENCE, &message) || !expect(pkt, &message, INTEGER, &v))
		return MINE;
	int64_t version = integer(&v);
	if (version >= 0 && version <= 3)
		row_set(r, version == 3 ? SNMP_MSG_VERSION : SNMP_VERSION, version);
	switch (version) {
	case 0:
	case 1:
		if (cur_left(&message) && expect(pkt, &message, OCTETS, &v)) {
			row_string(r, SNMP_COMMUNITY, &v, v.len);
			pdu(pkt, r, &message);
		}
		break;
	case 2:
		row_octets(pkt, r, SNMP_PARAMETERS, &message);
		pdu(pkt, r, &message);
		break;
	case 3:
		version_3(pkt, r, &message);
		break;
	default:
		break;
	}
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

static const struct claim snmp_claims[] = { { CLAIM_UDP_PORT, 161 }, { CLAIM_UDP_PORT, 162 },
	{ CLAIM_UDP_PORT, 8161 }, { CLAIM_ETHERTYPE, 0x814c }, { CLAIM_TCP_PORT, 161 },
	{ CLAIM_TCP_PORT, 162 }, { 0 } };

static const struct exchange_fields snmp_exchange = {
	.response_to = SNMP_RESPONSE_TO,
	.time = SNMP_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = REC_LATE,
	.response_in = LATE_RESPONSE_IN,
	.by_ports = true,
};

const struct protocol proto_snmp = {
	.name = "snmp",
	.title = "Simple Network Management Protocol",
	.column = "SNMP",
	.spec = "RFC 3411 to RFC 3418",
	.help = "Reads and sets what devices tell of themselves: counters, states, names.",
	.id = PROTO_ID_snmp,
	.records = snmp_records,
	.nrecords = REC_COUNT,
	.claims = snmp_claims,
	.exchange = &snmp_exchange,
	.flow_size = 1,
	.dissect = snmp_dissect,
};
