/* The Bitcoin network's messages.
 *
 *      0       4                       16      20      24
 *     +-------+-----------------------+-------+-------+------ - -
 *     | magic | command               |length |chksum | payload       little-endian
 *     +-------+-----------------------+-------+-------+------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_bitcoin;

enum {
	BITCOIN_MAGIC,
	BITCOIN_COMMAND,
	BITCOIN_LENGTH,
	BITCOIN_CHECKSUM,
	BITCOIN_VERSION_VERSION,
	BITCOIN_VERSION_SERVICES,
	BITCOIN_VERSION_TIMESTAMP,
	BITCOIN_NFIELDS
};
static const struct field bitcoin_fields[BITCOIN_NFIELDS] = {
	[BITCOIN_MAGIC] = { "bitcoin.magic", "Packet magic", KIND_UINT, BASE_HEX, 4 },
	[BITCOIN_COMMAND] = { "bitcoin.command", "Command name", KIND_TEXT },
	[BITCOIN_LENGTH] = { "bitcoin.length", "Payload Length", KIND_UINT, .octets = 4 },
	[BITCOIN_CHECKSUM] = { "bitcoin.checksum", "Payload checksum", KIND_UINT, BASE_HEX, 4 },
	[BITCOIN_VERSION_VERSION] = { "bitcoin.version.version", "Protocol version", KIND_UINT, .octets = 4,
		.part = 1 },
	[BITCOIN_VERSION_SERVICES] = { "bitcoin.version.services", "Node services", KIND_UINT, BASE_HEX, 8,
		.part = 1 },
	[BITCOIN_VERSION_TIMESTAMP] = { "bitcoin.version.timestamp", "Node timestamp", KIND_TIME, .part = 1 },
};

static const struct record bitcoin_records[] = {
	{ "bitcoin", RECORD_LAYER, BITCOIN_NFIELDS, bitcoin_fields, (const char *const[]) { "hello", NULL } },
};

/* Commands whose payload Wireshark dissects: the name stands in the stack a second time. */
static const char *const known[] = { "version", "addr", "inv", "getdata", "notfound", "getblocks",
	"getheaders", "tx", "block", "headers", "ping", "pong", "reject", "filterload", "filteradd",
	"merkleblock" };

/* What once began with the magic number is Bitcoin from then on. */
struct bitcoin_flow {
	bool known;
};

static bool is_magic(const struct cursor *c)
{
	uint64_t magic;
	return cur_peek(c, 0, 4, &magic) &&
	       (magic == 0xf9beb4d9 || magic == 0xfabfb5da || magic == 0x0b110907);
}

static enum verdict bitcoin_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_bitcoin, 0);
	row_be(r, BITCOIN_MAGIC, c, 4);
	const char *command = (const char *)c->data + c->pos;
	row_string(r, BITCOIN_COMMAND, c, 12);
	row_le(r, BITCOIN_LENGTH, c, 4);
	row_be(r, BITCOIN_CHECKSUM, c, 4);
	if (!pkt->fail && pkt->info) {
		info_clear(pkt);
		info_sep(pkt, ", ", "%s", "");
		bool named = strncmp(command, "verack", 12) == 0 || strncmp(command, "getaddr", 12) == 0;
		for (unsigned i = 0; !named && i < sizeof(known) / sizeof(*known); i++)
			named = strncmp(command, known[i], 12) == 0;
		if (named)
			info_text(pkt, command, strnlen(command, 12));
		else
			info_add(pkt, "%s", "[unknown command]");
	}
	for (unsigned i = 0; !pkt->fail && i < sizeof(known) / sizeof(*known); i++)
		if (strncmp(command, known[i], 12) == 0)
			pkt_token(pkt, &proto_bitcoin);
	if (!pkt->fail && strncmp(command, "version", 12) == 0) {
		row_le(r, BITCOIN_VERSION_VERSION, c, 4);
		row_le(r, BITCOIN_VERSION_SERVICES, c, 8);
		row_set(r, BITCOIN_VERSION_TIMESTAMP, (int64_t)(cur_le(c, 8) * 1000000000));
	}
	return MINE;
}

static uint32_t bitcoin_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t n = le32(c->data + 16);
	return n > UINT32_MAX - 24 ? UINT32_MAX : n + 24;
}

static bool bitcoin_test(struct packet *pkt, const struct cursor *c)
{
	struct bitcoin_flow *f = pkt_flow(pkt, &proto_bitcoin);
	if (f && f->known)
		return true;
	if (!is_magic(c))
		return false;
	pkt_speak(pkt, &proto_bitcoin);
	if (f)
		f->known = true;
	return true;
}

static const struct pdu bitcoin_pdu = { .min = 24, .length = bitcoin_length, .test = bitcoin_test };

static const struct claim bitcoin_claims[] = { { CLAIM_HEUR_TCP, 800 }, { 0 } };

const struct protocol proto_bitcoin = {
	.name = "bitcoin",
	.title = "Bitcoin protocol",
	.column = "Bitcoin",
	.help = "Tells transactions and blocks among the nodes of Bitcoin.",
	.id = PROTO_ID_bitcoin,
	.records = bitcoin_records,
	.nrecords = 1,
	.claims = bitcoin_claims,
	.dissect = bitcoin_dissect,
	.pdu = &bitcoin_pdu,
	.flow_size = sizeof(struct bitcoin_flow),
};
