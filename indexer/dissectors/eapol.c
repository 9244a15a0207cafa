/* EAP over LANs (IEEE 802.1X-2010, section 11.3), with the headers of what it carries: EAP (RFC 3748, section
 * 4) and key frames (IEEE 802.11-2020, section 12.7.2).
 *
 *      0       1      2        4
 *     +-------+------+--------+------------ - -        EAP: code (1), identifier (1), length (2), type (1)
 *     |version| type | length | body
 *     +-------+------+--------+------------ - -
 *
 *     key frame of 802.11, behind its descriptor type (1):
 *     information (2), key length (2), replay counter (8), nonce (32), IV (16), RSC (8), 8, MIC (16), data
 * length (2), data
 */
#include "indexer/dissectors/eap.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"

extern const struct protocol proto_eapol;

enum {
	EAPOL_VERSION,
	EAPOL_TYPE,
	EAPOL_LEN,
	KEY_TYPE, /* part "key" */
	KEY_LEN,
	KEY_REPLAY,
	KEY_INFO,
	KEY_NONCE,
	KEY_IV,
	KEY_MIC,
	KEY_DATA_LEN,
	KEY_INFO_VERSION,
	KEY_INFO_TYPE,
	KEY_INFO_INSTALL,
	KEY_INFO_ACK,
	KEY_INFO_MIC,
	KEY_INFO_SECURE,
	KEY_INFO_ENCRYPTED,
	EAPOL_NFIELDS
};

static const struct value_name type_names[] = { { 0, "EAP Packet" }, { 1, "Start" }, { 2, "Logoff" },
	{ 3, "Key" }, { 4, "Encapsulated ASF Alert" }, { 5, "MKA" }, { 0, NULL } };
static const struct value_name descriptor_names[] = { { 1, "RC4 Descriptor" }, { 2, "EAPOL RSN Key" },
	{ 254, "EAPOL WPA Key" }, { 0, NULL } };

static const struct field eapol_fields[EAPOL_NFIELDS] = {
	[EAPOL_VERSION] = { "eapol.version", "Version", KIND_UINT, .octets = 1 },
	[EAPOL_TYPE] = { "eapol.type", "Type", KIND_UINT, .octets = 1, .names = type_names },
	[EAPOL_LEN] = { "eapol.len", "Length", KIND_UINT, .octets = 2 },
	[KEY_TYPE] = { "eapol.keydes.type", "Key Descriptor Type", KIND_UINT, .octets = 1, .part = 1,
		.names = descriptor_names },
	[KEY_LEN] = { "eapol.keydes.key_len", "Key Length", KIND_UINT, .octets = 2, .part = 1 },
	[KEY_REPLAY] = { "eapol.keydes.replay_counter", "Replay Counter", KIND_UINT, .octets = 8, .part = 1 },
	[KEY_INFO] = { "wlan_rsna_eapol.keydes.key_info", "Key Information", KIND_UINT, BASE_HEX, 2,
		.part = 1 },
	[KEY_NONCE] = { "wlan_rsna_eapol.keydes.nonce", "WPA Key Nonce", KIND_BYTES, .part = 1 },
	[KEY_IV] = { "eapol.keydes.key_iv", "Key IV", KIND_BYTES, .part = 1 },
	[KEY_MIC] = { "wlan_rsna_eapol.keydes.mic", "WPA Key MIC", KIND_BYTES, .part = 1 },
	[KEY_DATA_LEN] = { "wlan_rsna_eapol.keydes.data_len", "WPA Key Data Length", KIND_UINT, .octets = 2,
		.part = 1 },
	[KEY_INFO_VERSION] = { "wlan_rsna_eapol.keydes.key_info.keydes_version", "Key Descriptor Version",
		KIND_UINT, .octets = 2, .of = KEY_INFO, .mask = 0x0007, .part = 1 },
	[KEY_INFO_TYPE] = { "wlan_rsna_eapol.keydes.key_info.key_type", "Key Type", KIND_BOOL, .of = KEY_INFO,
		.mask = 0x0008, .part = 1 },
	[KEY_INFO_INSTALL] = { "wlan_rsna_eapol.keydes.key_info.install", "Install", KIND_BOOL,
		.of = KEY_INFO, .mask = 0x0040, .part = 1 },
	[KEY_INFO_ACK] = { "wlan_rsna_eapol.keydes.key_info.key_ack", "Key ACK", KIND_BOOL, .of = KEY_INFO,
		.mask = 0x0080, .part = 1 },
	[KEY_INFO_MIC] = { "wlan_rsna_eapol.keydes.key_info.key_mic", "Key MIC", KIND_BOOL, .of = KEY_INFO,
		.mask = 0x0100, .part = 1 },
	[KEY_INFO_SECURE] = { "wlan_rsna_eapol.keydes.key_info.secure", "Secure", KIND_BOOL, .of = KEY_INFO,
		.mask = 0x0200, .part = 1 },
	[KEY_INFO_ENCRYPTED] = { "wlan_rsna_eapol.keydes.key_info.encrypted_key_data", "Encrypted Key Data",
		KIND_BOOL, .of = KEY_INFO, .mask = 0x1000, .part = 1 },
};

