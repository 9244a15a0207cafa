/* Stream Control Transmission Protocol (RFC 9260; I-DATA: RFC 8260).
 *
 *      0               2               4                               8                              12
 *     +---------------+---------------+-------------------------------+-------------------------------+-------
 * - - |  source port  |  destination  |       verification tag        |           checksum            |
 * chunks
 *     +---------------+---------------+-------------------------------+-------------------------------+-------
 * - - chunk:  type (1), flags (1), length with these 4 octets (2), value, filled up to 4 octets DATA:   TSN
 * (4), stream (2), number in the stream (2), payload protocol (4), user data I-DATA: TSN (4), stream (2),
 * reserved (2), message (4), payload protocol or fragment number (4), user data
 *
 * A user message in one DATA chunk is handed on; one that is spread over several chunks is not put together.
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_sctp;

enum { SCTP_SRCPORT, SCTP_DSTPORT, SCTP_TAG, SCTP_CHECKSUM, SCTP_PORT, SCTP_NFIELDS };

static const struct field sctp_fields[SCTP_NFIELDS] = {
	[SCTP_SRCPORT] = { "sctp.srcport", "Source port", KIND_UINT, .octets = 2 },
	[SCTP_DSTPORT] = { "sctp.dstport", "Destination port", KIND_UINT, .octets = 2 },
	[SCTP_TAG] = { "sctp.verification_tag", "Verification tag", KIND_UINT, BASE_HEX, 4 },
	[SCTP_CHECKSUM] = { "sctp.checksum", "Checksum", KIND_UINT, BASE_HEX, 4 },
	[SCTP_PORT] = { "sctp.port", "Port", KIND_UINT, .octets = 2, .hidden = true,
		.any = { SCTP_SRCPORT, SCTP_DSTPORT }, .nany = 2 },
};

static const struct value_name chunk_names[] = { { 0, "DATA" }, { 1, "INIT" }, { 2, "INIT_ACK" },
	{ 3, "SACK" }, { 4, "HEARTBEAT" }, { 5, "HEARTBEAT_ACK" }, { 6, "ABORT" }, { 7, "SHUTDOWN" },
	{ 8, "SHUTDOWN_ACK" }, { 9, "ERROR" }, { 10, "COOKIE_ECHO" }, { 11, "COOKIE_ACK" }, { 12, "ECNE" },
	{ 13, "CWR" }, { 14, "SHUTDOWN_COMPLETE" }, { 15, "AUTH" }, { 16, "NR_SACK" }, { 64, "I_DATA" },
	{ 128, "ASCONF_ACK" }, { 129, "PKTDROP" }, { 130, "RE_CONFIG" }, { 132, "PAD" },
	{ 192, "FORWARD_TSN" }, { 193, "ASCONF" }, { 194, "I_FORWARD_TSN" }, { 0, NULL } };

enum {
	CHUNK_TYPE,
	CHUNK_FLAGS,
	CHUNK_LENGTH,
	CHUNK_TSN,
	CHUNK_SID,
	CHUNK_SSN,
	CHUNK_MID,
	CHUNK_PPID,
	CHUNK_E,
	CHUNK_B,
	CHUNK_U,
	CHUNK_I,
	CHUNK_NFIELDS
};

#define OF_DATA(bit) "CASE WHEN {chunk_type} IN (0, 64) THEN {chunk_flags}>>" #bit "&1 END"

static const struct field chunk_fields[CHUNK_NFIELDS] = {
	[CHUNK_TYPE] = { "sctp.chunk_type", "Chunk type", KIND_UINT, .octets = 1, .names = chunk_names },
	[CHUNK_FLAGS] = { "sctp.chunk_flags", "Chunk flags", KIND_UINT, BASE_HEX, 1 },
	[CHUNK_LENGTH] = { "sctp.chunk_length", "Chunk length", KIND_UINT, .octets = 2 },
	[CHUNK_TSN] = { "sctp.data_tsn_raw", "Transmission sequence number (absolute)", KIND_UINT,
		.octets = 4 },
	[CHUNK_SID] = { "sctp.data_sid", "Stream identifier", KIND_UINT, BASE_HEX, 2 },
	[CHUNK_SSN] = { "sctp.data_ssn", "Stream sequence number", KIND_UINT, .octets = 2 },
	[CHUNK_MID] = { "sctp.data_mid", "Message identifier", KIND_UINT, .octets = 4 },
	[CHUNK_PPID] = { "sctp.data_payload_proto_id", "Payload protocol identifier", KIND_UINT,
		.octets = 4 },
	[CHUNK_E] = { "sctp.data_e_bit", "E-Bit", KIND_BOOL, .sql = OF_DATA(0) },
	[CHUNK_B] = { "sctp.data_b_bit", "B-Bit", KIND_BOOL, .sql = OF_DATA(1) },
	[CHUNK_U] = { "sctp.data_u_bit", "U-Bit", KIND_BOOL, .sql = OF_DATA(2) },
	[CHUNK_I] = { "sctp.data_i_bit", "I-Bit", KIND_BOOL, .sql = OF_DATA(3) },
};

/* Chunks that set up and acknowledge. */
enum {
	INIT_TAG,
	INIT_CREDIT,
	INIT_OUT,
	INIT_IN,
	INIT_TSN,
	ACK_TAG,
	ACK_CREDIT,
	ACK_OUT,
	ACK_IN,
	ACK_TSN,
	SACK_TSN,
	SACK_A_RWND,
	SACK_GAPS,
	SACK_DUPLICATES,
	CONTROL_NFIELDS
};

