/* The data connections of FTP (RFC 959, section 3): a file or a listing, nothing else. What begins with
 * letters and line ends is shown as text. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

#define LOOKED_AT 10 /* octets */

static enum verdict ftp_data_dissect(struct packet *pkt, struct cursor *c)
{
	uint32_t n = c->cap < LOOKED_AT ? c->cap : LOOKED_AT;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t a = c->data[i];
		if ((a < 0x20 || a > 0x7e) && a != '\r' && a != '\n')
			return MINE;
	}
	next_text_lines(pkt, *c);
	return MINE;
}

static const struct claim ftp_data_claims[] = { { CLAIM_TCP_PORT, 20 }, { 0 } };

const struct protocol proto_ftp_data = {
	.name = "ftp-data",
	.title = "FTP Data",
	.column = "FTP-DATA",
	.spec = "RFC 959",
	.help = "The files and listings that FTP moves.",
	.id = PROTO_ID_ftp_data,
	.claims = ftp_data_claims,
	.dissect = ftp_data_dissect,
};
