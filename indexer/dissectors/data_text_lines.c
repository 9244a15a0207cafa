/* Text, line by line: HTML, style sheets, scripts, plain text (RFC 2046, section 4.1). */
#include <ctype.h>
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

static uint32_t line_end(const struct layout_octets *o, uint32_t at)
{
	while (at < o->n && o->data[at] != '\n' && o->data[at] != '\r')
		at++;
	if (at < o->n && o->data[at] == '\r' && at + 1 < o->n && o->data[at + 1] == '\n')
		at++;
	return at < o->n ? at + 1 : at;
}

static void show_lines(const struct layout_octets *o, layout_add *add, void *to)
{
	const struct layout_lines l = { add, to };
	char type[128] = "";
	uint32_t count = 0;
	for (uint32_t i = 0; i < o->media_len && i + 1 < sizeof(type); i++) {
		unsigned char c = (unsigned char)o->media[i];
		if (c == ';' || isspace(c))
			break;
		type[i] = (char)tolower(c);
	}
	for (uint32_t at = 0; at < o->n; at = line_end(o, at))
		count++;
	layout_say(&l, 0, "Line-based text data%s%s (%u lines)", type[0] ? ": " : "", type, count);
	for (uint32_t at = 0, next; at < o->n; at = next) {
		next = line_end(o, at);
		layout_say_text(&l, 1, o->data + at, next - at);
	}
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
	.lines = show_lines,
	.id = PROTO_ID_data_text_lines,
	.media_types = types,
	.dissect = lines_dissect,
};
