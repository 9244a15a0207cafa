/* The data connections of FTP (RFC 959, section 3): a file or a listing, nothing else. What begins with
 * letters and line ends is shown as text. */
#include "indexer/dissectors/ftp.h"
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ftp_data, proto_data_text_lines;

#define LOOKED_AT 10 /* octets */

/* Beside FTP Data in Wireshark's tree: see ftp.c. */
#define ITEM(symbol, text) static const struct protocol symbol = { .name = text }
ITEM(item_setup, "ftp-data.setup-frame");
ITEM(item_method, "ftp-data.setup-method");
ITEM(item_command, "ftp-data.command");
ITEM(item_command_frame, "ftp-data.command-frame");
ITEM(item_directory, "ftp-data.current-working-directory");

static enum verdict ftp_data_dissect(struct packet *pkt, struct cursor *c)
{
	uint32_t n = c->cap < LOOKED_AT ? c->cap : LOOKED_AT;
	struct ftp_data_flow *f = pkt_flow(pkt, &proto_ftp_data);
	info_set(pkt, "FTP Data: %u bytes", c->len);
	if (f && f->method)
		info_add(pkt, " (%s)", f->method);
	if (pkt->info && f && f->commanded) {
		info_add(pkt, "%s", " (");
		info_text(pkt, f->command, f->len);
		info_add(pkt, "%s", ")");
	}
	pkt_item(pkt, &item_setup, 0);
	if (f && f->commanded) {
		f->several |= f->carried;
		f->carried = true;
		pkt_item(pkt, &item_method, 0);
		pkt_item(pkt, &item_command, 0);
		pkt_item(pkt, &item_command_frame, 0);
		pkt_item(pkt, &item_directory, 0);
	}
	for (uint32_t i = 0; i < n; i++) {
		uint8_t a = c->data[i];
		if ((a < 0x20 || a > 0x7e) && a != '\r' && a != '\n')
			return MINE;
	}
	pkt_next_proto(pkt, &proto_data_text_lines, *c);
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
	.flow_size = sizeof(struct ftp_data_flow),
};
