/* Logical link control (IEEE 802.2) and its extension SNAP (RFC 1042).
 *
 *      0       1       2       3                       6               8
 *     +-------+-------+-------+-----------------------+---------------+----- - -
 *     | DSAP  | SSAP  |control| organization          | protocol id   | payload
 *     +-------+-------+-------+-----------------------+---------------+----- - -
 *     control has two octets in information and supervisory frames; organization and id are there when both
 * SAPs are aa
 */
#include <stdio.h>

#include "indexer/dissectors/eth_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/snap.h"

extern const struct protocol proto_llc, proto_data;

enum { LLC_DSAP, LLC_SSAP, LLC_CONTROL, LLC_OUI, LLC_TYPE, LLC_CISCO_PID, LLC_PID, LLC_NFIELDS };

static const struct value_name sap_names[] = { { 0x00, "NULL LSAP" }, { 0x04, "SNA Path Control" },
	{ 0x06, "TCP/IP" }, { 0x42, "Spanning Tree BPDU" }, { 0xaa, "SNAP" }, { 0xe0, "NetWare" },
	{ 0xf0, "NetBIOS" }, { 0xfe, "ISO Network Layer" }, { 0xff, "Global LSAP" }, { 0, NULL } };

static const struct value_name cisco_names[] = { { 0x010b, "PVSTP+" }, { 0x010c, "VLAN Bridge" },
	{ 0x0111, "UDLD" }, { 0x2000, "CDP" }, { 0x2001, "CGMP" }, { 0x2003, "VTP" }, { 0x2004, "DTP" },
	{ 0, NULL } };

static const struct field llc_fields[LLC_NFIELDS] = {
	[LLC_DSAP] = { "llc.dsap", "DSAP", KIND_UINT, BASE_HEX, 1, .names = sap_names },
	[LLC_SSAP] = { "llc.ssap", "SSAP", KIND_UINT, BASE_HEX, 1, .names = sap_names },
	[LLC_CONTROL] = { "llc.control", "Control", KIND_UINT, BASE_HEX, 2 },
	[LLC_OUI] = { "llc.oui", "Organization Code", KIND_UINT, .octets = 3 },
	[LLC_TYPE] = { "llc.type", "Type", KIND_UINT, BASE_HEX, 2, .names = eth_type_names, .part = 1 },
	[LLC_CISCO_PID] = { "llc.cisco_pid", "PID", KIND_UINT, BASE_HEX, 2, .names = cisco_names, .part = 1 },
	[LLC_PID] = { "llc.pid", "Protocol ID", KIND_UINT, BASE_HEX, 2, .part = 1 },
};

static const struct record llc_records[] = {
	{ "llc", RECORD_LAYER, LLC_NFIELDS, llc_fields, (const char *const[]) { "snap", NULL } },
};

#define SAP_IP      0x06
#define SAP_SNAP    0xaa
#define CONTROL_UI  0x03
#define CONTROL_XID 0xaf /* without the poll/final bit */
#define POLL_FINAL  0x10
#define BRIDGE_PAD  2
#define SAP_STP     0x42
#define XID_BASIC   0x81 /* IEEE 802.2, 5.4.1.1.2: format identifier */

/* IEEE 802.2, 5.4.1.1.2: the format, the classes of service, the receive window. */
static void exchange_identification(struct packet *pkt, struct cursor *c)
{
	enum { LEN = 3 };
	static const struct protocol basicxid = {
		.name = "basicxid", .title = "Logical-Link Control Basic Format XID", .column = "XID"
	};
	static const struct value_name classes[] = { { 1, "Type 1 LLC (Class I LLC)" }, { 2, "Type 2 LLC" },
		{ 3, "Type 1 and Type 2 LLCs (Class II LLC)" }, { 4, "Type 3 LLC" },
		{ 5, "Type 1 and Type 3 LLCs (Class III LLC)" }, { 6, "Type 2 and Type 3 LLCs" },
		{ 7, "Type 1 and Type 2 and Type 3 LLCs (Class IV LLC)" }, { 0, NULL } };
	pkt_item(pkt, &basicxid, LEN);
	pkt->column = basicxid.column;
	cur_be(c, 1);
	uint32_t class = (uint32_t)cur_be(c, 1) & 0x1f;
	if (!pkt->fail && pkt->info) {
		char unknown[8];
		snprintf(unknown, sizeof(unknown), "0x%02x", class);
		info_set(pkt, "Basic Format; %s", info_name(classes, class, unknown));
	}
	uint32_t window = (uint32_t)cur_be(c, 1) >> 1;
	if (!pkt->fail)
		info_add(pkt, "; Window Size %u", window);
}