static const struct record eapol_records[] = {
	{ "eapol", RECORD_LAYER, EAPOL_NFIELDS, eapol_fields, (const char *const[]) { "key", NULL } },
};

/* Items of the tree that are no tokens of the stack. */
static const struct protocol item_mka = { .name = "mka", .title = "MACsec Key Agreement" };

enum { TYPE_EAP = 0, TYPE_KEY = 3, TYPE_MKA = 5 };
enum { DESCRIPTOR_RC4 = 1, DESCRIPTOR_RSN = 2, DESCRIPTOR_WPA = 254 };

#define EAPOL_HEADER  4
#define KEY_ENCRYPTED 0x1000
#define MIC_LENGTH    16

static void eap(struct packet *pkt, struct cursor *c)
{
	if (!cur_need(c, 4))
		return;
	pkt_item(pkt, &proto_eap, c->len);
	pkt->column = "EAP";
	eap_read(pkt, c);
}

/* Key data that is not enciphered is a list of elements, as in a management frame. */
static void key_data(struct cursor *c)
{
	while (cur_left(c)) {
		cur_take(c, 1);
		cur_take(c, (uint32_t)cur_be(c, 1));
	}
}

/* IEEE 802.11-2020, section 12.7.6: which message of a handshake it is follows from the flags. */
static void inform_key(struct packet *pkt, uint32_t info, uint32_t len)
{
	enum { PAIRWISE = 0x0008, ACK = 0x0080, MIC = 0x0100 };
	if (info & PAIRWISE)
		info_set(pkt, "Key (Message %u of 4)", info & ACK ? (info & MIC ? 3 : 1) : len ? 2 : 4);
	else
		info_set(pkt, "Key (Group Message %u of 2)", info & ACK ? 1 : 2);
}

static void key(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t descriptor = (uint32_t)row_be(r, KEY_TYPE, c, 1), info = 0;
	switch (descriptor) {
	case DESCRIPTOR_RSN:
	case DESCRIPTOR_WPA:
		info = (uint32_t)row_be(r, KEY_INFO, c, 2);
		row_be(r, KEY_LEN, c, 2);
		row_be(r, KEY_REPLAY, c, 8);
		row_bytes(r, KEY_NONCE, c, 32);
		row_bytes(r, KEY_IV, c, 16);
		cur_take(c, 8 + 8); /* receive sequence counter; identifier, reserved today */
		row_bytes(r, KEY_MIC, c, MIC_LENGTH);
		uint32_t len = (uint32_t)row_be(r, KEY_DATA_LEN, c, 2);
		if (!pkt->fail)
			inform_key(pkt, info, len);
		if (!cur_need(c, len))
			return;
		struct cursor data = cur_sub(c, len);
		if (!(info & KEY_ENCRYPTED))
			key_data(&data);
		break;
	case DESCRIPTOR_RC4: /* 802.1X-2001, 7.6: then IV, index, signature, key */
		row_be(r, KEY_LEN, c, 2);
		row_be(r, KEY_REPLAY, c, 8);
		row_bytes(r, KEY_IV, c, 16);
		cur_take(c, 1 + 16);
		break;
	default:
		break;
	}
}

static enum verdict eapol_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_eapol, 0);
	pkt_item(pkt, &proto_eapol, c->len);
	row_be(r, EAPOL_VERSION, c, 1);
	uint32_t type = (uint32_t)row_be(r, EAPOL_TYPE, c, 1), len = (uint32_t)row_be(r, EAPOL_LEN, c, 2);
	if (pkt->fail)
		return MINE;
	if (pkt->info)
		info_set(pkt, "%s", info_name(type_names, type, "Unknown"));
	pkt_trim(pkt, EAPOL_HEADER + len);
	struct cursor body = cur_sub(c, len);
	switch (type) {
	case TYPE_EAP:
		eap(pkt, &body);
		break;
	case TYPE_KEY:
		key(pkt, r, &body);
		break;
	case TYPE_MKA:
		if (cur_need(&body, 1))
			pkt_item(pkt, &item_mka, body.len);
		break;
	default:
		pkt_next_proto(pkt, &proto_data, body);
	}
	return MINE;
}

/* 0x88c7: pre-authentication (IEEE 802.11-2020, 12.6.9.2) */
static const struct claim eapol_claims[] = { { CLAIM_ETHERTYPE, 0x888e }, { CLAIM_ETHERTYPE, 0x88c7 },
	{ CLAIM_SNAP, SNAP_KEY(SNAP_BLUETOOTH, 0x0003) }, { 0 } };

const struct protocol proto_eapol = {
	.name = "eapol",
	.title = "802.1X Authentication",
	.column = "EAPOL",
	.spec = "IEEE 802.1X",
	.help = "Lets a device prove who it is before the network admits it, and agree on keys.",
	.id = PROTO_ID_eapol,
	.records = eapol_records,
	.nrecords = 1,
	.claims = eapol_claims,
	.dissect = eapol_dissect,
	.no_item = true, /* it has one even where nothing was captured: pkt_item() */
};
