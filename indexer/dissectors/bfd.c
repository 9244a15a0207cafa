/* Bidirectional Forwarding Detection (RFC 5880).
 *
 *      0        1        2       3       4           8           12          16          20          24
 *     +--------+--------+-------+-------+-----------+-----------+-----------+-----------+-----------+- - -
 *     |vers|diag|st|flags|mult.| length|my discrim.|your discr.|min tx     |min rx     |min echo   | auth
 *     +--------+--------+-------+-------+-----------+-----------+-----------+-----------+-----------+- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_bfd;

enum {
	BFD_FIRST,
	BFD_FLAGS,
	BFD_MULTIPLIER,
	BFD_LENGTH,
	BFD_MY_DISCRIMINATOR,
	BFD_YOUR_DISCRIMINATOR,
	BFD_MIN_TX,
	BFD_MIN_RX,
	BFD_MIN_ECHO,
	BFD_AUTH_TYPE,
	BFD_AUTH_LEN,
	BFD_AUTH_KEY,
	BFD_AUTH_PASSWORD,
	BFD_AUTH_SEQ,
	BFD_VERSION,
	BFD_DIAG,
	BFD_STATE,
	BFD_P,
	BFD_F,
	BFD_C,
	BFD_A,
	BFD_D,
	BFD_M,
	BFD_NFIELDS
};

static const struct value_name diag_names[] = { { 0, "No Diagnostic" },
	{ 1, "Control Detection Time Expired" }, { 2, "Echo Function Failed" },
	{ 3, "Neighbor Signaled Session Down" }, { 4, "Forwarding Plane Reset" }, { 5, "Path Down" },
	{ 6, "Concatenated Path Down" }, { 7, "Administratively Down" },
	{ 8, "Reverse Concatenated Path Down" }, { 9, "Mis-Connectivity Defect" }, { 0, NULL } };
static const struct value_name state_names[] = { { 0, "Admin Down" }, { 1, "Down" }, { 2, "Init" },
	{ 3, "Up" }, { 0, NULL } };
static const struct value_name auth_names[] = { { 1, "Simple Password" }, { 2, "Keyed MD5" },
	{ 3, "Meticulous Keyed MD5" }, { 4, "Keyed SHA1" }, { 5, "Meticulous Keyed SHA1" }, { 0, NULL } };

/* Version 0 had other flags. */
#define VERSION_1(expression) "CASE WHEN {first}>>5 THEN " expression " END"