static const struct field control_fields[CONTROL_NFIELDS] = {
	[INIT_TAG] = { "sctp.init_initiate_tag", "Initiate tag", KIND_UINT, BASE_HEX, 4 },
	[INIT_CREDIT] = { "sctp.init_credit", "Advertised receiver window credit (a_rwnd)", KIND_UINT,
		.octets = 4 },
	[INIT_OUT] = { "sctp.init_nr_out_streams", "Number of outbound streams", KIND_UINT, .octets = 2 },
	[INIT_IN] = { "sctp.init_nr_in_streams", "Number of inbound streams", KIND_UINT, .octets = 2 },
	[INIT_TSN] = { "sctp.init_initial_tsn", "Initial TSN", KIND_UINT, .octets = 4 },
	[ACK_TAG] = { "sctp.initack_initiate_tag", "Initiate tag", KIND_UINT, BASE_HEX, 4 },
	[ACK_CREDIT] = { "sctp.initack_credit", "Advertised receiver window credit (a_rwnd)", KIND_UINT,
		.octets = 4 },
	[ACK_OUT] = { "sctp.initack_nr_out_streams", "Number of outbound streams", KIND_UINT, .octets = 2 },
	[ACK_IN] = { "sctp.initack_nr_in_streams", "Number of inbound streams", KIND_UINT, .octets = 2 },
	[ACK_TSN] = { "sctp.initack_initial_tsn", "Initial TSN", KIND_UINT, .octets = 4 },
	[SACK_TSN] = { "sctp.sack_cumulative_tsn_ack_raw", "Cumulative TSN ACK (absolute)", KIND_UINT,
		.octets = 4 },
	[SACK_A_RWND] = { "sctp.sack_a_rwnd", "Advertised receiver window credit (a_rwnd)", KIND_UINT,
		.octets = 4 },
	[SACK_GAPS] = { "sctp.sack_number_of_gap_blocks", "Number of gap acknowledgement blocks", KIND_UINT,
		.octets = 2 },
	[SACK_DUPLICATES] = { "sctp.sack_number_of_duplicated_tsns", "Number of duplicated TSNs", KIND_UINT,
		.octets = 2 },
};

enum { REC_SCTP, REC_CHUNK, REC_CONTROL, REC_COUNT };
static const struct record sctp_records[REC_COUNT] = {
	[REC_SCTP] = { "sctp", RECORD_LAYER, SCTP_NFIELDS, sctp_fields, NULL },
	[REC_CHUNK] = { "sctp_chunk", RECORD_CHILD, CHUNK_NFIELDS, chunk_fields, NULL },
	[REC_CONTROL] = { "sctp_control", RECORD_CHILD, CONTROL_NFIELDS, control_fields, NULL },
};

