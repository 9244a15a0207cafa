/* Domain Name System (RFC 1035, sections 4.1 and 4.2), multicast DNS (RFC 6762) and LLMNR (RFC 4795).
 *
 *      0               2               4               6               8              10              12
 *     +---------------+---------------+---------------+---------------+---------------+---------------+-------
 * - - |      id       |     flags     |   questions   |   answers     |  authorities  |  additionals  |
 * sections
 *     +---------------+---------------+---------------+---------------+---------------+---------------+-------
 * - -
 *
 *     question:  name, type (2), class (2)
 *     record:    name, type (2), class (2), time to live (4), length (2), data
 *
 * A dynamic update (RFC 2136) calls the sections zones, prerequisites and updates. In mDNS the top bit of a
 * class is a flag (RFC 6762, sections 5.4 and 10.2). */
#include "indexer/dissectors/dns.h"

#include "indexer/dissectors/ids.h"

#define FLAG_RESPONSE 0x8000
#define CLASS_TOP_BIT 0x8000
#define PORT          53
#define MDNS_PORT     5353
#define TYPE_SRV      33
#define TYPE_OPT      41

static const struct claim dns_claims[] = { { CLAIM_UDP_PORT, PORT }, { CLAIM_TCP_PORT, PORT },
	{ CLAIM_TCP_PORT, MDNS_PORT }, { CLAIM_SCTP_PORT, PORT }, { CLAIM_HEUR_UDP, 750 }, { 0 } };

static void row_name(struct row *r, unsigned field, const struct dns_message *m, const struct dns_name *name)
{
	row_text(r, field, name->text, name->text_len, m->c->data + name->at, name->used);
}

bool dns_row_name(struct dns_message *m, struct row *r, unsigned field)
{
	struct dns_name name;
	if (!dns_name_read(&name, m->c, m->base))
		return false;
	row_name(r, field, m, &name);
	return true;
}

/* Wireshark counts the dots of the text; a name of one letter has no length and no labels. */
static void row_lengths(struct row *r, const struct dns_name *name)
{
	unsigned labels = name->len > 1;
	for (unsigned i = 0; labels && i < name->text_len; i++)
		labels += name->text[i] == '.';
	row_set(r, QUERY_NAME_LEN, name->len > 1 ? name->len : 0);
	row_set(r, QUERY_LABELS, labels);
}

static void question(struct dns_message *m)
{
	struct dns_name name;
	if (!dns_name_read(&name, m->c, m->base))
		return;
	const uint8_t *p = cur_take(m->c, 4);
	if (!p)
		return;
	struct row *r = row_open(m->pkt, &proto_dns, DNS_REC_QUERY);
	uint32_t class = be16(p + 2);
	row_name(r, QUERY_NAME, m, &name);
	row_lengths(r, &name);
	row_set_at(r, QUERY_TYPE, be16(p), p, 2);
	if (m->family == DNS_MULTICAST) {
		row_set_at(r, QUERY_QU, class >> 15, p + 2, 2);
		class &= ~CLASS_TOP_BIT;
	}
	row_set_at(r, QUERY_CLASS, class, p + 2, 2);
	if (m->pkt->info)
		dns_inform_question(m, &name, be16(p), be16(p + 2) & CLASS_TOP_BIT);
}

/* RFC 2782: _service._proto.name */
static void srv_owner(struct dns_message *m, const struct dns_name *name, uint32_t n)
{
	struct row *r = row_open(m->pkt, &proto_dns, DNS_REC_SRV);
	const char *p = name->text, *end = p + name->text_len;
	r->n = n;
	m->srv = r;
	for (unsigned field = SRV_SERVICE; field <= SRV_NAME && p < end; field++) {
		const char *dot = field < SRV_NAME ? memchr(p, '.', (size_t)(end - p)) : NULL;
		const char *stop = dot ? dot : end;
		row_text(r, field, p, (size_t)(stop - p), m->c->data + name->at, name->used);
		p = dot ? dot + 1 : end;
	}
}

/* RFC 6891, section 6.1.3: class and time to live of an OPT record say other things. */
static void opt_header(struct dns_message *m, uint32_t n, uint32_t class)
{
	struct row *r = row_open(m->pkt, &proto_dns, DNS_REC_OPT);
	r->n = n;
	row_set_at(r, OPT_RR_UDP_PAYLOAD_SIZE, m->family == DNS_MULTICAST ? class & ~CLASS_TOP_BIT : class,
		m->c->data + m->c->pos - 2, 2);
	row_be(r, OPT_EXT_RCODE, m->c, 1);
	row_be(r, OPT_EDNS0_VERSION, m->c, 1);
	row_be(r, OPT_Z, m->c, 2);
}

