/* The media that a session description announces: address and port of each, what its payload types are. */
#include <arpa/inet.h>

#include "indexer/dissectors/line.h"
#include "indexer/dissectors/rtp.h"
#include "indexer/dissectors/sdp.h"

extern const struct protocol proto_t38;

#define MEDIA_MAX 20 /* of one description; more are not awaited */

enum transport { TRANSPORT_OTHER, TRANSPORT_RTP, TRANSPORT_SRTP, TRANSPORT_T38 };

struct description {
	struct packet *pkt;
	uint32_t address; /* of the session, then of each medium */
	enum kind kind;
	struct rtp_media types; /* of the session */
	unsigned n;
	struct medium {
		uint32_t address;
		enum kind kind;
		uint16_t port;
		enum transport transport;
		struct rtp_media types;
	} media[MEDIA_MAX];
};

static enum transport transport_of(struct text t)
{
	static const struct {
		const char *name;
		enum transport transport;
	} names[] = { { "RTP/AVP", TRANSPORT_RTP }, { "RTP/AVPF", TRANSPORT_RTP },
		{ "RTP/SAVP", TRANSPORT_SRTP }, { "RTP/SAVPF", TRANSPORT_SRTP },
		{ "UDP/TLS/RTP/SAVP", TRANSPORT_SRTP }, { "UDP/TLS/RTP/SAVPF", TRANSPORT_SRTP },
		{ "UDPTL", TRANSPORT_T38 } };
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (text_is(t, names[i].name))
			return names[i].transport;
	return TRANSPORT_OTHER;
}

/* c=IN IP4 224.2.36.42/127 */
static void connection(struct description *d, struct text line)
{
	char address[64];
	uint8_t octets[16];
	struct text rest;
	text_until(line, ' ', &rest);
	struct text type = text_until(rest, ' ', &rest);
	struct text at = text_until(rest, '/', &rest);
	bool v6 = text_is(type, "IP6");
	if (at.len >= sizeof(address) || (!v6 && !text_is(type, "IP4")))
		return;
	memcpy(address, at.at, at.len);
	address[at.len] = '\0';
	if (inet_pton(v6 ? AF_INET6 : AF_INET, address, octets) != 1)
		return;
	enum kind kind = v6 ? KIND_IPV6 : KIND_IPV4;
	uint32_t id = pkt_address(d->pkt, kind, octets);
	if (d->n) {
		d->media[d->n - 1].address = id;
		d->media[d->n - 1].kind = kind;
	} else {
		d->address = id;
		d->kind = kind;
	}
}

/* m=audio 49170/2 RTP/AVP 0 8 97 */
static void medium(struct description *d, struct text line)
{
	struct text rest;
	uint32_t digits;
	if (d->n == MEDIA_MAX)
		return;
	struct medium *m = &d->media[d->n++];
	*m = (struct medium) { .address = d->address, .kind = d->kind, .types = d->types };
	text_until(line, ' ', &rest);
	struct text port = text_until(rest, ' ', &rest);
	port = text_until(port, '/', &(struct text) { 0 });
	uint64_t number = text_number(port, 65536, &digits);
	m->port = digits == port.len && number < 65536 ? (uint16_t)number : 0;
	m->transport = transport_of(text_until(rest, ' ', &rest));
}

/* a=rtpmap:97 iLBC/8000 */
static void attribute(struct description *d, struct text line)
{
	struct rtp_media *types = d->n ? &d->media[d->n - 1].types : &d->types;
	struct text rest;
	uint32_t digits;
	if (!text_is(text_until(line, ':', &rest), "rtpmap"))
		return;
	rest = text_trim(rest);
	uint64_t type = text_number(rest, 256, &digits);
	if (!digits || type < 96 || type > 127)
		return;
	text_until(rest, ' ', &rest);
	struct text name = text_until(rest, '/', &rest);
	unsigned i = 0;
	while (i < types->ntypes && types->types[i].type != type)
		i++;
	if (i == RTP_TYPES_MAX)
		return;
	types->types[i].type = (uint8_t)type;
	types->types[i].codec = rtp_codec(name.at, name.len);
	types->ntypes += i == types->ntypes;
}

void sdp_announce(struct packet *pkt, struct cursor c, uint32_t since)
{
	struct description d = { .pkt = pkt };
	bool whole = true;
	while (whole && cur_avail(&c)) {
		struct text line = cur_line(&c, &whole);
		if (line.len < 2)
			break;
		if (line.at[1] != '=')
			continue;
		if (line.at[0] == 'c')
			connection(&d, text_from(line, 2));
		else if (line.at[0] == 'm')
			medium(&d, text_from(line, 2));
		else if (line.at[0] == 'a')
			attribute(&d, text_from(line, 2));
	}
	for (unsigned i = 0; i < d.n; i++) {
		struct medium *m = &d.media[i];
		if (!m->port || !m->address)
			continue;
		m->types.secure = m->transport == TRANSPORT_SRTP;
		if (m->transport == TRANSPORT_RTP || m->transport == TRANSPORT_SRTP)
			rtp_expect(pkt, m->address, m->port, since, &m->types);
		else if (m->transport == TRANSPORT_T38 && m->kind == KIND_IPV4)
			pkt_expect(pkt, &proto_t38,
				&(struct expected) { CONV_UDP, m->address, 0, m->port, 0, 0, .again = true });
	}
}