static const struct protocol item_again = { .name = "sctp", .title = "further chunks", .no_token = true };

/* The packet list counts transmission sequence numbers from the first of each direction. */
#define HALVES 64
struct sctp_table {
	uint8_t next;
	struct sctp_half {
		uint32_t src, dst, first;
		uint16_t srcport, dstport;
		bool used;
	} halves[HALVES];
};

#define SCTP_HEADER  12
#define CHUNK_HEADER 4
#define WHOLE        3 /* flags B and E: begin and end of a user message */

enum chunk_type { DATA = 0, INIT = 1, INIT_ACK = 2, SACK = 3, I_DATA = 64 };

/* Of this frame's direction, or the other; NULL not seen. */
static struct sctp_half *find_half(struct sctp_table *t, const struct packet *pkt, bool other)
{
	uint32_t src = other ? pkt->net_dst : pkt->net_src, dst = other ? pkt->net_src : pkt->net_dst;
	uint16_t srcport = other ? pkt->dstport : pkt->srcport, dstport = other ? pkt->srcport : pkt->dstport;
	for (unsigned i = 0; t && i < HALVES; i++)
		if (t->halves[i].used && t->halves[i].src == src && t->halves[i].dst == dst &&
			t->halves[i].srcport == srcport && t->halves[i].dstport == dstport)
			return &t->halves[i];
	return NULL;
}

/* Data with the number `tsn` were sent. */
static void note_tsn(struct packet *pkt, uint32_t tsn)
{
	struct sctp_table *t = pkt_capture_flow(pkt, &proto_sctp);
	if (!t || find_half(t, pkt, false))
		return;
	t->halves[t->next] =
		(struct sctp_half) { pkt->net_src, pkt->net_dst, tsn, pkt->srcport, pkt->dstport, true };
	t->next = (uint8_t)((t->next + 1) % HALVES);
}

/* An association begins: what was sent before between these ports was another's. */
static void forget_tsn(struct packet *pkt)
{
	struct sctp_half *half = find_half(pkt_capture_flow(pkt, &proto_sctp), pkt, false);
	if (half)
		half->used = false;
}

static uint32_t relative_tsn(struct packet *pkt, uint32_t tsn, bool other)
{
	const struct sctp_half *half = find_half(pkt_capture_flow(pkt, &proto_sctp), pkt, other);
	return half ? tsn - half->first : tsn;
}

static void data_chunk(struct packet *pkt, struct row *r, struct cursor *c, bool interleaved, uint32_t flags)
{
	uint32_t tsn = (uint32_t)row_be(r, CHUNK_TSN, c, 4);
	if (!pkt->fail)
		note_tsn(pkt, tsn);
	/* Who knows the message says what it is instead. */
	info_fence(pkt);
	if (pkt->info)
		info_add(pkt, "%s (TSN=%u) %s", interleaved ? "I_DATA" : "DATA",
			relative_tsn(pkt, tsn, false), (flags & WHOLE) == WHOLE ? "" : "(Message Fragment) ");
	row_be(r, CHUNK_SID, c, 2);
	uint32_t ppid = 0;
	if (interleaved) {
		cur_be(c, 2);
		row_be(r, CHUNK_MID, c, 4);
		/* Only the first fragment has the payload protocol here. */
		if (flags & 2)
			ppid = (uint32_t)row_be(r, CHUNK_PPID, c, 4);
		else
			cur_be(c, 4);
	} else {
		row_be(r, CHUNK_SSN, c, 2);
		ppid = (uint32_t)row_be(r, CHUNK_PPID, c, 4);
	}
	if (cur_left(c))
		cur_need(c, 1); /* Wireshark wants some of the payload at once */
	if (!pkt->fail && (flags & WHOLE) == WHOLE)
		pkt_next(pkt, CLAIM_SCTP_PPI, ppid, cur_rest(c));
}