static const struct field bfd_fields[BFD_NFIELDS] = {
	[BFD_FIRST] = { "bfd.first", "Version and diagnostic", KIND_UINT, .internal = true },
	[BFD_FLAGS] = { "bfd.flags", "Message Flags", KIND_UINT, BASE_HEX, 1 },
	[BFD_MULTIPLIER] = { "bfd.detect_time_multiplier", "Detect Time Multiplier", KIND_UINT, .octets = 1 },
	[BFD_LENGTH] = { "bfd.message_length", "Message Length", KIND_UINT, .octets = 1 },
	[BFD_MY_DISCRIMINATOR] = { "bfd.my_discriminator", "My Discriminator", KIND_UINT, BASE_HEX, 4 },
	[BFD_YOUR_DISCRIMINATOR] = { "bfd.your_discriminator", "Your Discriminator", KIND_UINT, BASE_HEX, 4 },
	[BFD_MIN_TX] = { "bfd.desired_min_tx_interval", "Desired Min TX Interval", KIND_UINT, .octets = 4 },
	[BFD_MIN_RX] = { "bfd.required_min_rx_interval", "Required Min RX Interval", KIND_UINT, .octets = 4 },
	[BFD_MIN_ECHO] = { "bfd.required_min_echo_interval", "Required Min Echo Interval", KIND_UINT,
		.octets = 4 },
	[BFD_AUTH_TYPE] = { "bfd.auth.type", "Authentication Type", KIND_UINT, .octets = 1, .part = 1,
		.names = auth_names },
	[BFD_AUTH_LEN] = { "bfd.auth.len", "Authentication Length", KIND_UINT, .octets = 1, .part = 1 },
	[BFD_AUTH_KEY] = { "bfd.auth.key", "Authentication Key ID", KIND_UINT, .octets = 1, .part = 1 },
	[BFD_AUTH_PASSWORD] = { "bfd.auth.password", "Password", KIND_TEXT, .part = 1 },
	[BFD_AUTH_SEQ] = { "bfd.auth.seq_num", "Sequence Number", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[BFD_VERSION] = { "bfd.version", "Protocol Version", KIND_UINT, .octets = 1, .of = BFD_FIRST,
		.mask = 0xe0 },
	[BFD_DIAG] = { "bfd.diag", "Diagnostic Code", KIND_UINT, BASE_HEX, 1, .of = BFD_FIRST, .mask = 0x1f,
		.names = diag_names },
	[BFD_STATE] = { "bfd.sta", "Session State", KIND_UINT, BASE_HEX, 1, .names = state_names,
		.sql = "CASE WHEN {first}>>5 THEN {flags}>>6 END" },
	[BFD_P] = { "bfd.flags.p", "Poll", KIND_BOOL, .of = BFD_FLAGS, .mask = 0x20 },
	[BFD_F] = { "bfd.flags.f", "Final", KIND_BOOL, .of = BFD_FLAGS, .mask = 0x10 },
	[BFD_C] = { "bfd.flags.c", "Control Plane Independent", KIND_BOOL, .sql = VERSION_1("{flags}>>3&1") },
	[BFD_A] = { "bfd.flags.a", "Authentication Present", KIND_BOOL, .sql = VERSION_1("{flags}>>2&1") },
	[BFD_D] = { "bfd.flags.d", "Demand", KIND_BOOL,
		.sql = "CASE WHEN {first}>>5 THEN {flags}>>1&1 ELSE {flags}>>6&1 END" },
	[BFD_M] = { "bfd.flags.m", "Multipoint", KIND_BOOL, .sql = VERSION_1("{flags}>>0&1") },
};

static const struct record bfd_records[] = {
	{ "bfd", RECORD_LAYER, BFD_NFIELDS, bfd_fields, (const char *const[]) { "auth", NULL } },
};

#define BFD_HEADER 24

static enum verdict bfd_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_bfd, 0);
	if (!cur_need(c, BFD_HEADER))
		return MINE;
	row_be(r, BFD_FIRST, c, 1);
	unsigned flags = (unsigned)row_be(r, BFD_FLAGS, c, 1);
	row_be(r, BFD_MULTIPLIER, c, 1);
	row_be(r, BFD_LENGTH, c, 1);
	row_be(r, BFD_MY_DISCRIMINATOR, c, 4);
	row_be(r, BFD_YOUR_DISCRIMINATOR, c, 4);
	row_be(r, BFD_MIN_TX, c, 4);
	row_be(r, BFD_MIN_RX, c, 4);
	row_be(r, BFD_MIN_ECHO, c, 4);
	if (!(flags & 4) || !cur_left(c))
		return MINE;
	unsigned type = (unsigned)row_be(r, BFD_AUTH_TYPE, c, 1);
	uint32_t len = (uint32_t)row_be(r, BFD_AUTH_LEN, c, 1);
	row_be(r, BFD_AUTH_KEY, c, 1);
	if (type == 1 && len > 3) {
		row_ascii(r, BFD_AUTH_PASSWORD, c, len - 3);
	} else if (type >= 2 && type <= 5) {
		cur_skip(c, 1);
		row_be(r, BFD_AUTH_SEQ, c, 4);
	}
	return MINE;
}

static const struct claim bfd_claims[] = { { CLAIM_UDP_PORT, 3784 }, { CLAIM_UDP_PORT, 4784 },
	{ CLAIM_UDP_PORT, 6784 }, { CLAIM_UDP_PORT, 7784 }, { CLAIM_PW_CHANNEL, 7 }, { CLAIM_PW_CHANNEL, 34 },
	{ CLAIM_PW_CHANNEL, 35 }, { 0 } };

const struct protocol proto_bfd = {
	.name = "bfd",
	.title = "Bidirectional Forwarding Detection Control Message",
	.column = "BFD Control",
	.spec = "RFC 5880",
	.help = "Finds out quickly that the path to a neighbour has failed.",
	.id = PROTO_ID_bfd,
	.records = bfd_records,
	.nrecords = 1,
	.claims = bfd_claims,
	.dissect = bfd_dissect,
	.item_min = 1,
};
