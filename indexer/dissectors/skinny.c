/* Skinny Client Control Protocol, between Cisco's telephones and their call manager. No public specification;
 * numbers are little-endian:
 *
 *      0            4         8            12
 *     +------------+---------+------------+------- - -
 *     |data length |version  | message id | as many octets as the length says, the id among them
 *     +------------+---------+------------+------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/rtp.h"

extern const struct protocol proto_skinny;

enum { SKINNY_LENGTH, SKINNY_VERSION, SKINNY_MESSAGE, SKINNY_NFIELDS };

static const struct value_name skinny_versions[] = { { 0, "Basic" }, { 10, "V10" }, { 11, "V11" },
	{ 15, "V15" }, { 16, "V16" }, { 17, "V17" }, { 18, "V18" }, { 19, "V19" }, { 20, "V20" },
	{ 21, "V21" }, { 22, "V22" }, { 0, NULL } };

enum message {
	OPEN_RECEIVE_CHANNEL_ACK = 0x22,
	START_MEDIA_TRANSMISSION = 0x8a,
	START_MEDIA_TRANSMISSION_ACK = 0x154
};

static const struct value_name skinny_messages[] = { { 0x0, "KeepAliveReq" }, { 0x1, "RegisterReq" },
	{ 0x2, "IpPort" }, { 0x3, "KeypadButton" }, { 0x4, "EnblocCall" }, { 0x5, "Stimulus" },
	{ 0x6, "OffHook" }, { 0x7, "OnHook" }, { 0x8, "HookFlash" }, { 0x9, "ForwardStatReq" },
	{ 0xa, "SpeedDialStatReq" }, { 0xb, "LineStatReq" }, { 0xc, "ConfigStatReq" }, { 0xd, "TimeDateReq" },
	{ 0xe, "ButtonTemplateReq" }, { 0xf, "VersionReq" }, { 0x10, "CapabilitiesRes" },
	{ 0x20, "AlarmMessage" }, { OPEN_RECEIVE_CHANNEL_ACK, "OpenReceiveChannelAck" },
	{ 0x23, "ConnectionStatisticsRes" }, { 0x25, "SoftKeySetReq" }, { 0x26, "SoftKeyEvent" },
	{ 0x27, "UnregisterReq" }, { 0x28, "SoftKeyTemplateReq" }, { 0x49, "SubscriptionStatReq" },
	{ 0x81, "RegisterAck" }, { 0x82, "StartTone" }, { 0x83, "StopTone" }, { 0x85, "SetRinger" },
	{ 0x86, "SetLamp" }, { 0x88, "SetSpeakerMode" },
	{ START_MEDIA_TRANSMISSION, "StartMediaTransmission" }, { 0x8b, "StopMediaTransmission" },
	{ 0x8f, "CallInfo" }, { 0x90, "ForwardStatRes" }, { 0x94, "DefineTimeDate" }, { 0x99, "DisplayText" },
	{ 0x9a, "ClearDisplay" }, { 0x9b, "CapabilitiesReq" }, { 0x100, "KeepAliveAck" },
	{ 0x105, "OpenReceiveChannel" }, { 0x106, "CloseReceiveChannel" },
	{ 0x107, "ConnectionStatisticsReq" }, { 0x110, "SelectSoftKeys" }, { 0x111, "CallState" },
	{ 0x112, "DisplayPromptStatus" }, { 0x113, "ClearPromptStatus" }, { 0x116, "ActivateCallPlane" },
	{ 0x11d, "DialedNumber" }, { 0x144, "DisplayPriNotify" }, { 0x145, "ClearPriNotify" },
	{ 0x14a, "CallInfoV2" }, { START_MEDIA_TRANSMISSION_ACK, "StartMediaTransmissionAck" }, { 0, NULL } };

static const struct field skinny_fields[SKINNY_NFIELDS] = {
	[SKINNY_LENGTH] = { "skinny.data_length", "Data length", KIND_UINT, .octets = 4 },
	[SKINNY_VERSION] = { "skinny.hdr_version", "Header version", KIND_UINT, BASE_HEX, 4,
		.names = skinny_versions },
	[SKINNY_MESSAGE] = { "skinny.messageId", "Message ID", KIND_UINT, .octets = 4,
		.names = skinny_messages },
};

static const struct record skinny_records[] = { { "skinny", RECORD_LAYER, SKINNY_NFIELDS, skinny_fields,
	NULL } };

/* An address and a port where media are awaited. From version 16 on the address tells its kind and has 16
 * octets. */
static void media(struct packet *pkt, struct cursor *c, uint32_t version)
{
	enum kind kind = KIND_IPV4;
	if (version > 15) {
		kind = cur_le(c, 4) ? KIND_IPV6 : KIND_IPV4;
	}
	const uint8_t *address = cur_take(c, version > 15 ? 16 : 4);
	uint32_t port = (uint32_t)cur_le(c, 4);
	if (!pkt->fail && address && port)
		rtp_expect(
			pkt, pkt_address(pkt, kind, address), (uint16_t)port, 0, &(struct rtp_media) { 0 });
}

static enum verdict skinny_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_skinny, 0);
	row_le(r, SKINNY_LENGTH, c, 4);
	uint32_t version = (uint32_t)row_le(r, SKINNY_VERSION, c, 4);
	switch (row_le(r, SKINNY_MESSAGE, c, 4)) {
	case OPEN_RECEIVE_CHANNEL_ACK: /* status */
		cur_skip(c, 4);
		media(pkt, c, version);
		break;
	case START_MEDIA_TRANSMISSION: /* conference, party */
		cur_skip(c, 8);
		media(pkt, c, version);
		break;
	case START_MEDIA_TRANSMISSION_ACK: /* conference, party, call */
		cur_skip(c, 12);
		media(pkt, c, version);
		break;
	default:
		break;
	}
	return MINE;
}

static uint32_t skinny_length(struct packet *pkt, const struct cursor *c)
{
	uint32_t n = le32(c->data);
	(void)pkt;
	return n > UINT32_MAX - 8 ? UINT32_MAX : n + 8;
}

static bool skinny_test(struct packet *pkt, const struct cursor *c)
{
	uint64_t version;
	(void)pkt;
	if (c->cap < 8 || le32(c->data) < 4)
		return false;
	version = le32(c->data + 4);
	for (const struct value_name *v = skinny_versions; v->name; v++)
		if ((uint64_t)v->value == version)
			return true;
	return false;
}

static const struct pdu skinny_pdu = { .min = 4, .length = skinny_length, .test = skinny_test };

static const struct claim skinny_claims[] = { { CLAIM_TCP_PORT, 2000 }, { 0 } };

const struct protocol proto_skinny = {
	.name = "skinny",
	.title = "Skinny Client Control Protocol",
	.column = "SKINNY",
	.help = "Lets a call manager control Cisco's telephones.",
	.id = PROTO_ID_skinny,
	.records = skinny_records,
	.nrecords = 1,
	.claims = skinny_claims,
	.dissect = skinny_dissect,
	.pdu = &skinny_pdu,
};