static void record(struct dns_message *m)
{
	struct cursor *c = m->c;
	struct dns_name name;
	if (!dns_name_read(&name, c, m->base))
		return;
	const uint8_t *p = cur_take(c, 4);
	if (!p)
		return;
	uint32_t type = be16(p), class = be16(p + 2), len;
	struct cursor ahead = *c;
	cur_skip(&ahead, 4);
	len = (uint32_t)cur_be(&ahead, 2);
	/* A record that is not wholly there is not shown at all. */
	if (m->pkt->fail || !cur_need(&ahead, len))
		return;
	m->srv = NULL;
	struct row *r = row_open(m->pkt, &proto_dns, DNS_REC_RR);
	if (type == TYPE_SRV)
		srv_owner(m, &name, r->n);
	else
		row_name(r, RR_NAME, m, &name);
	row_set_at(r, RR_TYPE, type, p, 2);
	if (m->family == DNS_MULTICAST)
		row_set_at(r, RR_CACHE_FLUSH, class >> 15, p + 2, 2);
	if (type == TYPE_OPT) {
		opt_header(m, r->n, class);
	} else {
		row_set_at(
			r, RR_CLASS, m->family == DNS_MULTICAST ? class & ~CLASS_TOP_BIT : class, p + 2, 2);
		row_be(r, RR_TTL, c, 4);
	}
	row_be(r, RR_LEN, c, 2);
	uint32_t start = c->pos;
	if (m->pkt->info)
		dns_inform_record(
			m, type, m->family == DNS_MULTICAST && type != TYPE_OPT && class >> 15, start, len);
	if (len)
		dns_rdata(m, r, type, len);
	c->pos = start;
	cur_skip(c, len);
}

enum verdict dns_message_dissect(struct packet *pkt, struct cursor *c, uint32_t base, enum dns_family family)
{
	struct dns_message m = { .pkt = pkt, .c = c, .base = base, .family = family };
	uint32_t counts[4];
	struct row *r = row_open(pkt, &proto_dns, DNS_REC_MESSAGE);
	if (base)
		row_be(r, DNS_LENGTH, c, base);
	const uint8_t *p = cur_take(c, 4);
	if (!p)
		return MINE;
	uint32_t id = be16(p), flags = be16(p + 2);
	row_set_at(r, DNS_ID, id, p, 2);
	row_set_at(r, DNS_FLAGS, flags, p + 2, 2);
	if (family != DNS_PLAIN)
		row_set(r, DNS_FAMILY, family);
	dns_inform(pkt, id, flags);
	pkt_exchange(pkt, &proto_dns, r, id, flags & FLAG_RESPONSE);
	for (unsigned i = 0; i < 4; i++)
		counts[i] = (uint32_t)row_be(r, DNS_QUERIES + i, c, 2);
	for (uint32_t i = 0; i < counts[0] && !pkt->fail; i++)
		question(&m);
	for (unsigned section = 1; section < 4; section++)
		for (uint32_t i = 0; i < counts[section] && !pkt->fail; i++)
			record(&m);
	/* What an ICMP error quotes is not matched. */
	if (pkt->in_error && flags & FLAG_RESPONSE)
		row_set(r, DNS_UNSOLICITED, 1);
	return MINE;
}

/* Away from port 53 Wireshark takes what looks like a standard query: one question and no records but
 * additional ones; or a response with no more than one question, 100 answers, 10 of the others each. */
static enum verdict plausible(const struct cursor *c)
{
	uint16_t n[6];
	if (c->len <= sizeof(n))
		return NOT_MINE;
	for (unsigned i = 1; i < 6; i++) {
		if (!cur_need_at(c, i * 2, 2))
			return MINE; /* cut before it could be told */
		n[i] = be16(c->data + i * 2);
		if (i == 1 && n[1] >> 11 & 15)
			return NOT_MINE;
		bool query = !(n[1] & FLAG_RESPONSE);
		if (i == 4 && query ? n[2] != 1 || n[3] || n[4]
				    : i == 4 && (n[2] > 1 || n[3] > 100 || n[4] > 10))
			return NOT_MINE;
	}
	return n[5] <= 10 ? MINE : NOT_MINE;
}

static enum verdict dns_dissect(struct packet *pkt, struct cursor *c)
{
	if (pkt->srcport != PORT && pkt->dstport != PORT) {
		if (plausible(c) == NOT_MINE)
			return NOT_MINE;
		if (pkt->fail) {
			pkt_no_item(pkt);
			return MINE;
		}
	}
	return dns_message_dissect(pkt, c, 0, DNS_PLAIN);
}

/* RFC 1035, section 4.2.2: over TCP two octets before a message tell its length. */
static uint32_t dns_message_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return 2 + be16(c->data);
}

static enum verdict dns_over_tcp(struct packet *pkt, struct cursor *c)
{
	return dns_message_dissect(pkt, c, 2, DNS_PLAIN);
}

static const struct pdu dns_pdu = { .min = 2, .length = dns_message_length, .dissect = dns_over_tcp };

/* A query that comes again within 5 seconds is a repetition (Wireshark's default). */
static const struct exchange_fields dns_exchange = {
	.response_to = DNS_RESPONSE_TO,
	.time = DNS_TIME,
	.unsolicited = DNS_UNSOLICITED,
	.repeat_request = DNS_REPEAT_REQUEST,
	.repeat_response = DNS_REPEAT_RESPONSE,
	.late_record = DNS_REC_LATE,
	.response_in = LATE_RESPONSE_IN,
	.repeat_ns = INT64_C(5000000000),
	.by_ports = true,
};

const struct protocol proto_dns = {
	.name = "dns",
	.title = "Domain Name System",
	.heading = "Domain Name System ({dns.flags.response?response}{dns.flags.response!query})",
	.layout = dns_layout,
	.column = "DNS",
	.spec = "RFC 1035",
	.help = "Looks up what belongs to a name: addresses, mail servers, keys.",
	.id = PROTO_ID_dns,
	.records = dns_records,
	.nrecords = DNS_REC_COUNT,
	.claims = dns_claims,
	.dissect = dns_dissect,
	.item_min = 4,
	.pdu = &dns_pdu,
	.exchange = &dns_exchange,
};