static void llc_snap(struct packet *pkt, struct row *r, struct cursor *c, bool data)
{
	uint32_t oui = (uint32_t)row_be(r, LLC_OUI, c, 3);
	bool type = oui == OUI_ENCAPSULATED || oui == OUI_CISCO_90;
	uint32_t id = (uint32_t)row_be(r, type ? LLC_TYPE : oui == OUI_CISCO ? LLC_CISCO_PID : LLC_PID, c, 2);
	if (pkt->fail)
		return;
	if (cur_left(c) && !cur_need(c, 1))
		return;
	if (data)
		snap_next(pkt, oui, id, BRIDGE_PAD, cur_rest(c));
	else
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
}

static void inform_sap(struct packet *pkt, const char *label, uint32_t sap, const char *what)
{
	const char *name = info_name(sap_names, sap & 0xfe, NULL);
	if (name)
		info_add(pkt, "%s%s %s", label, name, what);
	else
		info_add(pkt, "%s0x%02x %s", label, sap & 0xfe, what);
}

/* IEEE 802.2, section 5: "I P, N(R)=1, N(S)=2; DSAP 0x04 Individual, SSAP 0x04 Command". */
static void inform(struct packet *pkt, uint32_t dsap, uint32_t ssap, uint32_t control, const struct cursor *c)
{
	static const struct value_name unnumbered[] = { { 0x03, "UI" }, { 0x0f, "DM" }, { 0x43, "DISC" },
		{ 0x63, "UA" }, { 0x6f, "SABME" }, { 0x87, "FRMR" }, { 0xaf, "XID" }, { 0xe3, "TEST" },
		{ 0, NULL } };
	static const char *const supervisory[] = { "RR", "RNR", "REJ", "SREJ" };
	if (!pkt->info)
		return;
	bool response = ssap & 1;
	if ((control & 3) == 3) {
		info_set(pkt, "U%s, func=%s", control & 0x10 ? (response ? " F" : " P") : "",
			info_name(unnumbered, control & ~0x10u, "Unknown"));
	} else {
		uint32_t next = c->data[c->pos - 1];
		const char *poll = next & 1 ? (response ? " F" : " P") : "";
		if (control & 1)
			info_set(
				pkt, "S%s, func=%s, N(R)=%u", poll, supervisory[control >> 2 & 3], next >> 1);
		else
			info_set(pkt, "I%s, N(R)=%u, N(S)=%u", next & 1 ? " P" : "", next >> 1, control >> 1);
	}
	inform_sap(pkt, "; DSAP ", dsap, dsap & 1 ? "Group" : "Individual");
	inform_sap(pkt, ", SSAP ", ssap, response ? "Response" : "Command");
}

