/* IEEE 802.11 frames (IEEE 802.11-2020, section 9.2.3). All numbers are little-endian.
 *
 *      0        2          4           10          16          22      24          30   32    36
 *     +--------+----------+-----------+-----------+-----------+-------+-----------+----+-----+------ - -
 * ----+---+ |frame   |duration/ | address 1 | address 2 | address 3 |seqctl | address 4 |QoS |HTC  | body
 * |FCS| |control |AID       | (receiver)|           |           |       | (both DS) |data|order| |   |
 *     +--------+----------+-----------+-----------+-----------+-------+-----------+----+-----+------ - -
 * ----+---+
 *
 *     frame control, first octet: subtype 7-4, type 3-2, version 1-0; second: order, protected, more data,
 * power management, retry, more fragments, from DS, to DS
 *
 * Which address is which follows from the two DS flags (table 9-30):
 *
 *     to from   address 1   address 2   address 3   address 4
 *      0   0    DA          SA          BSSID
 *      0   1    DA          BSSID       SA
 *      1   0    BSSID       SA          DA
 *      1   1    receiver    transmitter DA          SA
 */
#include "indexer/dissectors/wlan.h"

#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "schema/address.h"

extern const struct protocol proto_eth, proto_llc;

static const struct value_name type_names[] = { { 0, "Management frame" }, { 1, "Control frame" },
	{ 2, "Data frame" }, { 3, "Extension frame" }, { 0, NULL } };

static const struct value_name type_subtype_names[] = { { 0x00, "Association Request" },
	{ 0x01, "Association Response" }, { 0x02, "Reassociation Request" },
	{ 0x03, "Reassociation Response" }, { 0x04, "Probe Request" }, { 0x05, "Probe Response" },
	{ 0x06, "Measurement Pilot" }, { 0x08, "Beacon frame" }, { 0x09, "ATIM" }, { 0x0a, "Disassociate" },
	{ 0x0b, "Authentication" }, { 0x0c, "Deauthentication" }, { 0x0d, "Action" },
	{ 0x0e, "Action No Ack" }, { 0x12, "Trigger" }, { 0x14, "Beamforming Report Poll" },
	{ 0x15, "VHT/HE NDP Announcement" }, { 0x17, "Control Wrapper" }, { 0x18, "802.11 Block Ack Req" },
	{ 0x19, "802.11 Block Ack" }, { 0x1a, "Power-Save poll" }, { 0x1b, "Request-to-send" },
	{ 0x1c, "Clear-to-send" }, { 0x1d, "Acknowledgement" }, { 0x1e, "CF-End (Control-frame)" },
	{ 0x1f, "CF-End + CF-Ack (Control-frame)" }, { 0x20, "Data" }, { 0x21, "Data + CF-Ack" },
	{ 0x22, "Data + CF-Poll" }, { 0x23, "Data + CF-Ack + CF-Poll" }, { 0x24, "Null function (No data)" },
	{ 0x28, "QoS Data" }, { 0x2c, "QoS Null function (No data)" }, { 0, NULL } };

static const struct value_name tid_names[] = { { 0, "Best Effort (Best Effort)" },
	{ 1, "Background (Background)" }, { 2, "Spare (Background)" },
	{ 3, "Excellent Effort (Best Effort)" }, { 4, "Controlled Load (Video)" }, { 5, "Video (Video)" },
	{ 6, "Voice (Voice)" }, { 7, "Network Control (Voice)" }, { 0, NULL } };

static const struct value_name ack_names[] = { { 0, "Normal Ack" }, { 1, "No Ack" },
	{ 2, "No explicit acknowledgment" }, { 3, "Block Ack" }, { 0, NULL } };

/* Type and "to DS" in SQL, for the addresses' meaning. */
#define FC_TYPE       "({fc} >> 10 & 3)"
#define FC_DATA       FC_TYPE " = 2"
#define FC_MANAGEMENT FC_TYPE " = 0"

