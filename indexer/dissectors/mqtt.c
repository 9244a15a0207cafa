/* MQTT (OASIS, versions 3.1, 3.1.1 and 5.0): messages of a type, flags and a length of 7 bits an octet.
 *
 *      0    1 ... 4
 *     +----+---------+-------- - -
 *     |type| length  | by type: topic, identifier, payload
 *     +----+---------+-------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_mqtt;

enum {
	MQTT_HDRFLAGS,
	MQTT_LEN,
	MQTT_MSGID,
	MQTT_DUPFLAG,
	MQTT_QOS,
	MQTT_RETAIN,
	MQTT_TOPIC_LEN,
	MQTT_TOPIC,
	MQTT_MSG,
	MQTT_PROTO_LEN,
	MQTT_PROTONAME,
	MQTT_VER,
	MQTT_CONFLAGS,
	MQTT_KALIVE,
	MQTT_CLIENTID_LEN,
	MQTT_CLIENTID,
	MQTT_WILLTOPIC_LEN,
	MQTT_WILLTOPIC,
	MQTT_WILLMSG_LEN,
	MQTT_WILLMSG,
	MQTT_USERNAME_LEN,
	MQTT_USERNAME,
	MQTT_PASSWD_LEN,
	MQTT_PASSWD,
	MQTT_CONACK_FLAGS,
	MQTT_CONACK_VAL,
	MQTT_MSGTYPE,
	MQTT_NFIELDS
};
static const struct value_name mqtt_qos_names[] = { { 0, "At most once delivery (Fire and Forget)" },
	{ 1, "At least once delivery (Acknowledged deliver)" },
	{ 2, "Exactly once delivery (Assured Delivery)" }, { 3, "Reserved" }, { 0, NULL } };
static const struct value_name mqtt_ver_names[] = { { 3, "MQTT v3.1" }, { 4, "MQTT v3.1.1" },
	{ 5, "MQTT v5.0" }, { 0, NULL } };
static const struct value_name mqtt_conack_val_names[] = { { 0, "Connection Accepted" },
	{ 1, "Connection Refused: unacceptable protocol version" },
	{ 2, "Connection Refused: identifier rejected" }, { 3, "Connection Refused: server unavailable" },
	{ 4, "Connection Refused: bad user name or password" }, { 5, "Connection Refused: not authorized" },
	{ 0, NULL } };
static const struct value_name mqtt_msgtype_names[] = { { 0, "Reserved" }, { 1, "Connect Command" },
	{ 2, "Connect Ack" }, { 3, "Publish Message" }, { 4, "Publish Ack" }, { 5, "Publish Received" },
	{ 6, "Publish Release" }, { 7, "Publish Complete" }, { 8, "Subscribe Request" },
	{ 9, "Subscribe Ack" }, { 10, "Unsubscribe Request" }, { 11, "Unsubscribe Ack" },
	{ 12, "Ping Request" }, { 13, "Ping Response" }, { 14, "Disconnect Req" },
	{ 15, "Authentication Exchange" }, { 16, "Reserved" }, { 0, NULL } };
static const struct field mqtt_fields[MQTT_NFIELDS] = {
	[MQTT_HDRFLAGS] = { "mqtt.hdrflags", "Header Flags", KIND_UINT, BASE_HEX, 1 },
	[MQTT_LEN] = { "mqtt.len", "Msg Len", KIND_UINT, .octets = 8 },
	[MQTT_MSGID] = { "mqtt.msgid", "Message Identifier", KIND_UINT, .octets = 2 },
	[MQTT_DUPFLAG] = { "mqtt.dupflag", "DUP Flag", KIND_BOOL, .part = 1 },
	[MQTT_QOS] = { "mqtt.qos", "QoS Level", KIND_UINT, .octets = 1, .part = 1, .names = mqtt_qos_names },
	[MQTT_RETAIN] = { "mqtt.retain", "Retain", KIND_BOOL, .part = 1 },
	[MQTT_TOPIC_LEN] = { "mqtt.topic_len", "Topic Length", KIND_UINT, .octets = 2, .part = 1 },
	[MQTT_TOPIC] = { "mqtt.topic", "Topic", KIND_TEXT, .part = 1 },
	[MQTT_MSG] = { "mqtt.msg", "Message", KIND_BYTES, .part = 1 },
	[MQTT_PROTO_LEN] = { "mqtt.proto_len", "Protocol Name Length", KIND_UINT, .octets = 2, .part = 2 },
	[MQTT_PROTONAME] = { "mqtt.protoname", "Protocol Name", KIND_TEXT, .part = 2 },
	[MQTT_VER] = { "mqtt.ver", "Version", KIND_UINT, .octets = 1, .part = 2, .names = mqtt_ver_names },
	[MQTT_CONFLAGS] = { "mqtt.conflags", "Connect Flags", KIND_UINT, BASE_HEX, 1, .part = 2 },
	[MQTT_KALIVE] = { "mqtt.kalive", "Keep Alive", KIND_UINT, .octets = 2, .part = 2 },
	[MQTT_CLIENTID_LEN] = { "mqtt.clientid_len", "Client ID Length", KIND_UINT, .octets = 2, .part = 2 },
	[MQTT_CLIENTID] = { "mqtt.clientid", "Client ID", KIND_TEXT, .part = 2 },
	[MQTT_WILLTOPIC_LEN] = { "mqtt.willtopic_len", "Will Topic Length", KIND_UINT, .octets = 2,
		.part = 2 },
	[MQTT_WILLTOPIC] = { "mqtt.willtopic", "Will Topic", KIND_TEXT, .part = 2 },
	[MQTT_WILLMSG_LEN] = { "mqtt.willmsg_len", "Will Message Length", KIND_UINT, .octets = 2, .part = 2 },
	[MQTT_WILLMSG] = { "mqtt.willmsg", "Will Message", KIND_BYTES, .part = 2 },
	[MQTT_USERNAME_LEN] = { "mqtt.username_len", "User Name Length", KIND_UINT, .octets = 2, .part = 2 },
	[MQTT_USERNAME] = { "mqtt.username", "User Name", KIND_TEXT, .part = 2 },
	[MQTT_PASSWD_LEN] = { "mqtt.passwd_len", "Password Length", KIND_UINT, .octets = 2, .part = 2 },
	[MQTT_PASSWD] = { "mqtt.passwd", "Password", KIND_TEXT, .part = 2 },
	[MQTT_CONACK_FLAGS] = { "mqtt.conack.flags", "Acknowledge Flags", KIND_UINT, BASE_HEX, 1, .part = 3 },
	[MQTT_CONACK_VAL] = { "mqtt.conack.val", "Return Code", KIND_UINT, .octets = 1, .part = 3,
		.names = mqtt_conack_val_names },
	[MQTT_MSGTYPE] = { "mqtt.msgtype", "Message Type", KIND_UINT, .octets = 1, .of = MQTT_HDRFLAGS,
		.mask = 0xf0, .names = mqtt_msgtype_names },
};

static const struct record mqtt_records[] = {
	{ "mqtt", RECORD_LAYER, MQTT_NFIELDS, mqtt_fields,
		(const char *const[]) { "topic", "connect", "connack", NULL } },
};

enum {
	CONNECT = 1,
	CONNACK,
	PUBLISH,
	PUBACK,
	PUBREC,
	PUBREL,
	PUBCOMP,
	SUBSCRIBE,
	SUBACK,
	UNSUBSCRIBE,
	UNSUBACK
};

/* RFC-like text: two octets of length before it. */
static void text(struct row *r, unsigned length_field, struct cursor *c)
{
	uint32_t n = (uint32_t)row_be(r, length_field, c, 2);
	row_string(r, length_field + 1, c, n);
}

