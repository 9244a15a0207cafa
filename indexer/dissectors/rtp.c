/* Real-time Transport Protocol (RFC 3550, section 5.1).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---+-+-+-------+-+-------------+-------------------------------+
 *     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *     +---+-+-+-------+-+-------------+-------------------------------+
 *     |                           timestamp                           |
 *     |           synchronization source (SSRC) identifier            |
 *     |           CC contributing source (CSRC) identifiers           |
 *     |       X: profile (16), length (16), that many words           |
 *     +---------------------------------------------------------------+
 *
 * Nothing in a packet says that it is RTP: what does is the announcement of its port (SDP, H.245, Skinny
 * ...). */
#include "indexer/dissectors/rtp.h"

#include <strings.h>

#include "indexer/dissectors/ids.h"

enum {
	RTP_BITS,
	RTP_TYPE_BITS,
	RTP_SEQ,
	RTP_TIMESTAMP,
	RTP_SSRC,
	RTP_PAYLOAD,
	RTP_SETUP_FRAME,
	RTP_PROFILE,
	RTP_EXT_LEN,
	RTP_PAD_COUNT,
	RTP_VERSION,
	RTP_PADDING,
	RTP_EXT,
	RTP_CC,
	RTP_MARKER,
	RTP_P_TYPE,
	RTP_NFIELDS
};

static const struct value_name rtp_types[] = { { 0, "ITU-T G.711 PCMU" }, { 3, "GSM 06.10" },
	{ 4, "ITU-T G.723" }, { 5, "DVI4 8000 samples/s" }, { 6, "DVI4 16000 samples/s" },
	{ 7, "Experimental linear predictive encoding from Xerox PARC" }, { 8, "ITU-T G.711 PCMA" },
	{ 9, "ITU-T G.722" }, { 10, "16-bit uncompressed audio, stereo" },
	{ 11, "16-bit uncompressed audio, monaural" },
	{ 12, "Qualcomm Code Excited Linear Predictive coding" }, { 13, "Comfort noise" },
	{ 14, "MPEG-I/II Audio" }, { 15, "ITU-T G.728" }, { 18, "ITU-T G.729" },
	{ 25, "Sun CellB video encoding" }, { 26, "JPEG-compressed video" }, { 28, "'nv' program" },
	{ 31, "ITU-T H.261" }, { 32, "MPEG-I/II Video" }, { 33, "MPEG-II transport streams" },
	{ 34, "ITU-T H.263" }, { 0, NULL } };

static const struct field rtp_fields[RTP_NFIELDS] = {
	[RTP_BITS] = { "bits", "Version, padding, extension, count", KIND_UINT, .octets = 1,
		.internal = true },
	[RTP_TYPE_BITS] = { "type_bits", "Marker, payload type", KIND_UINT, .octets = 1, .internal = true },
	[RTP_SEQ] = { "rtp.seq", "Sequence number", KIND_UINT, .octets = 2 },
	[RTP_TIMESTAMP] = { "rtp.timestamp", "Timestamp", KIND_UINT, .octets = 4 },
	[RTP_SSRC] = { "rtp.ssrc", "Synchronization Source identifier", KIND_UINT, BASE_HEX_DEC, 4 },
	[RTP_PAYLOAD] = { "rtp.payload", "Payload", KIND_BYTES },
	[RTP_SETUP_FRAME] = { "rtp.setup-frame", "Setup frame", KIND_FRAME, .generated = true },
	[RTP_PROFILE] = { "rtp.ext.profile", "Defined by profile", KIND_UINT, BASE_HEX_DEC, 2, .part = 1 },
	[RTP_EXT_LEN] = { "rtp.ext.len", "Extension length", KIND_UINT, .octets = 2, .part = 1 },
	[RTP_PAD_COUNT] = { "rtp.padding.count", "Padding count", KIND_UINT, .octets = 1, .part = 1 },
	[RTP_VERSION] = { "rtp.version", "Version", KIND_UINT, .octets = 1, .mask = 0xc0, .of = RTP_BITS },
	[RTP_PADDING] = { "rtp.padding", "Padding", KIND_BOOL, .mask = 0x20, .of = RTP_BITS },
	[RTP_EXT] = { "rtp.ext", "Extension", KIND_BOOL, .mask = 0x10, .of = RTP_BITS },
	[RTP_CC] = { "rtp.cc", "Contributing source identifiers count", KIND_UINT, .octets = 1, .mask = 0x0f,
		.of = RTP_BITS },
	[RTP_MARKER] = { "rtp.marker", "Marker", KIND_BOOL, .mask = 0x80, .of = RTP_TYPE_BITS },
	[RTP_P_TYPE] = { "rtp.p_type", "Payload type", KIND_UINT, .octets = 1, .mask = 0x7f,
		.of = RTP_TYPE_BITS, .names = rtp_types },
};