static const struct field wlan_fields[WLAN_NFIELDS] = {
	[WLAN_FC] = { "wlan.fc", "Frame Control Field", KIND_UINT, BASE_HEX, 2 },
	[WLAN_DURATION] = { "wlan.duration", "Duration", KIND_UINT, .octets = 2 },
	[WLAN_RA] = { "wlan.ra", "Receiver address", KIND_ETHER },
	[WLAN_A2] = { "a2", "second address", KIND_ETHER, .internal = true },
	[WLAN_A3] = { "a3", "third address", KIND_ETHER, .internal = true },
	[WLAN_SEQCTL] = { "seqctl", "sequence control", KIND_UINT, .octets = 2, .internal = true },
	[WLAN_QOS] = { "wlan.qos", "Qos Control", KIND_UINT, BASE_HEX, 2 },
	[WLAN_A4] = { "a4", "fourth address", KIND_ETHER, .part = 1, .internal = true },
	[WLAN_AID] = { "wlan.aid", "Association ID", KIND_UINT, .octets = 2, .part = 1 },
	[WLAN_WEP_IV] = { "wlan.wep.iv", "Initialization Vector", KIND_UINT, BASE_HEX, 3, .part = 1 },
	[WLAN_WEP_KEY] = { "wlan.wep.key", "Key Index", KIND_UINT, .octets = 1, .part = 1 },
	[WLAN_WEP_ICV] = { "wlan.wep.icv", "WEP ICV", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[WLAN_FCS] = { "wlan.fcs", "Frame check sequence", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[WLAN_BA_CONTROL] = { "wlan.ba.control", "Block Ack Control", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[WLAN_TIMESTAMP] = { "wlan.fixed.timestamp", "Timestamp", KIND_UINT, .octets = 8, .part = 2 },
	[WLAN_BEACON] = { "wlan.fixed.beacon", "Beacon Interval", KIND_UINT, .octets = 4, .part = 2 },
	[WLAN_CAPABILITIES] = { "wlan.fixed.capabilities", "Capabilities Information", KIND_UINT, BASE_HEX, 2,
		.part = 2 },
	[WLAN_LISTEN_IVAL] = { "wlan.fixed.listen_ival", "Listen Interval", KIND_UINT, BASE_HEX, 2,
		.part = 2 },
	[WLAN_CURRENT_AP] = { "wlan.fixed.current_ap", "Current AP", KIND_ETHER, .part = 2 },
	[WLAN_STATUS_CODE] = { "wlan.fixed.status_code", "Status code", KIND_UINT, BASE_HEX, 2, .part = 2 },
	[WLAN_REASON_CODE] = { "wlan.fixed.reason_code", "Reason code", KIND_UINT, BASE_HEX, 2, .part = 2 },
	[WLAN_FIXED_AID] = { "wlan.fixed.aid", "Association ID", KIND_UINT, BASE_HEX, 2, .part = 2 },
	[WLAN_AUTH_ALG] = { "wlan.fixed.auth.alg", "Authentication Algorithm", KIND_UINT, .octets = 2,
		.part = 2 },
	[WLAN_AUTH_SEQ] = { "wlan.fixed.auth_seq", "Authentication SEQ", KIND_UINT, BASE_HEX, 2, .part = 2 },
	[WLAN_CATEGORY_CODE] = { "wlan.fixed.category_code", "Category code", KIND_UINT, .octets = 2,
		.part = 2 },
	[WLAN_ACTION_CODE] = { "wlan.fixed.action_code", "Action code", KIND_UINT, .octets = 1, .part = 2 },
	[WLAN_TAG_NUMBER] = { "wlan.tag.number", "Tag Number", KIND_LIST, .part = 2 },
	[WLAN_TAG_LENGTH] = { "wlan.tag.length", "Tag length", KIND_LIST, .part = 2 },
	[WLAN_SSID] = { "wlan.ssid", "SSID", KIND_BYTES, .part = 2 },
	[WLAN_DS_CHANNEL] = { "wlan.ds.current_channel", "Current Channel", KIND_UINT, .octets = 1,
		.part = 2 },
	[WLAN_VERSION] = { "wlan.fc.version", "Version", KIND_UINT, .octets = 1, .of = WLAN_FC,
		.mask = 0x0300 },
	[WLAN_TYPE] = { "wlan.fc.type", "Type", KIND_UINT, .octets = 1, .of = WLAN_FC, .mask = 0x0c00,
		.names = type_names },
	[WLAN_SUBTYPE] = { "wlan.fc.subtype", "Subtype", KIND_UINT, .octets = 1, .of = WLAN_FC,
		.mask = 0xf000 },
	/* a control frame of subtype 6 has a further half octet of subtype in place of flags (9.2.4.1.3) */
	[WLAN_TYPE_SUBTYPE] = { "wlan.fc.type_subtype", "Type/Subtype", KIND_UINT, BASE_HEX, 2,
		.names = type_subtype_names,
		.sql = "CASE {fc} >> 10 WHEN 25 THEN 352 | ({fc} & 15) ELSE (" FC_TYPE
		       " << 4) | ({fc} >> 12) END" },
	[WLAN_FLAGS] = { "wlan.flags", "Flags", KIND_UINT, BASE_HEX, 1, .of = WLAN_FC, .mask = 0x00ff },
	[WLAN_DS] = { "wlan.fc.ds", "DS status", KIND_UINT, BASE_HEX, 1, .of = WLAN_FC, .mask = 0x0003 },
	[WLAN_TODS] = { "wlan.fc.tods", "To DS", KIND_BOOL, .of = WLAN_FC, .mask = 0x0001 },
	[WLAN_FROMDS] = { "wlan.fc.fromds", "From DS", KIND_BOOL, .of = WLAN_FC, .mask = 0x0002 },
	[WLAN_MOREFRAG] = { "wlan.fc.frag", "More Fragments", KIND_BOOL, .of = WLAN_FC, .mask = 0x0004 },
	[WLAN_RETRY] = { "wlan.fc.retry", "Retry", KIND_BOOL, .of = WLAN_FC, .mask = 0x0008 },
	[WLAN_PWRMGT] = { "wlan.fc.pwrmgt", "PWR MGT", KIND_BOOL, .of = WLAN_FC, .mask = 0x0010 },
	[WLAN_MOREDATA] = { "wlan.fc.moredata", "More Data", KIND_BOOL, .of = WLAN_FC, .mask = 0x0020 },
	[WLAN_PROTECTED] = { "wlan.fc.protected", "Protected flag", KIND_BOOL, .of = WLAN_FC,
		.mask = 0x0040 },
	[WLAN_ORDER] = { "wlan.fc.order", "+HTC/Order flag", KIND_BOOL, .of = WLAN_FC, .mask = 0x0080 },
	/* CF-End has the BSSID as its second address, DMG Beacon as its first (9.3.1.6, 9.3.4.2) */
	[WLAN_TA] = { "wlan.ta", "Transmitter address", KIND_ETHER,
		.sql = "CASE WHEN {fc} >> 8 <> 228 THEN {a2} END" },
	[WLAN_DA] = { "wlan.da", "Destination address", KIND_ETHER,
		.sql = "CASE WHEN " FC_MANAGEMENT " OR " FC_DATA " AND {fc} & 1 = 0 THEN {ra} WHEN " FC_DATA
		       " THEN {a3} END" },
	[WLAN_SA] = { "wlan.sa", "Source address", KIND_ETHER,
		.sql = "CASE WHEN " FC_MANAGEMENT " OR " FC_DATA " AND {fc} & 2 = 0 THEN {a2} WHEN " FC_DATA
		       " AND {fc} & 1 THEN {a4} WHEN " FC_DATA " THEN {a3} END" },
	[WLAN_BSSID] = { "wlan.bssid", "BSS Id", KIND_ETHER,
		.sql = "CASE WHEN " FC_MANAGEMENT " OR " FC_DATA " AND {fc} & 3 = 0 THEN {a3} WHEN " FC_DATA
		       " AND {fc} & 3 = 1 OR {fc} >> 8 = 164 OR {fc} >> 8 = 12 THEN {ra} WHEN " FC_DATA
		       " AND {fc} & 3 = 2 OR {fc} >> 8 = 228 THEN {a2} END" },
	[WLAN_STAA] = { "wlan.staa", "STA address", KIND_ETHER,
		.sql = "CASE WHEN " FC_MANAGEMENT " OR " FC_DATA
		       " THEN CASE {fc} & 3 WHEN 1 THEN {a2} WHEN 2 THEN {ra} END END" },
	[WLAN_ADDR] = { "wlan.addr", "Hardware address", KIND_ETHER, .hidden = true,
		.any = { WLAN_RA, WLAN_A2, WLAN_A4, WLAN_A3 }, .nany = 4 },
	[WLAN_FRAG] = { "wlan.frag", "Fragment number", KIND_UINT, .octets = 2, .of = WLAN_SEQCTL,
		.mask = 0x000f },
	[WLAN_SEQ] = { "wlan.seq", "Sequence number", KIND_UINT, .octets = 2, .of = WLAN_SEQCTL,
		.mask = 0xfff0 },
	[WLAN_QOS_TID] = { "wlan.qos.tid", "TID", KIND_UINT, .octets = 2, .of = WLAN_QOS, .mask = 0x000f },
	[WLAN_QOS_PRIORITY] = { "wlan.qos.priority", "Priority", KIND_UINT, .octets = 2, .of = WLAN_QOS,
		.mask = 0x0007, .names = tid_names },
	[WLAN_QOS_EOSP] = { "wlan.qos.eosp", "EOSP", KIND_BOOL,
		.sql = "CASE WHEN {fc} & 2 THEN {qos} >> 4 & 1 END" },
	[WLAN_QOS_ACK] = { "wlan.qos.ack", "Ack Policy", KIND_UINT, BASE_HEX, 2, .of = WLAN_QOS,
		.mask = 0x0060, .names = ack_names },
	[WLAN_QOS_AMSDU] = { "wlan.qos.amsdupresent", "Payload Type", KIND_BOOL, .of = WLAN_QOS,
		.mask = 0x0080 },
	[WLAN_CAP_ESS] = { "wlan.fixed.capabilities.ess", "ESS capabilities", KIND_BOOL,
		.of = WLAN_CAPABILITIES, .mask = 0x0001, .part = 2 },
	[WLAN_CAP_IBSS] = { "wlan.fixed.capabilities.ibss", "IBSS status", KIND_BOOL, .of = WLAN_CAPABILITIES,
		.mask = 0x0002, .part = 2 },
	[WLAN_CAP_PRIVACY] = { "wlan.fixed.capabilities.privacy", "Privacy", KIND_BOOL,
		.of = WLAN_CAPABILITIES, .mask = 0x0010, .part = 2 },
};

enum { SUB_LENGTH, SUB_NFIELDS };
static const struct field subframe_fields[SUB_NFIELDS] = {
	[SUB_LENGTH] = { "wlan_aggregate.a_mdsu.length", "A-MSDU Length", KIND_UINT, .octets = 2 },
};

enum { REC_WLAN, REC_SUBFRAME, REC_COUNT };
static const struct record wlan_records[REC_COUNT] = {
	[REC_WLAN] = { "wlan", RECORD_LAYER, WLAN_NFIELDS, wlan_fields,
		(const char *const[]) { "extra", "mgt", NULL } },
	[REC_SUBFRAME] = { "wlan_subframe", RECORD_CHILD, SUB_NFIELDS, subframe_fields, NULL },
};

/* Items of the tree that are no tokens of the stack. */
static const struct protocol item_mgt = { .name = "wlan.mgt", .title = "IEEE 802.11 Wireless Management" };
static const struct protocol item_ext = { .name = "wlan_ext",
	.title = "IEEE 802.11 wireless LAN extension frame" };
static const struct protocol item_aggregate = { .name = "wlan_aggregate",
	.title = "IEEE 802.11 wireless LAN aggregate frame" };
static const struct protocol item_extra_stuff = { .name = "wlan.mysterious_extra_stuff",
	.title = "Octets before the payload" };

#define FC_FROM_TO_DS 0x03
#define FC_MORE_FRAG  0x04
#define FC_PROTECTED  0x40
#define FC_ORDER      0x80
#define QOS_AMSDU     0x0080
#define QOS_MESH      0x0100
#define FCS_LENGTH    4

/* Section 9.3.2.2.2: destination, source, length, LLC; each but the last filled up to a multiple of 4 octets.
 */
static void amsdu(struct packet *pkt, struct cursor *c)
{
	bool first = true;
	pkt_item(pkt, &item_aggregate, cur_left(c));
	pkt_nest(pkt, true);
	do {
		if (!first && cur_avail(c) < 14)
			return; /* what came before shall still be looked at */
		if (!cur_need(c, 14))
			return;
		cur_skip(c, 12);
		struct row *r = row_open(pkt, &proto_wlan, REC_SUBFRAME);
		uint32_t len = (uint32_t)row_be(r, SUB_LENGTH, c, 2);
		struct cursor msdu = cur_sub(c, len);
		pkt_next_always(pkt, &proto_llc, msdu);
		cur_skip(c, -(14 + len) & 3);
		first = false;
	} while (cur_left(c) > 14);
}

/* Bodies without LLC that were met in practice: a whole Ethernet frame (its addresses are those of the 802.11
 * header), raw IPX, and two octets before the LLC header: zeros, or the sequence control once more. */
static void odd_payload(
	struct packet *pkt, const uint8_t *da, const uint8_t *sa, uint32_t seqctl, struct cursor *c)
{
	uint32_t avail = cur_avail(c);
	const uint8_t *p = c->data + c->pos;
	if (avail < 2 || (p[0] == 0xaa && p[1] == 0xaa)) {
		pkt_next_always(pkt, &proto_llc, cur_rest(c));
		return;
	}
	if ((avail >= 12 && memcmp(p + 6, sa, 6) == 0) || (avail >= 6 && memcmp(p, da, 6) == 0)) {
		pkt_next_proto(pkt, &proto_eth, cur_rest(c));
		return;
	}
	if (p[0] == 0xff && p[1] == 0xff) {
		pkt_next(pkt, CLAIM_LLC_DSAP, 0xe0, cur_rest(c)); /* IPX */
		return;
	}
	if ((p[0] == 0 && p[1] == 0) || le16(p) == seqctl) {
		pkt_item(pkt, &item_extra_stuff, 2);
		cur_skip(c, 2);
	}
	pkt_next_always(pkt, &proto_llc, cur_rest(c));
}

/* Section 12: behind the header stand the WEP IV (3) and a key octet; its bit 5 says that 4 octets more
 * follow (TKIP, CCMP). WEP's ICV (4) ends the body. What is enciphered stays data. */
static void protected_body(struct packet *pkt, struct row *r, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 4);
	if (!p)
		return;
	bool extended = p[3] & 0x20;
	row_set_at(r, WLAN_WEP_KEY, p[3] >> 6, p + 3, 1);
	if (extended && cur_left(c) >= 4) {
		cur_skip(c, 4);
	} else if (!extended) {
		row_set_at(r, WLAN_WEP_IV, p[0] << 16 | p[1] << 8 | p[2], p, 3);
		if (cur_left(c) >= 4) {
			c->len -= 4;
			if (c->cap >= c->len + 4)
				row_set_at(r, WLAN_WEP_ICV, be32(c->data + c->len), c->data + c->len, 4);
			if (c->cap > c->len)
				c->cap = c->len;
		}
	}
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
}

/* Addresses and sequence control of management and data frames. */
struct header {
	uint32_t fc, seqctl, qos;
	const uint8_t *a1, *a2, *a3, *a4;
};

static const uint8_t *address(struct row *r, unsigned field, struct cursor *c, uint32_t *id)
{
	const uint8_t *p = c->data + c->pos;
	*id = row_address(r, field, c, KIND_ETHER);
	return p;
}

static void columns(struct packet *pkt, uint32_t src, uint32_t dst)
{
	pkt->link_src = pkt->src = src;
	pkt->link_dst = pkt->dst = dst;
}

/* Section 9.2.4.7.3: flags (address extension mode 0-2 in bits 1-0), TTL, sequence number, 0-2 addresses.
 * Wireshark takes the octets for it where the QoS bit says so and the reserved bits are zero. */
static void mesh_control(struct cursor *c)
{
	uint64_t flags;
	if (!cur_peek(c, 0, 1, &flags) || flags > 2)
		return;
	cur_take(c, 6 + (uint32_t)flags * 6);
}

static bool management_or_data_header(struct packet *pkt, struct row *r, struct header *h, struct cursor *c)
{
	bool data = (h->fc >> 10 & 3) == 2, qos = data && h->fc & 0x8000,
	     wds = data && (h->fc & FC_FROM_TO_DS) == 3;
	uint32_t a1, a2, a3, a4 = 0;
	row_set_at(r, WLAN_DURATION, (int64_t)(cur_le(c, 2) & 0x7fff), c->data + 2, 2);
	h->a1 = address(r, WLAN_RA, c, &a1);
	if (!cur_need(c, 14))
		return false; /* the other addresses are shown together or not at all */
	h->a2 = address(r, WLAN_A2, c, &a2);
	h->a3 = address(r, WLAN_A3, c, &a3);
	h->seqctl = (uint32_t)row_le(r, WLAN_SEQCTL, c, 2);
	if (wds)
		h->a4 = address(r, WLAN_A4, c, &a4);
	if (qos)
		h->qos = (uint32_t)row_le(r, WLAN_QOS, c, 2);
	if (h->fc & FC_ORDER && (qos || !data))
		cur_take(c, 4); /* HT control */
	if (*c->fail)
		return false;
	if (!data || !(h->fc & FC_FROM_TO_DS))
		columns(pkt, a2, a1);
	else
		columns(pkt, wds ? a4 : h->fc & 2 ? a3 : a2, h->fc & 1 ? a3 : a1);
	if (pkt->radio.set && pkt->radio.datapad)
		cur_take(c, -c->pos & 3);
	/* in an A-MSDU each part has its own */
	if (qos && (h->qos & (QOS_MESH | QOS_AMSDU)) == QOS_MESH && h->fc & 2)
		mesh_control(c);
	return !*c->fail;
}

static void data_frame(struct packet *pkt, struct row *r, const struct header *h, struct cursor *c)
{
	if (h->fc & 0x4000)
		return; /* a subtype without data */
	if (h->fc & FC_PROTECTED) {
		protected_body(pkt, r, c);
		return;
	}
	/* A fragment: the others are not put together with it. The last one alone goes on as if it were
	 * whole, as in Wireshark, but not when it is cut. */
	if (h->fc & FC_MORE_FRAG || (h->seqctl & 15 && c->cap < c->len)) {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
		return;
	}
	if (h->fc & 0x8000 && h->qos & QOS_AMSDU && cur_left(c) > 4) {
		amsdu(pkt, c);
		return;
	}
	const uint8_t *da = h->fc & 1 ? h->a3 : h->a1;
	const uint8_t *sa = (h->fc & 3) == 3 ? h->a4 : h->fc & 2 ? h->a3 : h->a2;
	odd_payload(pkt, da, sa, h->seqctl, c);
}

/* Section 9.3.1.8: what follows the control field of a BlockAckReq or BlockAck, by its variant. */
static void block_ack(struct row *r, bool request, struct cursor *c)
{
	uint32_t control = (uint32_t)row_le(r, WLAN_BA_CONTROL, c, 2);
	uint64_t ssc;
	switch (control >> 1 & 15) {
	case 0: /* basic */
		cur_take(c, request ? 2 : 2 + 128);
		break;
	case 1: /* extended compressed */
	case 2: /* compressed: the fragment number tells the bitmap's length (table 9-37) */
		ssc = cur_le(c, 2);
		if (!request)
			cur_take(c, (uint32_t[]) { 8, 16, 32, 4 }[control >> 1 & 15 ? ssc >> 1 & 3 : 0]);
		break;
	case 3: /* several traffic identifiers */
		cur_take(c, (control >> 12) * (request ? 4 : 12) + (request ? 4 : 12));
		break;
	default:
		break;
	}
}

/* Of a frame that has no transmitter the receiver is marked as such. */
static void receiver_column(struct packet *pkt, const struct cursor *c)
{
	char text[64] = "";
	if (pkt->fail || c->pos < 6)
		return;
	address_text(text, KIND_ETHER, c->data + c->pos - 6, 6);
	strcat(text, " (RA)");
	pkt_show_addresses(pkt, "", text);
}

/* Control frames (9.3.1): most are a receiver and perhaps a transmitter. */
static void control_frame(struct packet *pkt, struct row *r, uint32_t fc, struct cursor *c)
{
	unsigned subtype = fc >> 12;
	uint32_t duration = (uint32_t)cur_le(c, 2), ra, ta = 0;
	if (subtype == 10 && duration >> 14 == 3)
		row_set_at(r, WLAN_AID, duration & 0x3fff, c->data + 2, 2);
	else
		row_set_at(r, WLAN_DURATION, duration & 0x7fff, c->data + 2, 2);
	ra = row_address(r, WLAN_RA, c, KIND_ETHER);
	columns(pkt, 0, ra);
	receiver_column(pkt, c);
	if (subtype ==
		7) { /* wrapper: frame control of the frame inside, HT control, the rest of that frame */
		const uint8_t *inner = cur_take(c, 6);
		if (!inner)
			return;
		fc = be16(inner);
		subtype = fc >> 12;
		if ((fc >> 10 & 3) != 1)
			return;
	}
	switch (subtype) {
	case 0:
	case 1:
	case 7:
	case 12: /* clear to send */
	case 13: /* acknowledgement */
		return;
	case 6: { /* extension: bits 3-0 of the second octet are the subtype */
		static const uint16_t with_transmitter = 0x07bc;
		if (!(with_transmitter >> (fc & 15) & 1))
			return;
		break;
	}
	default:
		break;
	}
	ta = row_address(r, WLAN_A2, c, KIND_ETHER);
	columns(pkt, ta, ra);
	if (subtype == 8 || subtype == 9)
		block_ack(r, subtype == 8, c);
	else if (subtype == 4)
		cur_take(c, 1);
	else if (subtype == 5) {
		cur_take(c, 1);
		while (cur_left(c))
			cur_take(c, 2);
	} else if (subtype == 2) {
		cur_take(c, 8);
	}
}

/* The check sequence at the end, where a radio header said that it is there. */
static void take_fcs(struct packet *pkt, struct row *r, struct cursor *c)
{
	if (!pkt->radio.set || !pkt->radio.fcs || cur_left(c) < FCS_LENGTH)
		return;
	c->len -= FCS_LENGTH;
	if (c->cap >= c->len + FCS_LENGTH)
		row_set_at(r, WLAN_FCS, le32(c->data + c->len), c->data + c->len, FCS_LENGTH);
	if (c->cap > c->len)
		c->cap = c->len;
}

/* Versions 2 and 3 do not exist: what stands behind frame control is data, and the frame malformed. */
static void unknown_version(struct packet *pkt, struct cursor *c)
{
	if (c->cap < c->len) {
		pkt->fail = CUR_CUT;
		return;
	}
	if (cur_left(c)) {
		struct cursor rest = cur_rest(c);
		pkt_token(pkt, &proto_data);
		proto_data.dissect(pkt, &rest);
	}
	pkt->fail = CUR_BAD;
}

/* "Beacon frame, SN=7, FN=0, Flags=........": a letter or a point for each flag of frame control, C for a
 * check sequence. */
static void inform(struct packet *pkt, const struct header *h, bool sequence)
{
	static const char letters[] = "opmPRFFT";
	uint32_t fc = h->fc;
	if (!pkt->info)
		return;
	info_set(pkt, "%s",
		info_name(type_subtype_names, (fc >> 6 & 0x30) | fc >> 12, "Unrecognized (Reserved frame)"));
	if (sequence)
		info_add(pkt, ", SN=%u, FN=%u", h->seqctl >> 4, h->seqctl & 15);
	info_add(pkt, "%s", ", Flags=");
	for (unsigned i = 0; i < 8; i++)
		info_add(pkt, "%c", fc >> (7 - i) & 1 ? letters[i] : '.');
	if (pkt->radio.set && pkt->radio.fcs)
		info_add(pkt, "%s", "C");
}

static enum verdict wlan_dissect(struct packet *pkt, struct cursor *c)
{
	struct header h = { .fc = (uint32_t)(pkt->radio.swapped ? cur_le(c, 2) : cur_be(c, 2)) };
	pkt->radio.swapped = false;
	unsigned version = h.fc >> 8 & 3, type = h.fc >> 10 & 3;
	/* The QoS control field is looked at before anything is shown. */
	if (pkt->fail || (!version && type == 2 && h.fc & 0x8000 &&
				 !cur_need_at(c, (h.fc & FC_FROM_TO_DS) == 3 ? 30 : 24, 2)))
		return MINE;
	struct row *r = row_open(pkt, &proto_wlan, REC_WLAN);
	row_set_at(r, WLAN_FC, h.fc, c->data, 2);
	if (version) {
		pkt_item(pkt, &proto_wlan, c->len);
		if (version > 1)
			unknown_version(pkt, c);
		else if ((h.fc >> 10 & 7) < 4)
			cur_need(c, 10); /* section 9.8.3: two addresses, one of them an identifier of 2
					    octets, and sequence control */
		return MINE;
	}
	pkt_item(pkt, &proto_wlan, 0);
	struct item *item = &pkt->items[pkt->nitems - 1];
	switch (type) {
	case 0:
	case 2:
		if (!management_or_data_header(pkt, r, &h, c))
			break;
		item->len = c->pos;
		inform(pkt, &h, true);
		take_fcs(pkt, r, c);
		if (type == 2) {
			data_frame(pkt, r, &h, c);
		} else if (h.fc & FC_PROTECTED) {
			protected_body(pkt, r, c);
		} else if (h.fc & FC_MORE_FRAG) {
			pkt_next_proto(pkt, &proto_data, cur_rest(c));
		} else {
			pkt_item(pkt, &item_mgt, cur_left(c));
			wlan_management(pkt, r, h.fc >> 12, c);
		}
		break;
	case 1:
		inform(pkt, &h, false);
		take_fcs(pkt, r, c);
		control_frame(pkt, r, h.fc, c);
		item->len = c->pos;
		break;
	default: /* extension frames (9.3.4): beacons of the 60 GHz and sub-1-GHz bands */
		row_set_at(r, WLAN_DURATION, (int64_t)(cur_le(c, 2) & 0x7fff), c->data + 2, 2);
		columns(pkt, 0, row_address(r, WLAN_RA, c, KIND_ETHER));
		item->len = c->pos;
		if (!pkt->fail) {
			take_fcs(pkt, r, c);
			pkt_item(pkt, &item_ext, cur_left(c));
			cur_need(c, 1);
		}
	}
	return MINE;
}

/* Link type 105; Aruba's GRE types, which carry 802.11 frames: 0x8200 to 0x8370. */
#define ARUBA(n)                                                                                             \
	{                                                                                                    \
		CLAIM_GRE, 0x8200 + (n)*16                                                                   \
	}
static const struct claim wlan_claims[] = { { CLAIM_LINKTYPE, 105 }, ARUBA(0), ARUBA(1), ARUBA(2), ARUBA(3),
	ARUBA(4), ARUBA(5), ARUBA(6), ARUBA(7), ARUBA(8), ARUBA(9), ARUBA(10), ARUBA(11), ARUBA(12),
	ARUBA(13), ARUBA(14), ARUBA(15), ARUBA(16), ARUBA(17), ARUBA(18), ARUBA(19), ARUBA(20), ARUBA(21),
	ARUBA(22), ARUBA(23), { 0 } };

const struct protocol proto_wlan = {
	.name = "wlan",
	.title = "IEEE 802.11 wireless LAN",
	.column = "802.11",
	.spec = "IEEE 802.11-2020",
	.help = "Carries frames between the stations of a wireless network.",
	.id = PROTO_ID_wlan,
	.records = wlan_records,
	.nrecords = REC_COUNT,
	.claims = wlan_claims,
	.dissect = wlan_dissect,
	.no_item = true, /* it depends: pkt_item() */
};
