/* Extensible Markup Language (W3C XML 1.0): tags, their attributes, the text between them.
 *
 *     <tag attribute="value">text</tag>
 */
#include "indexer/dissectors/xml.h"

#include <string.h>
#include <strings.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_xml;

#define NODES_MAX 4096 /* of a document; more are counted as CAP_CHILDREN and left away */

enum { NODE_TAG, NODE_ATTRIBUTE, NODE_CDATA, NODE_NFIELDS };
static const struct field node_fields[NODE_NFIELDS] = {
	[NODE_TAG] = { "xml.tag", "Tag", KIND_TEXT },
	[NODE_ATTRIBUTE] = { "xml.attribute", "Attribute", KIND_TEXT },
	[NODE_CDATA] = { "xml.cdata", "CDATA", KIND_TEXT },
};
static const struct record records[] = {
	{ "xml", RECORD_LAYER, 0, NULL, NULL },
	{ "xml_node", RECORD_CHILD, NODE_NFIELDS, node_fields, NULL },
};

static void add(struct packet *pkt, unsigned *nodes, unsigned field, const uint8_t *p, size_t n)
{
	if (*nodes == NODES_MAX) {
		pkt->dropped[CAP_CHILDREN]++;
		return;
	}
	++*nodes;
	row_text(row_open(pkt, &proto_xml, 1), field, (const char *)p, strnlen((const char *)p, n), p,
		(uint32_t)n);
}

static bool blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* name="value", as often as it comes. */
static void take_attributes(struct packet *pkt, unsigned *nodes, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		const uint8_t *name = p, *equal = memchr(p, '=', (size_t)(end - p));
		if (!equal)
			return;
		while (name < equal && blank(*name))
			name++;
		for (p = equal + 1; p < end && blank(*p); p++) {
		}
		if (p == end || (*p != '"' && *p != '\''))
			return;
		const uint8_t *stop = memchr(p + 1, *p, (size_t)(end - p - 1));
		if (!stop)
			return;
		add(pkt, nodes, NODE_ATTRIBUTE, name, (size_t)(stop + 1 - name));
		p = stop + 1;
	}
}

/* The end of the markup that begins at p, behind its ">". */
static const uint8_t *markup_end(const uint8_t *p, const uint8_t *end)
{
	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
		for (p += 4; end - p >= 3; p++)
			if (memcmp(p, "-->", 3) == 0)
				return p + 3;
		return end;
	}
	for (uint8_t quote = 0; p < end; p++) {
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '>')
			return p + 1;
	}
	return end;
}

static void take_markup(struct packet *pkt, unsigned *nodes, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *name = p + 1, *stop = end;
	if (end - p < 3 || p[1] == '!' || p[1] == '/')
		return;
	if (stop > name && stop[-1] == '>')
		stop--;
	if (stop > name && (stop[-1] == '/' || stop[-1] == '?'))
		stop--;
	name += *name == '?';
	const uint8_t *behind = name;
	while (behind < stop && !blank(*behind))
		behind++;
	if (p[1] != '?')
		add(pkt, nodes, NODE_TAG, p, (size_t)(end - p));
	if (behind < stop)
		take_attributes(pkt, nodes, behind, stop);
}

static enum verdict xml_dissect(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = c->data, *end = p + c->cap;
	unsigned nodes = 0;
	pkt_column_append(pkt,
		pkt->media && pkt->media_len >= 25 &&
				strncasecmp(pkt->media, "application/cpim-pidf+xml", 25) == 0
			? "/PRESENCE"
		: pkt->media && pkt->media_len >= 16 && strncasecmp(pkt->media, "application/smil", 16) == 0
			? "/SMIL"
			: "/XML");
	/* A byte-order mark is looked for. */
	if (!cur_need(c, 2) || (be16(p) != 0xfeff && be16(p) != 0xfffe && !cur_need(c, 3)))
		return MINE;
	row_open(pkt, &proto_xml, 0);
	while (p < end) {
		const uint8_t *open = memchr(p, '<', (size_t)(end - p)), *stop = open ? open : end;
		while (p < stop && blank(*p))
			p++;
		while (stop > p && blank(stop[-1]))
			stop--;
		if (stop > p)
			add(pkt, &nodes, NODE_CDATA, p, (size_t)(stop - p));
		if (!open)
			break;
		p = markup_end(open, end);
		take_markup(pkt, &nodes, open, p);
	}
	return MINE;
}

const struct protocol proto_xml = {
	.name = "xml",
	.title = "eXtensible Markup Language",
	.spec = "W3C XML 1.0",
	.help = "Structured text, the form of many web services' messages.",
	.id = PROTO_ID_xml,
	.nrecords = 2,
	.records = records,
	.media_types = xml_types,
	.dissect = xml_dissect,
};
