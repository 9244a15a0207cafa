/* Synchrophasor data transfer (IEEE C37.118.2, section 6).
 *
 *      0       1       2           4           6               10              14
 *     +-------+-------+-----------+-----------+---------------+---------------+---- - -
 *     | 0xaa  |type,v.|frame size |  id code  | second        |quality,fract. | by type, checksum (2)
 *     +-------+-------+-----------+-----------+---------------+---------------+---- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_synphasor;

enum { SYN_SYNC, SYN_SIZE, SYN_ID, SYN_SECOND, SYN_TYPE, SYN_VERSION, SYN_NFIELDS };

static const struct value_name type_names[] = { { 0, "Data Frame" }, { 1, "Header Frame" },
	{ 2, "Configuration Frame 1" }, { 3, "Configuration Frame 2" }, { 4, "Command Frame" },
	{ 5, "Configuration Frame 3" }, { 0, NULL } };

#define COMMAND 4 /* table 15: what it asks for */
static const struct value_name command_names[] = { { 1, "data transmission off" },
	{ 2, "data transmission on" }, { 3, "send HDR frame" }, { 4, "send CFG-1 frame" },
	{ 5, "send CFG-2 frame" }, { 6, "send CFG-3 frame" }, { 0, NULL } };

static const struct field syn_fields[SYN_NFIELDS] = {
	[SYN_SYNC] = { "synphasor.sync", "Synchronization word", KIND_UINT, BASE_HEX, 2 },
	[SYN_SIZE] = { "synphasor.fsize", "Framesize", KIND_UINT, .octets = 2 },
	[SYN_ID] = { "synphasor.idcode_stream_source", "PMU/DC ID number (Stream source ID)", KIND_UINT,
		.octets = 2 },
	[SYN_SECOND] = { "synphasor.soc", "SOC time stamp", KIND_UINT, .octets = 4 },
	[SYN_TYPE] = { "synphasor.frtype", "Frame Type", KIND_UINT, .octets = 2, .of = SYN_SYNC, .mask = 0x70,
		.names = type_names },
	[SYN_VERSION] = { "synphasor.version", "Version", KIND_UINT, .octets = 2, .of = SYN_SYNC,
		.mask = 0x0f },
};

static const struct record syn_records[] = { { "synphasor", RECORD_LAYER, SYN_NFIELDS, syn_fields, NULL } };

static bool syn_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap && c->data[0] == 0xaa;
}

static uint32_t syn_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be16(c->data + 2);
}

static enum verdict syn_dissect(struct packet *pkt, struct cursor *c)
{
	if (!syn_test(pkt, c))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_synphasor, 0);
	uint32_t sync = (uint32_t)row_be(r, SYN_SYNC, c, 2), type = sync >> 4 & 7;
	row_be(r, SYN_SIZE, c, 2);
	row_be(r, SYN_ID, c, 2);
	row_be(r, SYN_SECOND, c, 4);
	if (pkt->info && !pkt->fail) {
		info_set(pkt, "%s", info_name(type_names, type, "invalid packet type"));
		uint64_t command;
		if (type == COMMAND && cur_peek(c, 4, 2, &command)) /* behind the fraction of a second */
			info_add(pkt, ", %s", info_name(command_names, (int64_t)command, "unknown"));
	}
	return MINE;
}

static const struct pdu syn_pdu = { .min = 4, .length = syn_length, .test = syn_test };
static const struct claim syn_claims[] = { { CLAIM_TCP_PORT, 4712 }, { CLAIM_UDP_PORT, 4713 }, { 0 } };

const struct protocol proto_synphasor = {
	.name = "synphasor",
	.title = "IEEE C37.118 Synchrophasor Protocol",
	.column = "SYNCHROPHASOR",
	.spec = "IEEE C37.118.2",
	.help = "Tells the phase of the voltage at points of an electricity network, many times a second.",
	.id = PROTO_ID_synphasor,
	.records = syn_records,
	.nrecords = 1,
	.claims = syn_claims,
	.pdu = &syn_pdu,
	.dissect = syn_dissect,
};