enum { CSRC_ITEM, CSRC_NFIELDS };

static const struct field csrc_fields[CSRC_NFIELDS] = {
	[CSRC_ITEM] = { "rtp.csrc.item", "CSRC item", KIND_UINT, BASE_HEX_DEC, 4 },
};

static const struct record rtp_records[] = {
	{ "rtp", RECORD_LAYER, RTP_NFIELDS, rtp_fields, (const char *const[]) { "rare", NULL } },
	{ "rtp_csrc", RECORD_CHILD, CSRC_NFIELDS, csrc_fields, NULL },
};

/* ---- payloads ---- */

extern const struct protocol proto_rtpevent, proto_mp2t;

/* Payloads that Wireshark goes into and that are names here. */
#define BARE(token, long_name, shown)                                                                        \
	{                                                                                                    \
		.name = token, .title = long_name, .column = shown                                           \
	}
static const struct protocol bare[] = {
	BARE("g723", "G.723", NULL),
	BARE("jpeg", "RFC 2435 JPEG", "JPEG"),
	BARE("h261", "ITU-T Recommendation H.261", "H.261"),
	BARE("mpeg1", "RFC 2250 MPEG1", "MPEG-1"),
	BARE("rfc2190", "H.263 RTP Payload header (RFC2190)", "H.263"),
	BARE("h263p", "ITU-T Recommendation H.263 RTP Payload header (RFC4629)", "H263P"),
	BARE("h264", "H.264", "H264"),
	BARE("h265", "H.265", "H265"),
	BARE("amr", "Adaptive Multi-Rate", "AMR"),
	BARE("amr_wb", "Adaptive Multi-Rate WB", "AMR-WB"),
	BARE("vp8", "VP8", "VP8"),
	BARE("vp9", "VP9", "VP9"),
	BARE("mp4v-es", "MP4V-ES", "MP4V-ES"),
	BARE("ilbc", "iLBC", "iLBC"),
};

static const struct codec {
	const char *name; /* in SDP; NULL: by its number only */
	uint8_t type;     /* static payload type; 0 none */
	const struct protocol *proto;
} codecs[] = {
	{ "telephone-event", 101, &proto_rtpevent },
	{ NULL, 100, &proto_rtpevent },
	{ "X-NSE", 0, &proto_rtpevent },
	{ "G723", 4, &bare[0] },
	{ "JPEG", 26, &bare[1] },
	{ NULL, 31, &bare[2] },
	{ NULL, 32, &bare[3] },
	{ "MP2T", 33, &proto_mp2t },
	{ "H263", 34, &bare[4] },
	{ "H263-1998", 0, &bare[5] },
	{ "H263-2000", 0, &bare[5] },
	{ "H264", 0, &bare[6] },
	{ "H265", 0, &bare[7] },
	{ "AMR", 0, &bare[8] },
	{ "AMR-WB", 0, &bare[9] },
	{ "VP8", 0, &bare[10] },
	{ "VP9", 0, &bare[11] },
	{ "MP4V-ES", 0, &bare[12] },
	{ "iLBC", 0, &bare[13] },
};
#define NCODECS (sizeof(codecs) / sizeof(*codecs))

uint8_t rtp_codec(const char *name, size_t n)
{
	for (unsigned i = 0; i < NCODECS; i++)
		if (codecs[i].name && strlen(codecs[i].name) == n &&
			strncasecmp(codecs[i].name, name, n) == 0)
			return (uint8_t)(i + 1);
	return 0;
}

/* A type that was announced is what was said of it; the others have the numbers that are usual. */
static const struct protocol *payload_of(const struct rtp_media *media, unsigned type)
{
	for (unsigned i = 0; media && i < media->ntypes; i++)
		if (media->types[i].type == type)
			return media->types[i].codec ? codecs[media->types[i].codec - 1].proto : NULL;
	for (unsigned i = 0; i < NCODECS; i++)
		if (type && codecs[i].type == type)
			return codecs[i].proto;
	return NULL;
}

void rtp_expect(
	struct packet *pkt, uint32_t address, uint16_t port, uint32_t since, const struct rtp_media *media)
{
	struct expected e = { CONV_UDP, address, 0, port, 0, since, .again = true };
	struct rtp_media *m = pkt_expect(pkt, &proto_rtp, &e);
	if (m) {
		*m = *media;
		m->frame = since ? since : pkt->number;
	}
	e.port = (uint16_t)(port + 1);
	e.since = 0;
	e.again = false;
	e.use = true;
	pkt_expect(pkt, &proto_rtcp, &e);
}

