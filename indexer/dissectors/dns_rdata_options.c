/* Lists of options with a code and a length: EDNS and the parameters of SVCB. */
#include "indexer/dissectors/dns_rdata.h"

/* ---- EDNS options (RFC 6891, section 6.1.2) ---- */

enum edns_option {
	NSID = 3,
	DAU = 5,
	DHU = 6,
	N3U = 7,
	CLIENT_SUBNET = 8,
	COOKIE = 10,
	TCP_KEEPALIVE = 11,
	PADDING = 12,
	CHAIN = 13,
	EXTENDED_ERROR = 15
};

/* RFC 7871, section 6. */
static void client_subnet(struct rdata *d, struct row *r, struct cursor *c, uint32_t len)
{
	uint8_t address[16] = { 0 };
	uint32_t family = (uint32_t)row_be(r, OPTION_CLIENT_FAMILY, c, 2);
	row_be(r, OPTION_CLIENT_NETMASK, c, 1);
	row_be(r, OPTION_CLIENT_SCOPE, c, 1);
	if (len < 4 && !rdata_failed(d))
		d->m->pkt->fail = CUR_BAD;
	uint32_t n = len - 4 > 16 ? 16 : len - 4;
	struct cursor here = *c;
	const uint8_t *p = cur_take(c, n);
	if (!p || rdata_failed(d))
		return;
	memcpy(address, p, n);
	if (family == 1)
		row_address_at(r, OPTION_CLIENT_ADDR4, KIND_IPV4, address);
	else if (family == 2)
		row_address_at(r, OPTION_CLIENT_ADDR6, KIND_IPV6, address);
	else
		rdata_octets(r, OPTION_CLIENT_ADDR, &here, n);
}

/* Each octet is one algorithm: a row each. */
static void algorithms(struct rdata *d, unsigned field, struct cursor *c, uint32_t len)
{
	for (uint32_t i = 0; i < len && !rdata_failed(d); i++) {
		struct row *r = i ? rdata_row(d, DNS_REC_OPTION, OPTION_RR) : d->r;
		row_be(r, field, c, 1);
	}
}

static void edns_option(struct rdata *d, struct cursor *c, uint32_t code, uint32_t len)
{
	struct row *r = d->r;
	switch (code) {
	case DAU:
		algorithms(d, OPTION_DAU, c, len);
		break;
	case DHU:
		algorithms(d, OPTION_DHU, c, len);
		break;
	case N3U:
		algorithms(d, OPTION_N3U, c, len);
		break;
	case CLIENT_SUBNET:
		client_subnet(d, r, c, len);
		break;
	case COOKIE: /* RFC 7873 */
		rdata_octets(r, OPTION_COOKIE_CLIENT, c, 8);
		rdata_octets(r, OPTION_COOKIE_SERVER, c, len < 8 ? 0 : len - 8);
		break;
	case TCP_KEEPALIVE:
		if (len == 2)
			row_be(r, OPTION_EDNS_TCP_KEEPALIVE_TIMEOUT, c, 2);
		break;
	case PADDING:
		rdata_octets(r, OPTION_PADDING, c, len);
		break;
	case CHAIN:
		rdata_ascii(r, OPTION_CHAIN_FQDN, c, len); /* Wireshark shows the octets, not the name */
		break;
	case EXTENDED_ERROR: /* RFC 8914 */
		row_be(r, OPTION_EXT_ERROR_INFO_CODE, c, 2);
		if (len > 2)
			row_string(r, OPTION_EXT_ERROR_EXTRA_TEXT, c, len - 2);
		break;
	default:
		break;
	}
}

void rdata_opt(struct rdata *d)
{
	while (rdata_left(d) > 0 && !rdata_failed(d)) {
		const uint8_t *p = cur_take(d->c, 4);
		if (!p)
			return;
		uint32_t code = be16(p), len = be16(p + 2), start = d->c->pos;
		struct row *r = rdata_row(d, DNS_REC_OPTION, OPTION_RR);
		struct cursor data = *d->c;
		row_set_at(r, OPTION_CODE, code, p, 2);
		row_set_at(r, OPTION_LEN, len, p + 2, 2);
		rdata_octets(r, OPTION_DATA, &data, len);
		edns_option(d, d->c, code, len);
		if (rdata_failed(d))
			return;
		d->c->pos = start;
		cur_skip(d->c, len);
	}
}

/* ---- SVCB and HTTPS (RFC 9460) ---- */

enum svc_param {
	SVC_MANDATORY,
	SVC_ALPN,
	SVC_NO_DEFAULT_ALPN,
	SVC_PORT,
	SVC_IPV4HINT,
	SVC_ECH,
	SVC_IPV6HINT,
	SVC_ODOHCONFIG = 32769
};

/* Values that repeat get a row each; the first stands in the row of its parameter. */
static struct row *value_row(struct rdata *d, bool *first)
{
	struct row *r = *first ? d->r : rdata_row(d, DNS_REC_SVCB, SVCB_RR);
	*first = false;
	return r;
}

static void svc_value(struct rdata *d, uint32_t key_id, uint32_t len)
{
	uint32_t end = d->c->pos + len;
	bool first = true;
	switch (key_id) {
	case SVC_MANDATORY:
		while (d->c->pos < end && !rdata_failed(d))
			row_be(value_row(d, &first), SVCB_MANDATORY_KEY, d->c, 2);
		break;
	case SVC_ALPN:
		while (d->c->pos < end && !rdata_failed(d))
			rdata_string(value_row(d, &first), SVCB_ALPN_LENGTH, d->c);
		break;
	case SVC_NO_DEFAULT_ALPN:
		break;
	case SVC_PORT:
		row_be(d->r, SVCB_PORT, d->c, 2);
		break;
	case SVC_IPV4HINT:
		while (d->c->pos < end && !rdata_failed(d))
			row_address(value_row(d, &first), SVCB_IPV4HINT_IP, d->c, KIND_IPV4);
		break;
	case SVC_IPV6HINT:
		while (d->c->pos < end && !rdata_failed(d))
			row_address(value_row(d, &first), SVCB_IPV6HINT_IP, d->c, KIND_IPV6);
		break;
	case SVC_ECH:
		rdata_octets(d->r, SVCB_ECHCONFIG, d->c, len);
		break;
	case SVC_ODOHCONFIG:
		rdata_octets(d->r, SVCB_ODOHCONFIG, d->c, len);
		break;
	default:
		row_bytes(d->r, SVCB_VALUE, d->c, len);
		break;
	}
}

void rdata_svcb(struct rdata *d)
{
	rdata_row(d, DNS_REC_SVCB, SVCB_RR);
	row_be(d->r, SVCB_SVCPRIORITY, d->c, 2);
	dns_row_name(d->m, d->r, SVCB_TARGETNAME);
	while (rdata_left(d) > 0 && !rdata_failed(d)) {
		struct row *r = rdata_row(d, DNS_REC_SVCB, SVCB_RR);
		uint32_t key_id = (uint32_t)row_be(r, SVCB_KEY, d->c, 2);
		uint32_t len = (uint32_t)row_be(r, SVCB_VALUE_LENGTH, d->c, 2);
		if (rdata_failed(d))
			return;
		svc_value(d, key_id, len);
	}
}