static uint32_t variable_length(struct cursor *c)
{
	uint32_t value = 0, octet = 0x80;
	for (unsigned i = 0; i < 4 && octet & 0x80; i++) {
		octet = (uint32_t)cur_be(c, 1);
		value |= (octet & 0x7f) << 7 * i;
	}
	return value;
}

static void connect(struct row *r, struct cursor *c)
{
	text(r, MQTT_PROTO_LEN, c);
	uint32_t version = (uint32_t)row_be(r, MQTT_VER, c, 1),
		 flags = (uint32_t)row_be(r, MQTT_CONFLAGS, c, 1);
	row_be(r, MQTT_KALIVE, c, 2);
	if (version == 5)
		cur_skip(c, variable_length(c));
	text(r, MQTT_CLIENTID_LEN, c);
	if (flags & 0x04) {
		if (version == 5)
			cur_skip(c, variable_length(c));
		text(r, MQTT_WILLTOPIC_LEN, c);
		row_bytes(r, MQTT_WILLMSG, c, (uint32_t)row_be(r, MQTT_WILLMSG_LEN, c, 2));
	}
	if (flags & 0x80)
		text(r, MQTT_USERNAME_LEN, c);
	if (flags & 0x40)
		text(r, MQTT_PASSWD_LEN, c);
}