static void init_chunk(struct packet *pkt, struct cursor *c, unsigned first)
{
	struct row *r = row_open(pkt, &proto_sctp, REC_CONTROL);
	row_be(r, first, c, 4);
	row_be(r, first + 1, c, 4);
	row_be(r, first + 2, c, 2);
	row_be(r, first + 3, c, 2);
	row_be(r, first + 4, c, 4);
	if (!pkt->fail)
		forget_tsn(pkt);
}

static void sack_chunk(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_sctp, REC_CONTROL);
	uint32_t tsn = (uint32_t)row_be(r, SACK_TSN, c, 4), room = (uint32_t)row_be(r, SACK_A_RWND, c, 4);
	if (pkt->info && !pkt->fail)
		info_add(pkt, "SACK (Ack=%u, Arwnd=%u) ", relative_tsn(pkt, tsn, true), room);
	row_be(r, SACK_GAPS, c, 2);
	row_be(r, SACK_DUPLICATES, c, 2);
}

/* One chunk. False when no further one can be found. */
static bool chunk(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, CHUNK_HEADER);
	if (!p)
		return false;
	uint32_t type = p[0], flags = p[1], len = be16(p + 2);
	if (len == 0) {
		pkt->fail = CUR_BAD;
		return false;
	}
	struct row *r = row_open(pkt, &proto_sctp, REC_CHUNK);
	row_set_at(r, CHUNK_TYPE, type, p, 1);
	row_set_at(r, CHUNK_FLAGS, flags, p + 1, 1);
	row_set_at(r, CHUNK_LENGTH, len, p + 2, 2);
	if (len < CHUNK_HEADER)
		return false;
	if (len - CHUNK_HEADER > cur_left(c)) {
		pkt->fail = CUR_BAD;
		return false;
	}
	struct cursor value = cur_sub(c, len - CHUNK_HEADER);
	if (pkt->info && type != DATA && type != I_DATA && type != SACK)
		info_add(pkt, "%s ", info_name(chunk_names, type, "RESERVED"));
	cur_skip(c, -len & 3);
	if (type == DATA || type == I_DATA) {
		data_chunk(pkt, r, &value, type == I_DATA, flags);
		/* What follows a message stands behind it in the tree, under the name of SCTP once more. */
		struct cursor rest = *c;
		if (!pkt->fail && (flags & WHOLE) == WHOLE && cur_left(c))
			pkt_next_proto(pkt, &item_again, cur_rest(&rest));
	} else if (type == INIT || type == INIT_ACK)
		init_chunk(pkt, &value, type == INIT ? INIT_TAG : ACK_TAG);
	else if (type == SACK)
		sack_chunk(pkt, &value);
	return !pkt->fail;
}

static enum verdict sctp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_sctp, REC_SCTP);
	info_clear(pkt);
	if (!cur_need(c, SCTP_HEADER))
		return MINE;
	pkt->srcport = (uint16_t)row_be(r, SCTP_SRCPORT, c, 2);
	pkt->dstport = (uint16_t)row_be(r, SCTP_DSTPORT, c, 2);
	row_be(r, SCTP_TAG, c, 4);
	row_be(r, SCTP_CHECKSUM, c, 4);
	while (cur_left(c) && chunk(pkt, c))
		continue;
	return MINE;
}

static const struct claim sctp_claims[] = { { CLAIM_IP_PROTO, 132 }, { CLAIM_UDP_PORT, 9899 },
	{ CLAIM_LINKTYPE, 248 }, { 0 } };

const struct protocol proto_sctp = {
	.name = "sctp",
	.title = "Stream Control Transmission Protocol",
	.column = "SCTP",
	.spec = "RFC 9260",
	.help = "Carries messages in several ordered streams between two hosts, mostly in telephone "
		"networks.",
	.id = PROTO_ID_sctp,
	.records = sctp_records,
	.nrecords = REC_COUNT,
	.claims = sctp_claims,
	.dissect = sctp_dissect,
	.item_min = SCTP_HEADER,
	.flow_size = sizeof(struct sctp_table),
};
