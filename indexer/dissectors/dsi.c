/* Data Stream Interface (Apple, AppleTalk Filing Protocol 3.4 reference): what carries AFP over TCP.
 *
 *      0       1        2           4               8               12              16
 *     +-------+--------+-----------+---------------+---------------+---------------+---- - -
 *     | flags |command | request   | offset / error|    length     | reserved      | payload
 *     +-------+--------+-----------+---------------+---------------+---------------+---- - -
 *
 * Flags: 0 a request, 1 a reply. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_dsi, proto_afp;

enum { DSI_FLAGS, DSI_COMMAND, DSI_REQUEST, DSI_OFFSET, DSI_ERROR, DSI_LENGTH, DSI_NFIELDS };

static const struct value_name flag_names[] = { { 0, "Request" }, { 1, "Reply" }, { 0, NULL } };
static const struct value_name command_names[] = { { 1, "CloseSession" }, { 2, "Command" },
	{ 3, "GetStatus" }, { 4, "OpenSession" }, { 5, "Tickle" }, { 6, "Write" }, { 8, "Attention" },
	{ 0, NULL } };

static const struct field dsi_fields[DSI_NFIELDS] = {
	[DSI_FLAGS] = { "dsi.flags", "Flags", KIND_UINT, BASE_HEX, 1, .names = flag_names },
	[DSI_COMMAND] = { "dsi.command", "Command", KIND_UINT, .octets = 1, .names = command_names },
	[DSI_REQUEST] = { "dsi.requestid", "Request ID", KIND_UINT, .octets = 2 },
	[DSI_OFFSET] = { "dsi.data_offset", "Data offset", KIND_INT, .octets = 4 },
	[DSI_ERROR] = { "dsi.error_code", "Error code", KIND_INT, .octets = 4 },
	[DSI_LENGTH] = { "dsi.length", "Length", KIND_UINT, .octets = 4 },
};

static const struct record dsi_records[] = { { "dsi", RECORD_LAYER, DSI_NFIELDS, dsi_fields, NULL } };

enum { HEADER = 16, REPLY = 1, COMMAND = 2, WRITE = 6, ATTENTION = 8 };

static uint32_t dsi_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t n = be32(c->data + 8);
	return n > UINT32_MAX - HEADER ? UINT32_MAX : n + HEADER;
}

static enum verdict dsi_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_dsi, 0);
	uint32_t flags = (uint32_t)row_be(r, DSI_FLAGS, c, 1);
	uint32_t command = (uint32_t)row_be(r, DSI_COMMAND, c, 1);
	row_be(r, DSI_REQUEST, c, 2);
	int32_t code = (int32_t)cur_be(c, 4);
	row_set_at(r, flags == REPLY ? DSI_ERROR : DSI_OFFSET, code, c->data + 4, 4);
	row_be(r, DSI_LENGTH, c, 4);
	cur_take(c, 4);
	pkt_item_len(pkt, HEADER);
	if ((command == COMMAND || command == WRITE) && cur_left(c))
		pkt_next_proto(pkt, &proto_afp, cur_rest(c));
	return MINE;
}

static bool dsi_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 2 && c->data[0] <= REPLY && c->data[1] >= 1 && c->data[1] <= ATTENTION;
}

static const struct pdu dsi_pdu = { .min = HEADER, .length = dsi_length, .test = dsi_test };
static const struct claim dsi_claims[] = { { CLAIM_TCP_PORT, 548 }, { 0 } };

const struct protocol proto_dsi = {
	.name = "dsi",
	.title = "Data Stream Interface",
	.column = "DSI",
	.spec = "AFP 3.4",
	.help = "Carries Apple's file sharing over TCP.",
	.id = PROTO_ID_dsi,
	.records = dsi_records,
	.nrecords = 1,
	.claims = dsi_claims,
	.dissect = dsi_dissect,
	.pdu = &dsi_pdu,
};

/* ---- Apple Filing Protocol: a command, where the side that asks is known ---- */

enum { AFP_COMMAND, AFP_NFIELDS };

static const struct value_name afp_names[] = { { 1, "FPByteRangeLock" }, { 2, "FPCloseVol" },
	{ 4, "FPCloseFork" }, { 6, "FPCreateDir" }, { 7, "FPCreateFile" }, { 8, "FPDelete" },
	{ 14, "FPGetForkParms" }, { 15, "FPGetSrvrInfo" }, { 16, "FPGetSrvrParms" }, { 17, "FPGetVolParms" },
	{ 18, "FPLogin" }, { 19, "FPLoginCont" }, { 20, "FPLogout" }, { 23, "FPMoveAndRename" },
	{ 24, "FPOpenVol" }, { 26, "FPOpenFork" }, { 27, "FPRead" }, { 28, "FPRename" }, { 33, "FPWrite" },
	{ 34, "FPGetFileDirParms" }, { 60, "FPReadExt" }, { 61, "FPWriteExt" }, { 68, "FPEnumerateExt2" },
	{ 0, NULL } };

static const struct field afp_fields[AFP_NFIELDS] = {
	[AFP_COMMAND] = { "afp.command", "Command", KIND_UINT, .octets = 1, .names = afp_names },
};

static const struct record afp_records[] = { { "afp", RECORD_LAYER, AFP_NFIELDS, afp_fields, NULL } };

static enum verdict afp_dissect(struct packet *pkt, struct cursor *c)
{
	const struct layer *l = pkt_layer(pkt);
	struct row *r = row_open(pkt, &proto_afp, 0);
	const struct row *dsi = l->parent >= 0 ? pkt->layers[l->parent].row : NULL;
	if (dsi && row_has(dsi, DSI_FLAGS) && dsi->v[DSI_FLAGS] != REPLY)
		row_be(r, AFP_COMMAND, c, 1);
	return MINE;
}

const struct protocol proto_afp = {
	.name = "afp",
	.title = "Apple Filing Protocol",
	.column = "AFP",
	.spec = "AFP 3.4",
	.help = "Apple's file sharing.",
	.id = PROTO_ID_afp,
	.records = afp_records,
	.nrecords = 1,
	.dissect = afp_dissect,
};