static enum verdict llc_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t first;
	struct row *r = row_open(pkt, &proto_llc, 0);
	uint32_t dsap = (uint32_t)row_be(r, LLC_DSAP, c, 1);
	uint32_t ssap = (uint32_t)row_be(r, LLC_SSAP, c, 1);
	if (!cur_need(c, 1))
		return MINE;
	/* 802.2, 5.3: the last two bits tell unnumbered frames (11), the only ones with one octet. */
	uint32_t control = c->data[c->pos];
	if ((control & 3) == 3) {
		row_be(r, LLC_CONTROL, c, 1);
	} else if (cur_need(c, 2)) {
		row_set_at(r, LLC_CONTROL, le16(c->data + c->pos), c->data + c->pos, 2);
		cur_skip(c, 2);
	}
	if (pkt->fail)
		return MINE;
	inform(pkt, dsap, ssap, control, c);
	/* Only information frames, numbered or not, carry what the SAP stands for. */
	bool information = (control & 1) == 0 || control == CONTROL_UI;
	/* Wireshark wants some of the payload at once, but of a message of spanning trees. */
	if (cur_left(c) && !(information && dsap == SAP_STP) && !cur_need(c, 1))
		return MINE;
	if (dsap == SAP_SNAP && ssap == SAP_SNAP) {
		llc_snap(pkt, r, c, information);
	} else if (information && dsap == SAP_IP && cur_left(c)) {
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x0800, cur_rest(c));
	} else if (information) {
		pkt_next(pkt, CLAIM_LLC_DSAP, dsap, cur_rest(c));
	} else if ((control & ~POLL_FINAL) == CONTROL_XID && cur_peek(c, 0, 1, &first) &&
		   first == XID_BASIC) {
		exchange_identification(pkt, c);
	} else {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

/* LINKTYPE_ATM_RFC1483 (11, 100): RFC 2684's "LLC encapsulation". 0x8870: IEEE 802.3 jumbo frames. */
static const struct claim llc_claims[] = { { CLAIM_UDP_PORT, 12000 }, { CLAIM_UDP_PORT, 12001 },
	{ CLAIM_UDP_PORT, 12002 }, { CLAIM_UDP_PORT, 12003 }, { CLAIM_UDP_PORT, 12004 },
	{ CLAIM_LINKTYPE, 11 }, { CLAIM_LINKTYPE, 100 }, { CLAIM_ETHERTYPE, 0x8870 }, { CLAIM_PPP, 0x004b },
	{ 0 } };

/* The names that Wireshark gives these prefixes of MAC addresses. */
static const struct value_name organization_names[] = { { 0x000000, "Officially Xerox, but" },
	{ 0x00000c, "Cisco Systems, Inc)" }, { 0, NULL } };

static const struct layout_line llc_layout[] = {
	{ 0, "llc.dsap" },
	{ 1, NULL, "SAP: {llc.dsap:n}", .bits_of = "llc.dsap", .mask = 0xfe, .width = 8 },
	{ 1, NULL, "IG Bit: {llc.dsap&1?Group}{llc.dsap&1!Individual}", .bits_of = "llc.dsap", .mask = 1,
		.width = 8 },
	{ 0, "llc.ssap" },
	{ 1, NULL, "SAP: {llc.ssap:n}", .bits_of = "llc.ssap", .mask = 0xfe, .width = 8 },
	{ 1, NULL, "CR Bit: {llc.ssap&1?Response}{llc.ssap&1!Command}", .bits_of = "llc.ssap", .mask = 1,
		.width = 8 },
	{ 0, "llc.control", "{=3:}Control field: U, func=UI (0x03)" },
	{ 1, NULL, "{llc.control=3:}Command: Unnumbered Information (0x00)", .bits_of = "llc.control",
		.mask = 0xec, .width = 8 },
	{ 1, NULL, "{llc.control=3:}Frame type: Unnumbered frame (0x3)", .bits_of = "llc.control", .mask = 3,
		.width = 8 },
	{ 0, "llc.control" },
	{ 0, "llc.oui", "Organization Code: {:O} ({:m}", .names = organization_names },
	{ 0, "llc.type" },
	{ 0, "llc.cisco_pid" },
	{ 0 },
};

const struct protocol proto_llc = {
	.name = "llc",
	.title = "Logical-Link Control",
	.layout = llc_layout,
	.column = "LLC",
	.spec = "IEEE 802.2",
	.help = "Says which protocol a frame of an IEEE 802 network carries.",
	.id = PROTO_ID_llc,
	.records = llc_records,
	.nrecords = 1,
	.claims = llc_claims,
	.dissect = llc_dissect,
};
