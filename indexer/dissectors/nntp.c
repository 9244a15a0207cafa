/* Network News Transfer Protocol (RFC 3977): commands, replies and articles, as lines. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_nntp;

enum { NNTP_REQUEST, NNTP_RESPONSE, NNTP_NFIELDS };

static const struct field nntp_fields[NNTP_NFIELDS] = {
	[NNTP_REQUEST] = { "nntp.request", "Request", KIND_BOOL, .hidden = true },
	[NNTP_RESPONSE] = { "nntp.response", "Response", KIND_BOOL, .hidden = true },
};

static const struct record nntp_records[] = { { "nntp", RECORD_LAYER, NNTP_NFIELDS, nntp_fields, NULL } };

#define PORT 119

static enum verdict nntp_dissect(struct packet *pkt, struct cursor *c)
{
	(void)c;
	row_set(row_open(pkt, &proto_nntp, 0), pkt->dstport == PORT ? NNTP_REQUEST : NNTP_RESPONSE, 1);
	return MINE;
}

static const struct claim nntp_claims[] = { { CLAIM_TCP_PORT, PORT }, { 0 } };

const struct protocol proto_nntp = {
	.name = "nntp",
	.title = "Network News Transfer Protocol",
	.column = "NNTP",
	.spec = "RFC 3977",
	.help = "Reads and posts articles of news groups.",
	.id = PROTO_ID_nntp,
	.records = nntp_records,
	.nrecords = 1,
	.claims = nntp_claims,
	.dissect = nntp_dissect,
};
