/* Distributed Network Protocol 3 (IEEE 1815), over TCP and UDP.
 *
 *      0       1       2       3       4           6           8          10
 *     +-------+-------+-------+-------+-----------+-----------+-----------+------------------ - -
 *     | 0x05  | 0x64  |length |control|destination|  source   |  checksum | blocks of 16 octets and checksum
 *     +-------+-------+-------+-------+-----------+-----------+-----------+------------------ - -
 *
 * Little-endian. The length counts control, addresses and data, not the checksums. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_dnp3;

enum {
	DNP_START,
	DNP_LEN,
	DNP_CTL,
	DNP_DST,
	DNP_SRC,
	DNP_CRC,
	DNP_TR_CTL,
	DNP_AL_CTL,
	DNP_AL_FUNC,
	DNP_DIR,
	DNP_PRM,
	DNP_NFIELDS
};

static const struct value_name function_names[] = { { 0, "Confirm" }, { 1, "Read" }, { 2, "Write" },
	{ 3, "Select" }, { 4, "Operate" }, { 5, "Direct Operate" }, { 6, "Direct Operate No ACK" },
	{ 7, "Immediate Freeze" }, { 8, "Immediate Freeze No ACK" }, { 9, "Freeze and Clear" },
	{ 10, "Freeze and Clear No ACK" }, { 13, "Cold Restart" }, { 14, "Warm Restart" },
	{ 18, "Stop Application" }, { 20, "Enable Spontaneous Messages" },
	{ 21, "Disable Spontaneous Messages" }, { 23, "Delay Measurement" }, { 27, "Delete File" },
	{ 129, "Response" }, { 130, "Unsolicited Response" }, { 0, NULL } };

static const struct field dnp_fields[DNP_NFIELDS] = {
	[DNP_START] = { "dnp3.start", "Start Bytes", KIND_UINT, BASE_HEX, 2 },
	[DNP_LEN] = { "dnp3.len", "Length", KIND_UINT, .octets = 1 },
	[DNP_CTL] = { "dnp3.ctl", "Control", KIND_UINT, BASE_HEX, 1 },
	[DNP_DST] = { "dnp3.dst", "Destination", KIND_UINT, .octets = 2 },
	[DNP_SRC] = { "dnp3.src", "Source", KIND_UINT, .octets = 2 },
	[DNP_CRC] = { "dnp3.hdr.CRC", "Data Link Header checksum", KIND_UINT, BASE_HEX, 2 },
	[DNP_TR_CTL] = { "dnp3.tr.ctl", "Transport Control", KIND_UINT, BASE_HEX, 1 },
	[DNP_AL_CTL] = { "dnp3.al.ctl", "Application Control", KIND_UINT, BASE_HEX, 1 },
	[DNP_AL_FUNC] = { "dnp3.al.func", "Function Code", KIND_UINT, .octets = 1, .names = function_names },
	[DNP_DIR] = { "dnp3.ctl.dir", "Direction", KIND_BOOL, .of = DNP_CTL, .mask = 0x80 },
	[DNP_PRM] = { "dnp3.ctl.prm", "Primary", KIND_BOOL, .of = DNP_CTL, .mask = 0x40 },
};

static const struct record dnp_records[] = { { "dnp3", RECORD_LAYER, DNP_NFIELDS, dnp_fields, NULL } };

enum { HEADER = 10, COUNTED = 5, BLOCK = 16, FIRST = 0x40, FINAL = 0x80, READ = 1, WRITE = 2 };

/* IEEE 1815, section 9.2.4.3: 16 bits, the polynomial with its bits reversed. */
static uint16_t checksum(const uint8_t *p, uint32_t n)
{
	uint16_t crc = 0;
	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0xa6bc : crc >> 1;
	}
	return (uint16_t)~crc;
}

/* Begins as DNP does; a header that is all there has the right checksum. */
static bool dnp_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 2 && be16(c->data) == 0x0564 &&
	       (c->cap < HEADER || checksum(c->data, HEADER - 2) == le16(c->data + HEADER - 2));
}

static uint32_t dnp_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t data = c->data[2] < COUNTED ? 0 : c->data[2] - COUNTED;
	return HEADER + data + 2 * ((data + BLOCK - 1) / BLOCK);
}

/* Groups of objects (IEEE 1815, annex A) that reads and writes name. */
static const struct value_name group_names[] = { { 1, "Binary Input" }, { 2, "Binary Input Change" },
	{ 3, "Double-bit Input" }, { 4, "Double-bit Input Change" }, { 40, "Analog Output" },
	{ 50, "Time and Date" }, { 80, "Internal Indications" }, { 0, NULL } };

/* The function, and what the first object is that is read or written. The first block goes on behind the
 * application's header, so the object stands in one piece. */
static void inform(struct packet *pkt, const struct cursor *c, uint32_t function)
{
	uint64_t object;
	info_clear(pkt);
	info_sep(pkt, ", ", "%s", info_name(function_names, function, "Unknown function"));
	if ((function != READ && function != WRITE) || !cur_peek(c, 0, 2, &object))
		return;
	const char *name = info_name(group_names, (int64_t)(object >> 8), NULL);
	if (object >> 8 == 60 && (object & 0xff) >= 1 && (object & 0xff) <= 4)
		info_add(pkt, ", Class %u", (unsigned)(object & 0xff) - 1);
	else if (name)
		info_add(pkt, ", %s", name);
}

static enum verdict dnp_message(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_dnp3, 0);
	row_be(r, DNP_START, c, 2);
	uint32_t len = (uint32_t)row_be(r, DNP_LEN, c, 1);
	row_be(r, DNP_CTL, c, 1);
	row_le(r, DNP_DST, c, 2);
	row_le(r, DNP_SRC, c, 2);
	row_le(r, DNP_CRC, c, 2);
	if (len <= COUNTED)
		return MINE;
	uint32_t transport = (uint32_t)row_be(r, DNP_TR_CTL, c, 1);
	/* The application's header stands in the first segment of a message. */
	if (transport & FIRST && len >= COUNTED + 3) {
		row_be(r, DNP_AL_CTL, c, 1);
		uint32_t function = (uint32_t)row_be(r, DNP_AL_FUNC, c, 1);
		if (pkt->info && transport & FINAL && !pkt->fail)
			inform(pkt, c, function);
	}
	return MINE;
}

static enum verdict dnp_dissect(struct packet *pkt, struct cursor *c)
{
	if (!dnp_test(pkt, c))
		return NOT_MINE;
	return dnp_message(pkt, c);
}

static const struct pdu dnp_pdu = {
	.min = HEADER, .length = dnp_length, .dissect = dnp_message, .test = dnp_test
};
static const struct claim dnp_claims[] = { { CLAIM_TCP_PORT, 20000 }, { CLAIM_UDP_PORT, 20000 }, { 0 } };

const struct protocol proto_dnp3 = {
	.name = "dnp3",
	.title = "Distributed Network Protocol 3.0",
	.column = "DNP 3.0",
	.spec = "IEEE 1815",
	.help = "Reads and switches stations of electricity and water networks.",
	.id = PROTO_ID_dnp3,
	.records = dnp_records,
	.nrecords = 1,
	.claims = dnp_claims,
	.pdu = &dnp_pdu,
	.dissect = dnp_dissect,
};
