/* Data of resource records that has lists or choices inside. The row of its side table is open, but where the
 * values repeat. */
#include "indexer/dissectors/dns_rdata.h"

/* RFC 2930, section 2; the rest depends on two lengths. */
static const struct step tkey_steps[] = { { NAME, KEYS_TKEY_ALGO_NAME },
	{ TIME, KEYS_TKEY_SIGNATURE_INCEPTION }, { TIME, KEYS_TKEY_SIGNATURE_EXPIRATION },
	{ U16, KEYS_TKEY_MODE }, { U16, KEYS_TKEY_ERROR }, { END, 0 } };

static const struct step loc_steps[] = { { U8, RARE_LOC_SIZE }, { U8, RARE_LOC_HORIZONTAL_PRECISION },
	{ U8, RARE_LOC_VERTICAL_PRECISION }, { U32, RARE_LOC_LATITUDE }, { U32, RARE_LOC_LONGITUDE },
	{ U32, RARE_LOC_ALTITUDE }, { END, 0 } };

/* Wireshark shows the types of a bitmap as dns.resp.type, between those of the records: rows of dns_rr with a
 * type only. */
static void bitmap_octet(struct rdata *d, uint32_t type)
{
	const uint8_t *p = cur_take(d->c, 1);
	for (unsigned bit = 0; p && bit < 8; bit++)
		if (*p & 0x80 >> bit)
			row_set_at(row_open(d->m->pkt, &proto_dns, DNS_REC_RR), RR_TYPE, type + bit, p, 1);
}

/* RFC 4034, section 4.1.2: windows of 256 types, each with up to 32 octets of bits. */
static void type_bitmap(struct rdata *d)
{
	while (rdata_left(d) != 0 && !rdata_failed(d)) {
		uint32_t window = (uint32_t)cur_be(d->c, 1), n = (uint32_t)cur_be(d->c, 1);
		for (uint32_t i = 0; i < n && !rdata_failed(d); i++)
			bitmap_octet(d, (window << 8) + (i << 3));
	}
}

void rdata_nsec(struct rdata *d)
{
	if (dns_row_name(d->m, d->r, SEC_NSEC_NEXT_DOMAIN_NAME))
		type_bitmap(d);
}

/* RFC 2535, section 5.2: one bit for each of the first types. */
void rdata_nxt(struct rdata *d)
{
	if (!dns_row_name(d->m, d->r, RARE_NXT_NEXT_DOMAIN_NAME))
		return;
	for (uint32_t type = 0; rdata_left(d) != 0 && !rdata_failed(d); type += 8)
		bitmap_octet(d, type);
}

/* RFC 7477. */
void rdata_csync(struct rdata *d)
{
	row_be(d->r, KEYS_CSYNC_SOA, d->c, 4);
	row_be(d->r, KEYS_CSYNC_FLAGS, d->c, 2);
	struct cursor bits = *d->c;
	rdata_octets(d->r, KEYS_CSYNC_TYPE_BITMAP, &bits, rdata_rest(d));
	type_bitmap(d);
}

/* RFC 3403. */
void rdata_naptr(struct rdata *d)
{
	static const struct step steps[] = { { U16, RARE_NAPTR_ORDER }, { U16, RARE_NAPTR_PREFERENCE },
		{ STRING, RARE_NAPTR_FLAGS_LENGTH }, { STRING, RARE_NAPTR_SERVICE_LENGTH },
		{ STRING, RARE_NAPTR_REGEX_LENGTH }, { END, 0 } };
	struct dns_name name;
	if (rdata_steps(d, steps) && dns_name_read(&name, d->c, d->m->base)) {
		row_set(d->r, RARE_NAPTR_REPLACEMENT_LENGTH, name.len);
		row_text(d->r, RARE_NAPTR_REPLACEMENT, name.text, name.text_len, d->c->data + name.at,
			name.used);
	}
}

static void strings(struct rdata *d, unsigned field)
{
	while (rdata_left(d) != 0 && !rdata_failed(d)) {
		rdata_row(d, DNS_REC_TXT, TXT_RR);
		rdata_string(d->r, field, d->c);
	}
}

void rdata_txt(struct rdata *d)
{
	strings(d, TXT_LENGTH);
}

/* RFC 4408. */
void rdata_spf(struct rdata *d)
{
	strings(d, TXT_SPF_LENGTH);
}

