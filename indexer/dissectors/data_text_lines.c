/* Text, line by line: HTML, style sheets, scripts, plain text (RFC 2046, section 4.1). */
#include <strings.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_data_text_lines, proto_xml;

static enum verdict lines_dissect(struct packet *pkt, struct cursor *c)
{
	/* Pages that are XML say so; the shortest such line has 38 letters. */
	if (c->len > 38 && c->cap >= 5 && strncasecmp((const char *)c->data, "<?xml", 5) == 0) {
		pkt_no_item(pkt);
		pkt_next_proto(pkt, &proto_xml, *c);
	} else if (!pkt_layer(pkt)->nested) {
		info_media(pkt);
	}
	return MINE;
}

static const char *const types[] = { "application/vnd.drm.message", "application/vnd.poc.refer-to",
	"application/x-javascript", "application/x-ns-proxy-autoconfig", "application/x-rtsp-udp-packetpair",
	"application/x-tia-p25-issi", "application/x-tia-p25-sndcp", "application/xml-external-parsed-entity",
	"text/css", "text/enriched", "text/html", "text/javascript", "text/parameters", "text/plain",
	"text/richtext", "text/vnd.sun.j2me.app-descriptor", "text/x-ref-list", "text/x-ref-simple",
	"text/xml-external-parsed-entity", NULL };

const struct protocol proto_data_text_lines = {
	.name = "data-text-lines",
	.title = "Line-based text data",
	.spec = "RFC 2046, section 4.1",
	.help = "Text that another protocol carries, such as a web page.",
	.id = PROTO_ID_data_text_lines,
	.media_types = types,
	.dissect = lines_dissect,
};