struct mqtt_flow {
	uint8_t version;
};

/* " (id=1) [sensors/temperature]" */
static void inform_topic(struct packet *pkt, struct cursor c, bool has_id)
{
	uint8_t fail = CUR_OK; /* a look ahead is no fault of the frame's */
	c.fail = &fail;
	uint32_t n = (uint32_t)cur_be(&c, 2);
	const uint8_t *topic = pkt->info ? cur_take(&c, n) : NULL,
		      *id = topic && has_id ? cur_take(&c, 2) : NULL;
	if (id)
		info_add(pkt, " (id=%u)", be16(id));
	if (!topic)
		return;
	info_add(pkt, "%s", " [");
	info_text(pkt, topic, n);
	info_add(pkt, "%s", "]");
}

static enum verdict mqtt_dissect(struct packet *pkt, struct cursor *c)
{
	struct mqtt_flow none = { 0 }, *f = pkt_flow(pkt, &proto_mqtt);
	struct row *r = row_open(pkt, &proto_mqtt, 0);
	if (!f)
		f = &none;
	uint32_t flags = (uint32_t)row_be(r, MQTT_HDRFLAGS, c, 1), type = flags >> 4;
	row_set(r, MQTT_LEN, variable_length(c));
	if (pkt->info)
		info_set(pkt, "%s", info_name(mqtt_msgtype_names, type, "Unknown"));
	switch (type) {
	case CONNECT: {
		/* The version stands behind the protocol's name. */
		uint64_t n, version;
		if (cur_peek(c, 0, 2, &n) && cur_peek(c, (uint32_t)n + 2, 1, &version))
			f->version = (uint8_t)version;
		connect(r, c);
		break;
	}
	case CONNACK:
		row_be(r, MQTT_CONACK_FLAGS, c, 1);
		row_be(r, MQTT_CONACK_VAL, c, 1);
		break;
	case PUBLISH:
		row_set(r, MQTT_DUPFLAG, flags >> 3 & 1);
		row_set(r, MQTT_QOS, flags >> 1 & 3);
		row_set(r, MQTT_RETAIN, flags & 1);
		inform_topic(pkt, *c, flags & 0x06);
		text(r, MQTT_TOPIC_LEN, c);
		if (flags & 0x06)
			row_be(r, MQTT_MSGID, c, 2);
		if (f->version == 5)
			cur_skip(c, variable_length(c));
		row_bytes(r, MQTT_MSG, c, cur_left(c));
		break;
	case SUBSCRIBE:
	case UNSUBSCRIBE:
		row_be(r, MQTT_MSGID, c, 2);
		if (f->version == 5)
			cur_skip(c, variable_length(c));
		text(r, MQTT_TOPIC_LEN, c);
		break;
	case PUBACK:
	case PUBREC:
	case PUBREL:
	case PUBCOMP:
	case SUBACK:
	case UNSUBACK:
		row_be(r, MQTT_MSGID, c, 2);
		break;
	default:
		break;
	}
	return MINE;
}

static uint32_t mqtt_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t value = 0;
	for (unsigned i = 1; i < 5; i++) {
		if (i >= c->cap)
			return 0;
		value |= (uint32_t)(c->data[i] & 0x7f) << 7 * (i - 1);
		if (!(c->data[i] & 0x80))
			return value + 1 + i;
	}
	return UINT32_MAX;
}

static const struct pdu mqtt_pdu = { .min = 2, .length = mqtt_length };

static const struct claim mqtt_claims[] = { { CLAIM_TCP_PORT, 1883 }, { 0 } };

const struct protocol proto_mqtt = {
	.name = "mqtt",
	.title = "MQ Telemetry Transport Protocol",
	.column = "MQTT",
	.spec = "MQTT 5.0",
	.help = "Publishes short messages under topics to who subscribed.",
	.id = PROTO_ID_mqtt,
	.records = mqtt_records,
	.nrecords = 1,
	.claims = mqtt_claims,
	.dissect = mqtt_dissect,
	.pdu = &mqtt_pdu,
	.flow_size = sizeof(struct mqtt_flow),
};