void rdata_wks(struct rdata *d)
{
	row_address(d->r, RARE_WKS_ADDRESS, d->c, KIND_IPV4);
	row_be(d->r, RARE_WKS_PROTOCOL, d->c, 1);
	for (bool first = true; rdata_left(d) != 0 && !rdata_failed(d);) {
		const uint8_t *p = cur_take(d->c, 1);
		if (!p || !*p)
			continue;
		if (!first)
			rdata_row(d, DNS_REC_RARE, RARE_RR);
		first = false;
		row_set_at(d->r, RARE_WKS_BITS, *p, p, 1);
	}
}

/* RFC 4034, appendix B. */
static uint32_t key_tag(const uint8_t *p, uint32_t n, uint32_t algorithm)
{
	uint32_t sum = 0;
	if (algorithm == 1) /* RSA/MD5: the last but two octets */
		return n >= 4 ? be16(p + n - 3) : 0;
	for (uint32_t i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	return (sum + (sum >> 16)) & 0xffff;
}

/* KEY (RFC 2535) and DNSKEY (RFC 4034): flags, protocol, algorithm, key; the key's tag follows from all of
 * them. The fields stand in this order: flags, protocol, algorithm, tag, key. */
#define KEY_MIN 4 /* below that Wireshark works out no tag */
static void any_key(struct rdata *d, unsigned flags, unsigned protocol)
{
	const uint8_t *start = d->c->data + d->c->pos;
	uint32_t len = (uint32_t)rdata_left(d);
	row_be(d->r, flags, d->c, 2);
	row_be(d->r, protocol, d->c, 1);
	uint32_t algorithm = (uint32_t)row_be(d->r, protocol + 1, d->c, 1);
	struct cursor all = { start, 0, d->c->cap - (uint32_t)(start - d->c->data),
		d->c->len - (uint32_t)(start - d->c->data), d->c->fail };
	if (len >= KEY_MIN && cur_need(&all, len))
		row_set(d->r, protocol + 2, key_tag(start, len, algorithm));
	rdata_row_rest(d, protocol + 3);
}

void rdata_key(struct rdata *d)
{
	any_key(d, KEYS_KEY_FLAGS, KEYS_KEY_PROTOCOL);
}

void rdata_dnskey(struct rdata *d)
{
	any_key(d, SEC_DNSKEY_FLAGS, SEC_DNSKEY_PROTOCOL);
}

/* RFC 4025. */
void rdata_ipseckey(struct rdata *d)
{
	row_be(d->r, KEYS_IPSECKEY_GATEWAY_PRECEDENCE, d->c, 1);
	uint32_t type = (uint32_t)row_be(d->r, KEYS_IPSECKEY_GATEWAY_TYPE, d->c, 1);
	row_be(d->r, KEYS_IPSECKEY_GATEWAY_ALGORITHM, d->c, 1);
	if (type == 1)
		row_address(d->r, KEYS_IPSECKEY_GATEWAY_IPV4, d->c, KIND_IPV4);
	else if (type == 2)
		row_address(d->r, KEYS_IPSECKEY_GATEWAY_IPV6, d->c, KIND_IPV6);
	else if (type == 3)
		dns_row_name(d->m, d->r, KEYS_IPSECKEY_GATEWAY_DNS);
	rdata_row_rest(d, KEYS_IPSECKEY_PUBLIC_KEY);
}

/* RFC 2874: the last octets of an address, and a name whose A6 has the first ones. */
void rdata_a6(struct rdata *d)
{
	uint8_t suffix[16] = { 0 };
	struct row *r = d->r;
	const uint8_t *at = d->c->data + d->c->pos;
	uint32_t prefix = (uint32_t)cur_be(d->c, 1), bits = 128 - prefix;
	uint32_t n = prefix > 128 ? 16 : bits ? (bits - 1) / 8 + 1 : 0;
	struct dns_name name;
	const uint8_t *p = n ? cur_take(d->c, n) : at;
	if (!p || (prefix && !dns_name_read(&name, d->c, d->m->base)))
		return;
	memcpy(suffix + 16 - n, p, n);
	row_set_at(r, RARE_A6_PREFIX_LEN, prefix, at, 1);
	if (bits)
		row_address_at(r, RARE_A6_ADDRESS_SUFFIX, KIND_IPV6, suffix);
	if (prefix)
		row_text(r, RARE_A6_PREFIX_NAME, name.text, name.text_len, d->c->data + name.at, name.used);
}

/* RFC 1876: version 0 is the only one described. */
void rdata_loc(struct rdata *d)
{
	if (row_be(d->r, RARE_LOC_VERSION, d->c, 1) == 0) {
		rdata_steps(d, loc_steps);
		return;
	}
	/* Wireshark shows the version octet with the rest. */
	d->c->pos--;
	rdata_row_rest(d, RARE_LOC_UNKNOWN_DATA);
}

/* RFC 3123: prefixes, each without its trailing zero octets. */
void rdata_apl(struct rdata *d)
{
	while (rdata_left(d) > 1 && !rdata_failed(d)) {
		uint8_t address[16] = { 0 };
		struct row *r = rdata_row(d, DNS_REC_RARE, RARE_RR);
		uint32_t family = (uint32_t)row_be(r, RARE_APL_ADDRESS_FAMILY, d->c, 2);
		row_be(r, RARE_APL_CODED_PREFIX, d->c, 1);
		uint32_t n = (uint32_t)cur_be(d->c, 1);
		row_set(r, RARE_APL_NEGATION, n >> 7);
		row_set(r, RARE_APL_AFDLENGTH, n & 0x7f);
		n &= 0x7f;
		if (family == 1 && n <= 4) {
			const uint8_t *p = cur_take(d->c, n);
			if (p)
				memcpy(address, p, n);
			row_address_at(r, RARE_APL_AFDPART_IPV4, KIND_IPV4, address);
		} else if (family == 2 && n <= 16) {
			const uint8_t *p = cur_take(d->c, n);
			if (p)
				memcpy(address, p, n);
			row_address_at(r, RARE_APL_AFDPART_IPV6, KIND_IPV6, address);
		} else {
			rdata_octets(r, RARE_APL_AFDPART_DATA, d->c, n);
		}
	}
}

/* RFC 5155, section 3: the hash is shown in base32 with the extended hex alphabet (RFC 4648, section 7). */
static void any_nsec3(struct rdata *d, bool has_hash)
{
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
	char text[256 * 8 / 5 + 8];
	unsigned n = 0, bits = 0, value = 0;
	row_be(d->r, SEC_NSEC3_ALGO, d->c, 1);
	row_be(d->r, SEC_NSEC3_FLAGS, d->c, 1);
	row_be(d->r, SEC_NSEC3_ITERATIONS, d->c, 2);
	rdata_octets(
		d->r, SEC_NSEC3_SALT_VALUE, d->c, (uint32_t)row_be(d->r, SEC_NSEC3_SALT_LENGTH, d->c, 1));
	if (!has_hash || rdata_failed(d))
		return;
	uint32_t len = (uint32_t)row_be(d->r, SEC_NSEC3_HASH_LENGTH, d->c, 1);
	const uint8_t *p = rdata_failed(d) ? NULL : cur_take(d->c, len);
	if (!p)
		return;
	for (uint32_t i = 0; i < len; i++) {
		value = (value << 8 | p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			text[n++] = alphabet[value >> (bits - 5) & 31];
	}
	if (bits)
		text[n++] = alphabet[value << (5 - bits) & 31];
	row_text(d->r, SEC_NSEC3_HASH_VALUE, text, n, p, len);
	type_bitmap(d);
}

void rdata_nsec3(struct rdata *d)
{
	any_nsec3(d, true);
}

void rdata_nsec3param(struct rdata *d)
{
	any_nsec3(d, false);
}

/* RFC 8005. */
void rdata_hip(struct rdata *d)
{
	uint32_t hit = (uint32_t)row_be(d->r, KEYS_HIP_HIT_LENGTH, d->c, 1);
	row_be(d->r, KEYS_HIP_HIT_PK_ALGO, d->c, 1);
	uint32_t key_len = (uint32_t)row_be(d->r, KEYS_HIP_PK_LENGTH, d->c, 2);
	rdata_octets(d->r, KEYS_HIP_HIT, d->c, hit);
	rdata_octets(d->r, KEYS_HIP_PK, d->c, key_len);
	for (bool first = true; rdata_left(d) > 1 && !rdata_failed(d); first = false) {
		if (!first)
			rdata_row(d, DNS_REC_KEYS, KEYS_RR);
		dns_row_name(d->m, d->r, KEYS_HIP_RENDEZVOUS_SERVER);
	}
}

void rdata_tkey(struct rdata *d)
{
	if (!rdata_steps(d, tkey_steps))
		return;
	uint32_t n = (uint32_t)row_be(d->r, KEYS_TKEY_KEY_SIZE, d->c, 2);
	row_bytes(d->r, KEYS_TKEY_KEY_DATA, d->c, n);
	n = (uint32_t)row_be(d->r, KEYS_TKEY_OTHER_SIZE, d->c, 2);
	row_bytes(d->r, KEYS_TKEY_OTHER_DATA, d->c, n);
}

/* RFC 8945, section 4.2. */
void rdata_tsig(struct rdata *d)
{
	if (!dns_row_name(d->m, d->r, KEYS_TSIG_ALGORITHM_NAME) || rdata_failed(d))
		return;
	cur_be(d->c, 2); /* the high bits of the time are not shown */
	int64_t seconds = (int64_t)cur_be(d->c, 4);
	row_set_at(d->r, KEYS_TSIG_TIME_SIGNED, seconds * 1000000000, d->c->data + d->c->pos - 6, 6);
	row_be(d->r, KEYS_TSIG_FUDGE, d->c, 2);
	uint32_t n = (uint32_t)row_be(d->r, KEYS_TSIG_MAC_SIZE, d->c, 2);
	if (n && cur_take(d->c, n))
		row_set(d->r, KEYS_TSIG_MAC, 1);
	static const struct step steps[] = { { U16, KEYS_TSIG_ORIGINAL_ID }, { U16, KEYS_TSIG_ERROR },
		{ END, 0 } };
	if (!rdata_steps(d, steps))
		return;
	n = (uint32_t)row_be(d->r, KEYS_TSIG_OTHER_LEN, d->c, 2);
	row_bytes(d->r, KEYS_TSIG_OTHER_DATA, d->c, n);
}

void rdata_wins(struct rdata *d)
{
	static const struct step steps[] = { { FLAG32, RARE_WINS_LOCAL_FLAG },
		{ U32, RARE_WINS_LOOKUP_TIMEOUT }, { U32, RARE_WINS_CACHE_TIMEOUT }, { END, 0 } };
	if (!rdata_steps(d, steps))
		return;
	uint32_t servers = (uint32_t)row_be(d->r, RARE_WINS_NB_WINS_SERVERS, d->c, 4);
	for (uint32_t i = 0; i < servers && rdata_left(d) != 0 && !rdata_failed(d); i++) {
		if (i)
			rdata_row(d, DNS_REC_RARE, RARE_RR);
		row_address(d->r, RARE_WINS_WINS_SERVER, d->c, KIND_IPV4);
	}
}

/* draft-bellis-dnsop-xpf: addresses and ports of the client behind a proxy. */
void rdata_xpf(struct rdata *d)
{
	uint32_t version = (uint32_t)row_be(d->r, RARE_XPF_IP_VERSION, d->c, 1);
	row_be(d->r, RARE_XPF_PROTOCOL, d->c, 1);
	if (version == 4) {
		row_address(d->r, RARE_XPF_SOURCE_IPV4, d->c, KIND_IPV4);
		row_address(d->r, RARE_XPF_DESTINATION_IPV4, d->c, KIND_IPV4);
	} else if (version == 6) {
		row_address(d->r, RARE_XPF_SOURCE_IPV6, d->c, KIND_IPV6);
		row_address(d->r, RARE_XPF_DESTINATION_IPV6, d->c, KIND_IPV6);
	} else {
		return;
	}
	row_be(d->r, RARE_XPF_SPORT, d->c, 2);
	row_be(d->r, RARE_XPF_DPORT, d->c, 2);
}

/* RFC 8659. */
void rdata_caa(struct rdata *d)
{
	row_be(d->r, SEC_CAA_FLAGS, d->c, 1);
	uint32_t n = (uint32_t)cur_be(d->c, 1);
	const uint8_t *at = d->c->data + d->c->pos - 1, *tag = rdata_failed(d) ? NULL : cur_take(d->c, n);
	if (!tag)
		return;
	uint32_t value_len = rdata_rest(d);
	unsigned field = n == 5 && memcmp(tag, "issue", 5) == 0       ? SEC_CAA_ISSUE
			 : n == 9 && memcmp(tag, "issuewild", 9) == 0 ? SEC_CAA_ISSUEWILD
			 : n == 5 && memcmp(tag, "iodef", 5) == 0     ? SEC_CAA_IODEF
								      : SEC_CAA_UNKNOWN;
	struct cursor c = { tag, 0, n, n, d->c->fail };
	row_set_at(d->r, SEC_CAA_TAG_LENGTH, n, at, 1);
	rdata_ascii(d->r, SEC_CAA_TAG, &c, n);
	const uint8_t *value = cur_take(d->c, value_len);
	if (!value)
		return;
	char text[1024];
	size_t text_len = dns_text_format(text, sizeof(text), value, value_len);
	row_text(d->r, field, text, text_len, value, value_len);
	row_text(d->r, SEC_CAA_VALUE, text, text_len, value, value_len);
}