void rtp_expect_secured(struct packet *pkt)
{
	struct expected e = { CONV_UDP, pkt->net_src, 0, pkt->srcport, pkt->dstport, .again = true };
	for (unsigned i = 0; i < 2; i++) {
		struct rtp_media *m = pkt_expect(pkt, &proto_rtp, &e);
		if (m) {
			m->secure = true;
			m->frame = pkt->number;
		}
		e.address = pkt->net_dst;
		e.port = pkt->dstport;
		e.other_port = pkt->srcport;
	}
}

/* ---- packets ---- */

static void padding(struct packet *pkt, struct row *r, struct cursor *c, struct cursor *payload)
{
	if (c->cap < c->len || pkt->fail)
		return;
	uint32_t count = c->data[c->len - 1], left = cur_left(c);
	row_set_at(r, RTP_PAD_COUNT, count, c->data + c->len - 1, 1);
	payload->len = count < left ? left - count : 0;
	payload->cap = payload->cap < payload->len ? payload->cap : payload->len;
}

static enum verdict rtp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t bits, type_bits;
	if (!cur_peek(c, 0, 1, &bits) || bits >> 6 != 2)
		return NOT_MINE;
	/* Reports on the same port (RFC 5761): types that would be RTP's 64 to 95 with the marker set. */
	if (cur_peek(c, 1, 1, &type_bits) && type_bits >= 192 && type_bits <= 223) {
		pkt_next_proto(pkt, &proto_rtcp, *c);
		pkt_no_item(pkt);
		return MINE;
	}
	const struct rtp_media *media = pkt_announced(pkt, &proto_rtp);
	/* Back to who announced nothing, where both ports were agreed on (RTSP): Wireshark opens a
	 * conversation for that end, of which it does not know what it speaks. */
	if (!media && pkt_spoken(pkt, &proto_rtp)) {
		pkt_expect(pkt, NULL,
			&(struct expected) { CONV_UDP, pkt->net_dst, 0, pkt->dstport, pkt->srcport });
		return NOT_MINE;
	}
	if (media && !media->frame)
		media = NULL;
	if (media && media->secure)
		pkt->column = "SRTP";
	struct row *r = row_open(pkt, &proto_rtp, 0);
	row_be(r, RTP_BITS, c, 1);
	uint32_t type_octet = (uint32_t)row_be(r, RTP_TYPE_BITS, c, 1),
		 seq = (uint32_t)row_be(r, RTP_SEQ, c, 2),
		 timestamp = (uint32_t)row_be(r, RTP_TIMESTAMP, c, 4),
		 ssrc = (uint32_t)row_be(r, RTP_SSRC, c, 4);
	unsigned type = type_octet & 0x7f;
	if (pkt->info && !pkt->fail) {
		const char *name = info_name(rtp_types, type, NULL);
		info_set(pkt, "%s", "PT=");
		if (type >= 96 || !name)
			info_add(pkt, "%s-Type-%u", type >= 96 ? "DynamicRTP" : "Unassigned", type);
		else
			info_add(pkt, "%s", name);
		info_add(pkt, ", SSRC=0x%X, Seq=%u, Time=%u%s", ssrc, seq, timestamp,
			type_octet & 0x80 ? ", Mark" : "");
	}
	if (media)
		row_set(r, RTP_SETUP_FRAME, media->frame);
	for (unsigned i = 0; i < (bits & 15) && !pkt->fail; i++)
		row_be(row_open(pkt, &proto_rtp, 1), CSRC_ITEM, c, 4);
	if (bits & 0x10) {
		row_be(r, RTP_PROFILE, c, 2);
		uint32_t words = (uint32_t)row_be(r, RTP_EXT_LEN, c, 2);
		cur_take(c, words * 4);
	}
	if (pkt->fail)
		return MINE;
	struct cursor payload = *c;
	payload = cur_rest(&payload);
	if (bits & 0x20)
		padding(pkt, r, c, &payload);
	if (!payload.len)
		return MINE;
	struct cursor shown = payload;
	row_bytes_avail(r, RTP_PAYLOAD, &shown, payload.len);
	const struct protocol *proto = media && media->secure ? NULL : payload_of(media, type);
	if (proto)
		pkt_next_proto(pkt, proto, payload);
	return MINE;
}

const struct protocol proto_rtp = {
	.name = "rtp",
	.title = "Real-Time Transport Protocol",
	.column = "RTP",
	.spec = "RFC 3550",
	.help = "Carries sound and pictures of a call or a broadcast, numbered and with the time that each "
		"belongs to.",
	.id = PROTO_ID_rtp,
	.records = rtp_records,
	.nrecords = 2,
	.dissect = rtp_dissect,
	.flow_size = sizeof(struct rtp_media),
};
