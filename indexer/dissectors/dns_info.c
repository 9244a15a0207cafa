/* What the packet list says of a DNS message: "Standard query response 0x1a2b No such name A example.org SOA
 * ns.example.org": kind, id, error, then each question and record with what tells most of its data. */
#include "indexer/dissectors/dns.h"

enum {
	A = 1,
	NS = 2,
	CNAME = 5,
	SOA = 6,
	PTR = 12,
	HINFO = 13,
	MX = 15,
	AAAA = 28,
	SRV = 33,
	DNAME = 39,
	NSEC = 47
};

static const char *type_name(uint32_t type)
{
	const char *name = info_name(dns_type_names, type, NULL);
	return name ? name : "Unknown";
}

void dns_inform(struct packet *pkt, uint32_t id, uint32_t flags)
{
	uint32_t opcode = flags >> 11 & 15, rcode = flags & 15;
	if (!pkt->info)
		return;
	const char *name = info_name(dns_opcode_names, opcode, NULL);
	info_clear(pkt);
	if (name)
		info_add(pkt, "%s", name);
	else
		info_add(pkt, "Unknown operation (%u)", opcode);
	info_add(pkt, "%s 0x%04x", flags & 0x8000 ? " response" : "", id);
	if (flags & 0x8000 && rcode) {
		name = info_name(dns_rcode_names, rcode, NULL);
		info_add(pkt, " %s", name ? name : "Unknown error");
	}
}

void dns_inform_question(const struct dns_message *m, const struct dns_name *name, uint32_t type, bool qu)
{
	info_add(m->pkt, " %s %.*s", type_name(type), (int)name->text_len, name->text);
	if (m->family == DNS_MULTICAST)
		info_add(m->pkt, ", \"%s\" question", qu ? "QU" : "QM");
}

/* <character-string> of RFC 1035, section 3.3 */
static void show_string(struct packet *pkt, struct cursor *c)
{
	uint32_t n = (uint32_t)cur_be(c, 1);
	const uint8_t *p = cur_take(c, n);
	if (!p)
		return;
	info_add(pkt, "%s", " ");
	info_text(pkt, p, n);
}

void dns_inform_record(const struct dns_message *m, uint32_t type, bool flush, uint32_t at, uint32_t len)
{
	struct packet *pkt = m->pkt;
	struct dns_name name;
	uint8_t fail = CUR_OK;
	struct cursor c = *m->c;
	c.fail = &fail;
	c.pos = at;
	info_add(pkt, " %s%s", type_name(type), flush ? ", cache flush" : "");
	switch (type) {
	case A:
	case AAAA:
		if (len == (type == A ? 4 : 16) && cur_need(&c, len)) {
			info_add(pkt, "%s", " ");
			info_address(pkt, type == A ? KIND_IPV4 : KIND_IPV6, c.data + c.pos);
		}
		return;
	case MX:
		info_add(pkt, " %u", (uint32_t)cur_be(&c, 2));
		break;
	case SRV: {
		uint32_t priority = (uint32_t)cur_be(&c, 2), weight = (uint32_t)cur_be(&c, 2);
		info_add(pkt, " %u %u %u", priority, weight, (uint32_t)cur_be(&c, 2));
		break;
	}
	case HINFO:
		show_string(pkt, &c);
		show_string(pkt, &c);
		return;
	case NS:
	case CNAME:
	case SOA:
	case PTR:
	case DNAME:
	case NSEC:
		break;
	default:
		return;
	}
	if (dns_name_read(&name, &c, m->base))
		info_add(pkt, " %.*s", (int)name.text_len, name.text);
}
